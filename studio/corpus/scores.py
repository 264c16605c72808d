"""Printed music of music21's corpus as our scores: one metre each, bars that line up, ties joined.

Printed bars may be short: a pickup, a first ending. Each bar is placed where a player counts it,
so that later bars stay on the grid; where the metre changes, another score begins.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.music.score import TEMPO_RANGE_BPM, TICKS_PER_BEAT, Metre, Note, Score, Track

LEAST_BARS = 8
_UNSAID_BPM = 120.0  # what music21 says where the music says nothing
_RESUMED = ("stop", "continue", "continue-let-ring")


@dataclass(frozen=True, slots=True)
class _Bar:
    """A printed bar: its place among the part's bars, and the tick at which it is counted."""

    index: int
    tick: int


def parse(path: Path) -> Any:
    """A file as music21 reads it: nothing is asked, kept or fetched; None where it cannot be
    read."""
    from music21 import converter, exceptions21

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of bars that are written too full
        try:
            return converter.parse(path, forceSource=True, storePickle=False)
        except (
            exceptions21.Music21Exception, ValueError, KeyError, AttributeError, IndexError,
            SyntaxError,  # what is no XML
        ):  # fmt: skip
            return None


def scores_of(
    stream: Any, title: str, tempo_bpm: float, programs: Sequence[int] = ()
) -> list[Score]:
    """The stream as scores, its parts from the top: one for each stretch of `LEAST_BARS` or more in
    one metre in which every part plays.

    The tempo is the one that is printed, else `tempo_bpm`; `programs` are given to the parts in
    turn, else each has that of its own instrument. Repeats are not played twice.
    """
    parts = [list(part.getElementsByClass("Measure")) for part in stream.parts]
    if not parts or len({len(bars) for bars in parts}) != 1:
        return []
    bpm = _tempo_bpm(stream, tempo_bpm)
    names = [str(part.partName or f"Part {i + 1}") for i, part in enumerate(stream.parts)]
    played = [
        programs[i % len(programs)] if programs else _program(part)
        for i, part in enumerate(stream.parts)
    ]
    scores = []
    for metre, bars in _stretches(parts[0]):
        tracks = tuple(
            Track(name, _notes(part, bars), program)
            for name, part, program in zip(names, parts, played, strict=True)
        )
        score = Score(tracks, bpm, metre, title=title)
        if score.bars >= LEAST_BARS and all(track.notes for track in tracks):
            scores.append(score)
    return scores


def key_of(stream: Any) -> str:
    """The key that is printed, such as `A minor`; empty where only a signature stands there, or
    another mode than these two."""
    for part in stream.parts[:1]:
        for bar in part.getElementsByClass("Measure")[:2]:
            found = bar.keySignature
            if found is not None and getattr(found, "mode", None) in ("major", "minor"):
                return f"{found.tonic.name.replace('-', 'b')} {found.mode}"
    return ""


def _stretches(bars: Sequence[Any]) -> Iterator[tuple[Metre, list[_Bar]]]:
    """Runs of bars in one metre, each bar with the tick at which it is counted."""
    metre: Metre | None = None
    placed: list[_Bar] = []
    cursor = 0
    for index, bar in enumerate(bars):
        printed = bar.timeSignature
        if printed is not None and _metre(printed) != metre:
            if metre is not None:
                yield metre, placed
            metre, placed, cursor = _metre(printed), [], 0
        if metre is None:
            continue
        ticks = _ticks(bar.duration.quarterLength)
        left = -cursor % metre.bar_ticks  # of the bar that is being counted
        if not placed and ticks < metre.bar_ticks:
            cursor = metre.bar_ticks - ticks  # a pickup ends with its bar
        elif ticks > left:
            cursor += left
        placed.append(_Bar(index, cursor))
        cursor += ticks
    if metre is not None:
        yield metre, placed


def _notes(part: Sequence[Any], bars: Sequence[_Bar]) -> tuple[Note, ...]:
    """The notes of some bars of a part; what is tied is one note."""
    found: dict[tuple[int, int], int] = {}  # (start, pitch): ticks
    open_at: dict[int, int] = {}  # pitch: where the note that is tied on began
    for bar in bars:
        for element in part[bar.index].flatten().notes:
            ticks = _ticks(element.quarterLength)
            start = bar.tick + _ticks(element.offset)
            if ticks <= 0:  # grace notes have no length of their own
                continue
            for note in getattr(element, "notes", (element,)):
                pitch = note.pitch.midi
                kind = note.tie.type if note.tie is not None else ""
                began = open_at.pop(pitch, None)
                if kind in _RESUMED and began is not None:
                    found[began, pitch] = start + ticks - began
                else:
                    began = start
                    found[start, pitch] = max(ticks, found.get((start, pitch), 0))
                if kind and kind != "stop":
                    open_at[pitch] = began
    return tuple(sorted(Note(start, pitch, ticks) for (start, pitch), ticks in found.items()))


def _ticks(quarters: Any) -> int:
    return round(float(quarters) * TICKS_PER_BEAT)


def _metre(signature: Any) -> Metre:
    return Metre(signature.numerator, signature.denominator)


def _program(part: Any) -> int:
    return int(part.getInstrument(returnDefault=True).midiProgram or 0)


def _tempo_bpm(stream: Any, usual_bpm: float) -> float:
    marks = [
        mark for part in stream.parts for mark in part.recurse().getElementsByClass("MetronomeMark")
    ]
    bpm = float((marks and marks[0].getQuarterBPM()) or _UNSAID_BPM)
    low, high = TEMPO_RANGE_BPM
    return usual_bpm if bpm == _UNSAID_BPM else min(max(bpm, low), high)
