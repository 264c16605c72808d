"""Which track of a training song is the melody, which the parts, and what its chords are.

A layout knows how one kind of collection is laid out. `pop` is POP909: a sung melody, a second
melody and a piano whose lowest voice becomes the bass. `chorale` is four voices, soprano first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.corpus.reading import Song
from studio.harmony import implied_triads, melody_weights, unit_ticks
from studio.score import STEP_TICKS, Note, Score, Track, quantise
from studio.theory import MAJOR_SCALE, NO_CHORD, parse_key, parse_triad

BASS_TOP_PITCH = 55  # a bass note lies under G3
REGULAR_DOWNBEATS = 0.9


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A song ready to learn from: melody first in `score`, then the parts; a triad a unit."""

    name: str
    score: Score
    triads: tuple[int, ...]
    unit_ticks: int
    signature: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The `parts` it yields, whether chords change by the beat, and the function that does it."""

    parts: tuple[str, ...]
    per_beat: bool
    lay_out: Callable[[Song], LaidOut | str]  # the reason, where the song is refused


def lay_out_pop(song: Song) -> LaidOut | str:
    """POP909: tracks MELODY, BRIDGE, PIANO; chords as markers; the key from the manifest."""
    try:
        regularity = float(song.facts.get("downbeat_regularity") or 1)
    except ValueError:
        return "its downbeat_regularity in the manifest is no number"
    if regularity < REGULAR_DOWNBEATS:
        return "its downbeats slip against the bars"
    by_name = {track.name.split(" ")[0].upper(): track for track in song.score.tracks}
    melody, piano = by_name.get("MELODY"), by_name.get("PIANO")
    if melody is None or piano is None:
        return "it has no MELODY or no PIANO track"
    bass, rest = split_bass(quantise(piano, STEP_TICKS).notes)
    second = quantise(by_name["BRIDGE"], STEP_TICKS).notes if "BRIDGE" in by_name else ()
    score = song.score.with_tracks(
        [quantise(melody, STEP_TICKS), Track("Bass", bass), Track("Keys", rest + second)]
    )
    ticks = unit_ticks(score.metre, per_beat=False)
    if ticks % STEP_TICKS:
        return f"its metre {score.metre} is not counted in sixteenths"
    triads = _marked_triads(score, ticks)
    key = parse_key(song.facts.get("key", ""))
    signature = key.signature if key else find_signature(score.tracks)
    return LaidOut(song.name, score, triads, ticks, signature)


def lay_out_chorale(song: Song) -> LaidOut | str:
    """Four voices from the top; chords are what the voices spell on each beat."""
    if len(song.score.tracks) != 4:
        return "it does not have four voices"
    voices = [quantise(track, STEP_TICKS) for track in song.score.tracks]
    names = ("Soprano", "Alto", "Tenor", "Bass")
    tracks = [replace(v, name=n) for v, n in zip(voices, names, strict=True)]
    score = song.score.with_tracks(tracks)
    if score.metre.bar_ticks % STEP_TICKS or score.metre.unit != 4:
        return f"its metre {score.metre} is not counted in quarters"
    ticks = unit_ticks(score.metre, per_beat=True)
    units = -(-score.end_tick // ticks)
    triads = implied_triads([n for t in tracks for n in t.notes], units, ticks)
    return LaidOut(song.name, score, triads, ticks, find_signature(tuple(tracks)))


LAYOUTS: dict[str, Layout] = {
    "pop": Layout(("Bass", "Keys"), False, lay_out_pop),
    "chorale": Layout(("Alto", "Tenor", "Bass"), True, lay_out_chorale),
}


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


def _marked_triads(score: Score, ticks: int) -> tuple[int, ...]:
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
