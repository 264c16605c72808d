"""Songs cut where their metre changes, into passages short enough to stay in one key, and where
their written downbeats slip: where chords change tells where bars begin."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.corpus.reading import Song
from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, ChordMark, Metre, Note, Track
from studio.music.theory import parse_triad

LEAST_BARS = 8  # a window's worth
_STEADY_BARS = 12
_AROUND = 5  # bars to both sides that must agree on the first beat
_LEAST_CHANGES, _LEAST_SHARE = 4, 0.5


def pieces_of(song: Song, passage_bars: int | None) -> list[Song]:
    """The sections of a song that keep one metre for `LEAST_BARS` or more, cut into passages of at
    most `passage_bars`; the song itself where there is nothing to cut."""
    one_metre = {metre for _, metre in song.metres} <= {song.score.metre}
    if one_metre and (passage_bars is None or song.score.bars <= passage_bars):
        return [song]
    pieces = []
    for start, end, metre in _sections(song):
        for first, last in _passages((end - start) // metre.bar_ticks, passage_bars):
            if last - first >= LEAST_BARS:
                ticks = (start + first * metre.bar_ticks, start + last * metre.bar_ticks)
                pieces.append(cut_out(song, *ticks, metre))
    return pieces


def _sections(song: Song) -> list[tuple[int, int, Metre]]:
    end = song.score.end_tick
    changes = list(song.metres) or [(0, song.score.metre)]
    sections = []
    for (start, metre), (following, _) in pairwise([*changes, (end, song.score.metre)]):
        if following >= end > start:  # the last bar is whole, though its notes end early
            following = start + -(-(end - start) // metre.bar_ticks) * metre.bar_ticks
        if start < min(following, end):
            sections.append((start, following, metre))
    return sections


def _passages(bars: int, most: int | None) -> list[tuple[int, int]]:
    """Bars divided as evenly as may be into runs of at most `most`."""
    count = max(-(-bars // most), 1) if most else 1
    edges = [round(bars * i / count) for i in range(count + 1)]
    return list(pairwise(edges))


def cut_out(song: Song, start: int, end: int, metre: Metre) -> Song:
    """The piece from `start` to `end`; what sounds in from before is left out."""
    tracks = [replace(track, notes=_notes(track, start, end)) for track in song.score.tracks]
    marks = [mark for mark in song.score.chords if mark.start_tick < end]
    before = [mark for mark in marks if mark.start_tick < start][-1:]
    inside = [mark for mark in marks if mark.start_tick >= start]
    chords = [ChordMark(max(m.start_tick - start, 0), m.symbol) for m in before + inside]
    score = replace(song.score, tracks=tuple(tracks), metre=metre, chords=tuple(chords))
    return replace(song, score=score, metres=(), start_tick=start)


def _notes(track: Track, start: int, end: int) -> tuple[Note, ...]:
    early = STEP_TICKS // 2  # played a little before the bar line, a note belongs to the bar
    return tuple(
        replace(
            note,
            start_tick=max(note.start_tick - start, 0),
            duration_ticks=max(min(note.end_tick, end) - max(note.start_tick, start), 1),
        )
        for note in track.notes
        if start - early <= note.start_tick < end - early
    )


def steady_passages(song: Song) -> list[Song]:
    """The passages of `_STEADY_BARS` or more in which most chords change on one beat of the bar,
    each cut so that this beat is its first."""
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
        if best[start] >= 0 and bar - start >= _STEADY_BARS:
            first = start * bar_ticks + int(best[start]) * TICKS_PER_BEAT
            end = min(bar * bar_ticks, song.score.end_tick)
            end = first + (end - first) // bar_ticks * bar_ticks
            passages.append(cut_out(song, first, end, song.score.metre))
        start = bar
    return passages


def _changes(song: Song) -> NDArray[np.int64]:
    """The beats, counted from the song's first, on which the triad changes."""
    marks = song.score.chords
    triads = [parse_triad(mark.symbol) for mark in marks]
    beats = [
        round(mark.start_tick / TICKS_PER_BEAT)
        for i, mark in enumerate(marks)
        if i and triads[i] != triads[i - 1]
    ]
    return np.array(beats, np.int64)


def _first_beat(changes: NDArray[np.int64], bar: int, beats: int) -> int:
    """The beat of the bar on which most chords around it change; -1 where that cannot be told."""
    first, last = (bar - _AROUND) * beats, (bar + _AROUND) * beats
    near = changes[(changes >= first) & (changes < last)]
    counts = np.bincount(near % beats, minlength=beats)
    if len(near) < _LEAST_CHANGES or counts.max() < _LEAST_SHARE * len(near):
        return -1
    return int(counts.argmax())
