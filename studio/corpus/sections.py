"""Songs cut where their metre changes, and into passages short enough to stay in one key."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from studio.corpus.reading import Song
from studio.music.score import STEP_TICKS, ChordMark, Metre, Note, Track

LEAST_BARS = 8  # a window's worth


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
