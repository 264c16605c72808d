"""A light picture of a band while it is written, drawn anew for every bar: an SVG in the colours of
`studio.pictures`."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.pictures import Colour, part_colour

_WIDTH, _CHORDS, _GAP, _EDGE = 1160, 28, 6, 5
_LANES, _LEAST, _MOST = 300, 50, 90
Rows = Sequence[Sequence[int]]  # [start_tick, pitch, duration_ticks, velocity]


@dataclass(frozen=True, slots=True)
class Lane:
    """One part: its notes, and the MIDI pitches that its lane must hold."""

    colour: str
    rows: Rows
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What lies behind the notes: `bars` of `bar_ticks`, of which `written` are there, `beats` a
    bar, chord symbols by tick."""

    bars: int
    bar_ticks: int
    beats: int
    chords: Sequence[tuple[int, str]]
    written: int


def merged(events: Iterable[Mapping[str, Any]], parts: int) -> list[Rows]:
    """The notes of each part so far, from `bars` events: a later one says how long a note is that
    an earlier one had cut at its bar line."""
    notes: list[dict[tuple[int, int], Sequence[int]]] = [{} for _ in range(parts)]
    for event in events:
        for known, rows in zip(notes, event["notes"], strict=True):
            known.update({(row[0], row[1]): row for row in rows})
    return [[known[place] for place in sorted(known)] for known in notes]


def lane(index: int, rows: Rows) -> Lane:
    """The lane of a part by its place in the score, as wide as its notes need."""
    pitches = [row[1] for row in rows] or [60]
    return Lane(part_colour(index), rows, min(pitches), max(pitches))


def picture(lanes: Sequence[Lane], frame: Frame) -> str:
    """The lanes as an SVG, chords on top; bars that are not written yet stay dark."""
    height = min(max(_LANES / max(len(lanes), 1) - _GAP, _LEAST), _MOST)
    whole = _CHORDS + len(lanes) * (height + _GAP) + _EDGE
    scale = _WIDTH / (max(frame.bars, 1) * frame.bar_ticks)
    parts = [f'<rect width="{_WIDTH}" height="{whole:.0f}" fill="{Colour.BACKGROUND}"/>']
    parts += _symbols(frame, scale)
    for number, each in enumerate(lanes):
        top = _CHORDS + number * (height + _GAP)
        parts.append(
            f'<rect y="{top:.1f}" width="{_WIDTH}" height="{height:.1f}" fill="{Colour.LANE}"/>'
        )
        parts.append(_grid(frame, scale, top, height))
        parts.append(_notes(each, scale, top, height))
    if frame.written < frame.bars:
        x = frame.written * frame.bar_ticks * scale
        parts.append(
            f'<rect x="{x:.1f}" y="{_CHORDS}" width="1.5" height="{whole - _CHORDS:.0f}" '
            f'fill="{Colour.TEXT}"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {whole:.0f}" '
        f'width="{_WIDTH}" height="{whole:.0f}">{"".join(parts)}</svg>'
    )


def _symbols(frame: Frame, scale: float) -> list[str]:
    """Chord symbols where there is room for them."""
    shown, free_from = [], -1.0
    for tick, symbol in frame.chords:
        x = tick * scale
        if free_from <= x < _WIDTH:
            shown.append(
                f'<text x="{x + 3:.1f}" y="19" fill="{Colour.TEXT}" font-size="10.5" '
                f'font-family="sans-serif">{html.escape(symbol)}</text>'
            )
            free_from = x + 9.4 * max(len(symbol), 2)
    return shown


def _grid(frame: Frame, scale: float, top: float, height: float) -> str:
    """Bar lines, and beats where there are few bars."""
    step = frame.bar_ticks / frame.beats if frame.bars <= 16 else frame.bar_ticks
    path = "".join(
        f"M{i * step * scale:.1f} {top:.1f}v{height:.1f}"
        for i in range(round(frame.bars * frame.bar_ticks / step) + 1)
    )
    bars = "".join(
        f"M{i * frame.bar_ticks * scale:.1f} {top:.1f}v{height:.1f}" for i in range(frame.bars + 1)
    )
    return f'<path d="{path}" stroke="{Colour.LINE}"/><path d="{bars}" stroke="{Colour.BAR_LINE}"/>'


def _notes(each: Lane, scale: float, top: float, height: float) -> str:
    """All notes of a lane as one path: a line a note."""
    middle, half = (each.low + each.high) / 2, max((each.high - each.low) / 2 + 1.5, 5.5)
    thick = max(0.5, half / 20) / half * height
    path = "".join(
        f"M{start * scale:.1f} {top + height / 2 - (pitch - middle) / half * height / 2:.1f}"
        f"h{max(length * scale - 1, 1):.1f}"
        for start, pitch, length, *_ in each.rows
    )
    return f'<path d="{path}" stroke="{each.colour}" stroke-width="{thick:.1f}" opacity=".82"/>'
