"""Passages of songs whose written downbeats slip: where chords change tells where bars begin."""

from __future__ import annotations

import numpy as np

from studio.corpus.reading import Song
from studio.corpus.sections import cut_out
from studio.music.score import TICKS_PER_BEAT
from studio.music.theory import parse_triad

LEAST_BARS = 12
_AROUND = 5  # bars to both sides that must agree
_LEAST_CHANGES, _LEAST_SHARE = 4, 0.5


def steady_passages(song: Song) -> list[Song]:
    """The passages of `LEAST_BARS` or more in which most chords change on one beat of the bar, each
    cut so that this beat is its first."""
    beats = song.score.metre.beats
    bar_ticks = song.score.metre.bar_ticks
    changes = _changes(song)
    if song.score.metre.unit != 4 or not len(changes):
        return []
    bars = song.score.bars
    best = np.array([_first_beat(changes, bar, beats) for bar in range(bars)])
    passages = []
    start = 0
    for bar in range(1, bars + 1):
        if bar < bars and best[bar] == best[start]:
            continue
        if best[start] >= 0 and bar - start >= LEAST_BARS:
            first = start * bar_ticks + int(best[start]) * TICKS_PER_BEAT
            end = min(bar * bar_ticks, song.score.end_tick)
            end = first + (end - first) // bar_ticks * bar_ticks
            passages.append(cut_out(song, first, end, song.score.metre))
        start = bar
    return passages


def _changes(song: Song) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The beats, counted from the song's first, on which the triad changes."""
    marks = song.score.chords
    triads = [parse_triad(mark.symbol) for mark in marks]
    beats = [
        round(mark.start_tick / TICKS_PER_BEAT)
        for i, mark in enumerate(marks)
        if i and triads[i] != triads[i - 1]
    ]
    return np.array(beats, np.int64)


def _first_beat(changes: np.ndarray[tuple[int], np.dtype[np.int64]], bar: int, beats: int) -> int:
    """The beat of the bar on which most chords around it change; -1 where that cannot be told."""
    first, last = (bar - _AROUND) * beats, (bar + _AROUND) * beats
    near = changes[(changes >= first) & (changes < last)]
    counts = np.bincount(near % beats, minlength=beats)
    if len(near) < _LEAST_CHANGES or counts.max() < _LEAST_SHARE * len(near):
        return -1
    return int(counts.argmax())
