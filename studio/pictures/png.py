"""The piano roll as a PNG, drawn with matplotlib off screen: one lane a part."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from studio.music.score import ChordMark, Score, Track
from studio.pictures.colours import Colour, part_colour
from studio.pictures.limits import check_size

if TYPE_CHECKING:  # matplotlib takes half a second, and most processes draw nothing
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH_INCHES, _DOTS_PER_INCH = 11.6, 160
_LANES_INCHES, _CHORD_INCHES, _GAP_INCHES = 3.0, 0.28, 0.06
_LANE_RANGE_INCHES = (0.5, 0.9)


def roll_png(score: Score) -> bytes:
    """The whole score as a PNG: chords on top, then a lane for each part, louder notes brighter.

    The same bytes for the same score; raises BadScore where it is too large for a picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    check_size(score)
    lanes = [track for track in score.tracks if track.notes]
    low, high = _LANE_RANGE_INCHES
    lane = min(max(_LANES_INCHES / max(len(lanes), 1) - _GAP_INCHES, low), high)
    height = _CHORD_INCHES + len(lanes) * (lane + _GAP_INCHES) + 0.05
    figure = Figure(
        figsize=(_WIDTH_INCHES, height), dpi=_DOTS_PER_INCH, facecolor=Colour.BACKGROUND
    )
    FigureCanvasAgg(figure)
    last_tick = max(score.bars, 1) * score.metre.bar_ticks
    _draw_chords(figure, score.chords, score, last_tick, height)
    top = height - _CHORD_INCHES
    for track in lanes:
        top -= lane
        axes = figure.add_axes((0.0, top / height, 1.0, lane / height), facecolor=Colour.LANE)
        _draw_grid(axes, score, last_tick)
        _draw_notes(axes, track, part_colour(score.tracks.index(track)))
        axes.set_xlim(0, last_tick)
        top -= _GAP_INCHES
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _draw_chords(
    figure: Figure, chords: Sequence[ChordMark], score: Score, last_tick: int, height: float
) -> None:
    axes = figure.add_axes((0, 1 - _CHORD_INCHES / height, 1, _CHORD_INCHES / height))
    axes.set_axis_off()
    axes.set_xlim(0, last_tick)
    axes.set_ylim(0, 1)
    room = last_tick / 62  # ticks that a symbol needs, so that neighbours do not overlap
    free_from = -room
    for mark in chords:
        if mark.start_tick >= free_from and mark.start_tick < last_tick:
            x = mark.start_tick + last_tick * 0.003
            axes.text(x, 0.42, mark.symbol, color=Colour.TEXT, fontsize=7.5, va="center")
            free_from = mark.start_tick + room * max(len(mark.symbol), 2) / 2


def _draw_grid(axes: Axes, score: Score, last_tick: int) -> None:
    bar = score.metre.bar_ticks
    if score.bars <= 16:
        axes.vlines(
            np.arange(0, last_tick, bar / score.metre.beats), 0, 1, colors=Colour.LINE,
            linewidth=0.6, transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    axes.vlines(
        np.arange(0, last_tick + 1, bar), 0, 1, colors=Colour.BAR_LINE, linewidth=0.9,
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_notes(axes: Axes, track: Track, colour: str) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    pitches = [note.pitch for note in track.notes]
    low, high = min(pitches), max(pitches)
    middle, half = (low + high) / 2, max((high - low) / 2 + 1.5, 5.5)
    axes.set_ylim(middle - half, middle + half)
    thick = max(0.5, half / 20)  # a wide range must not thin the notes to hairlines
    boxes = [
        [
            (note.start_tick, note.pitch - thick),
            (note.start_tick, note.pitch + thick),
            (note.end_tick - min(12, note.duration_ticks / 4), note.pitch + thick),
            (note.end_tick - min(12, note.duration_ticks / 4), note.pitch - thick),
        ]
        for note in track.notes
    ]
    red, green, blue = to_rgb(colour)
    colours = [(red, green, blue, 0.5 + 0.5 * note.velocity / 127) for note in track.notes]
    axes.add_collection(PolyCollection(boxes, facecolors=colours, linewidths=0))
