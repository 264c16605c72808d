"""A song ready to learn from, and what all layouts need: the bass of a texture, key and chords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.corpus.reading import Song
from studio.music.harmony import melody_weights
from studio.music.score import Note, Score, Track
from studio.music.theory import MAJOR_SCALE, NO_CHORD, parse_triad

BASS_TOP_PITCH = 55  # a bass note lies under G3


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A song ready to learn from: melody first in `score`, then the parts; a triad a unit.

    Where it is a passage of a longer piece, `steps_before` and `steps_after` say how many
    sixteenths of that piece lie around it, in whole bars.
    """

    name: str
    score: Score
    triads: tuple[int, ...]
    unit_ticks: int
    signature: int
    steps_before: int = 0
    steps_after: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The `parts` it yields, whether chords change by the beat, and the function that does it.

    `sections`: whether a song is cut where its metre changes; `passage_bars`: the most bars that
    are laid out in one key, for music that modulates.
    """

    parts: tuple[str, ...]
    per_beat: bool
    lay_out: Callable[[Song], LaidOut | str]  # the reason, where the song is refused
    sections: bool = False
    passage_bars: int | None = None


def split_bass(notes: tuple[Note, ...]) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """The lowest voice, one note at a time, and the rest: a note is bass where nothing sounds
    below it as it begins and it lies under G3."""
    bass: list[Note] = []
    rest: list[Note] = []
    sounding: list[Note] = []
    for index, note in enumerate(notes):
        together = [n for n in notes[index + 1 : index + 12] if n.start_tick == note.start_tick]
        sounding = [n for n in sounding if n.end_tick > note.start_tick]
        lowest = min((n.pitch for n in [*sounding, *together]), default=128)
        is_bass = note.pitch <= lowest and note.pitch < BASS_TOP_PITCH
        sounding.append(note)
        if not is_bass:
            rest.append(note)
            continue
        if bass and bass[-1].start_tick == note.start_tick:
            continue
        if bass and bass[-1].end_tick > note.start_tick:
            shorter = note.start_tick - bass[-1].start_tick
            bass[-1] = replace(bass[-1], duration_ticks=shorter)
        bass.append(note)
    return tuple(bass), tuple(rest)


def find_signature(tracks: tuple[Track, ...]) -> int:
    """The major tonic whose scale holds most of the music; the last bass note breaks ties."""
    notes = [note for track in tracks for note in track.notes]
    heard = melody_weights(notes, 1, max(note.end_tick for note in notes)).sum(0)
    last = max(notes, key=lambda note: (note.end_tick, -note.pitch)).pitch % 12
    fit = np.array([heard[[(k + s) % 12 for s in MAJOR_SCALE]].sum() for k in range(12)])
    fit[last] += 0.02 * heard.sum()  # it ends on the tonic of a major key
    fit[(last + 3) % 12] += 0.02 * heard.sum()  # or of its relative minor
    return int(fit.argmax())


def marked_triads(score: Score, ticks: int) -> tuple[int, ...]:
    """The marked chord at the start of each unit, or half-way where none stands at the start."""
    units = -(-score.end_tick // ticks)
    marks = [(mark.start_tick, parse_triad(mark.symbol)) for mark in score.chords]

    def at(tick: int) -> int:
        triad = NO_CHORD
        for start, marked in marks:
            if start > tick:
                break
            triad = marked
        return triad

    triads = []
    for unit in range(units):
        triad = at(unit * ticks)
        triads.append(at(unit * ticks + ticks // 2) if triad == NO_CHORD else triad)
    return tuple(triads)
