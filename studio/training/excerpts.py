"""Eight bars of a song as a listening test: melody, what people played to it, and their chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.corpus.layouts import LaidOut
from studio.music.harmony import ChordPlan
from studio.music.score import Note, Score, Track
from studio.music.swing import is_swung, straighten_swing
from studio.music.theory import NO_CHORD, Key

BARS = 8
LEAST_NOTES = 8  # of the melody
CONTEXT_BARS = 2  # that a band plays before an excerpt and after it


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Eight bars of a song from `first_bar`, counted from 0: melody first, then people's parts, and
    their chords. `plan`'s key is the major key of the song's signature."""

    song: str
    score: Score
    plan: ChordPlan
    first_bar: int = 0

    @property
    def melody(self) -> Score:
        """What a band is given: the melody alone, its key not told."""
        return self.score.with_tracks(self.score.tracks[:1])

    @property
    def signature(self) -> int:
        """Pitch class of the major tonic."""
        return self.plan.key.signature


def excerpts(songs: Sequence[LaidOut], most: int) -> list[Excerpt]:
    """At most `most` excerpts, drawn with a fixed seed from all that lie eight bars apart, whose
    melody has eight notes or more and sounds in the first and in the last bar; in song order."""
    found = [
        excerpt
        for song in songs
        for first in range(0, song.score.bars - BARS + 1, BARS)
        if _has_a_melody((excerpt := cut(song, first)).score)
    ]
    order = np.random.default_rng(0).permutation(len(found))
    return [found[i] for i in sorted(order[:most].tolist())]


def cut(song: LaidOut, first_bar: int) -> Excerpt:
    """Eight bars of a song from `first_bar`, counted from 0."""
    bar = song.score.metre.bar_ticks
    start, end = first_bar * bar, (first_bar + BARS) * bar
    score = song.score.with_tracks(between(track, start, end) for track in song.score.tracks)
    units = range(start // song.unit_ticks, end // song.unit_ticks)
    triads = (song.triads[u] if u < len(song.triads) else NO_CHORD for u in units)
    plan = ChordPlan(Key(song.signature), song.unit_ticks, tuple(triads))
    return Excerpt(song.name, replace(score, chords=(), key=None), plan, first_bar)


def between(track: Track, start_tick: int, end_tick: int) -> Track:
    """The notes that begin in a span, counted from its start and ended at its end."""

    def moved(note: Note) -> Note:
        duration = min(note.end_tick, end_tick) - note.start_tick
        return replace(note, start_tick=note.start_tick - start_tick, duration_ticks=duration)

    inside = (note for note in track.notes if start_tick <= note.start_tick < end_tick)
    return replace(track, notes=tuple(moved(note) for note in inside))


def song_of(excerpt: Excerpt, songs: Sequence[LaidOut]) -> LaidOut:
    """The piece that an excerpt was cut out of: a song may be in several. Raises ValueError where
    it is none of these."""
    for song in songs:
        if song.name == excerpt.song and cut(song, excerpt.first_bar) == excerpt:
            return song
    raise ValueError(f"{excerpt.song} is none of these songs.")


def with_context(excerpt: Excerpt, song: LaidOut) -> Score:
    """The melody of an excerpt with the bars before and after it in its song, as far as that goes:
    what is cut out of a piece neither opens nor ends it."""
    bar, first = song.score.metre.bar_ticks, excerpt.first_bar
    melody = between(
        song.score.tracks[0], (first - _bars_before(excerpt)) * bar,
        (first + BARS + CONTEXT_BARS) * bar,
    )  # fmt: skip
    return excerpt.score.with_tracks([melody])


def out_of_context(piece: Score, excerpt: Excerpt) -> Score:
    """What a band plays to `with_context` as people's excerpt is: its eight bars, even, under the
    excerpt's melody."""
    parts = piece.tracks[1:]
    if is_swung([note for part in parts for note in part.notes]):
        parts = tuple(straighten_swing(part) for part in parts)
    start = _bars_before(excerpt) * excerpt.score.metre.bar_ticks
    end = start + BARS * excerpt.score.metre.bar_ticks
    inside = [between(part, start, end) for part in parts]
    return excerpt.score.with_tracks([excerpt.score.tracks[0], *inside])


def _bars_before(excerpt: Excerpt) -> int:
    return min(excerpt.first_bar, CONTEXT_BARS)


def _has_a_melody(score: Score) -> bool:
    notes, bar = score.tracks[0].notes, score.metre.bar_ticks
    return (
        len(notes) >= LEAST_NOTES
        and notes[0].start_tick < bar
        and max(note.end_tick for note in notes) > (BARS - 1) * bar
    )
