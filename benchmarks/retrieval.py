"""Bands borrowed from training songs: by the melody most like the one at hand.

These copy on purpose; a model that only remembers would look like them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.baselines import as_track, folded
from studio.corpus.laid_out import LaidOut
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import to_c
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track, top_line
from studio.music.theory import NO_CHORD, Key, triad_tones
from studio.training.excerpts import BARS, LEAST_NOTES, Excerpt, cut

Cells = NDArray[np.uint8]

_LEAST_PART_NOTES = 4
_CLASSES = 12


@dataclass(frozen=True, slots=True)
class Shelf:
    """The eight-bar passages of one metre: `places` (song, first bar); in `cells` (passage, step,
    12) where the melody begins a note, and its pitch class in the signature of C."""

    places: tuple[tuple[int, int], ...]
    cells: Cells


class Library:
    """All passages of some training songs in which the melody and every part have their say."""

    def __init__(self, songs: Sequence[LaidOut]) -> None:
        self.songs = songs
        places: dict[Metre, list[tuple[int, int]]] = {}
        cells: dict[Metre, list[Cells]] = {}
        for number, song in enumerate(songs):
            by_bar = _begins_by_bar(song.score, song.signature)
            counts = np.array([_notes_by_bar(track, song.score) for track in song.score.tracks])
            for first in range(song.score.bars - BARS + 1):
                inside = counts[:, first : first + BARS].sum(1)
                if inside[0] >= LEAST_NOTES and inside[1:].min() >= _LEAST_PART_NOTES:
                    places.setdefault(song.score.metre, []).append((number, first))
                    passage = by_bar[first : first + BARS].reshape(-1, _CLASSES)
                    cells.setdefault(song.score.metre, []).append(passage)
        self._shelves = {m: Shelf(tuple(places[m]), np.stack(cells[m])) for m in places}

    def any_passage(self, melody: Score, rng: np.random.Generator) -> Excerpt | None:
        """A passage in the melody's metre, drawn; None where no song is in that metre."""
        shelf = self._shelves.get(melody.metre)
        if shelf is None:
            return None
        song, first = shelf.places[rng.integers(len(shelf.places))]
        return cut(self.songs[song], first)

    def alike_in_rhythm(self, melody: Score) -> Excerpt | None:
        """The passage whose melody begins its notes most nearly at the same sixteenths (cosine);
        None where no song is in that metre."""
        return self._nearest(melody, None)

    def alike(self, melody: Score, signature: int) -> Excerpt | None:
        """The passage most alike in rhythm and in pitch classes, once both stand in the signature
        of C: the mean of both cosines."""
        return self._nearest(melody, signature)

    def _nearest(self, melody: Score, signature: int | None) -> Excerpt | None:
        shelf = self._shelves.get(melody.metre)
        if shelf is None:
            return None
        wanted = np.zeros(shelf.cells.shape[1:], np.uint8)
        found = _begins_by_bar(melody, signature or 0).reshape(-1, _CLASSES)[: len(wanted)]
        wanted[: len(found)] = found
        likeness = _cosines(shelf.cells.max(2), wanted.max(1))
        if signature is not None:
            flat = shelf.cells.reshape(len(shelf.cells), -1)
            likeness = likeness + _cosines(flat, wanted.reshape(-1))
        song, first = shelf.places[int(likeness.argmax())]
        return cut(self.songs[song], first)


def moved_to(passage: Excerpt, melody: Score, signature: int) -> Score:
    """The passage's band under another melody, transposed to its signature by a tritone at most."""
    semitones = to_c((passage.signature - signature) % 12)

    def moved(track: Track) -> Track:
        notes = (replace(n, pitch=min(max(n.pitch + semitones, 0), 127)) for n in track.notes)
        return track if track.is_drum else replace(track, notes=tuple(notes))

    tracks = (moved(track) for track in passage.score.tracks[1:])
    return melody.with_tracks([*melody.tracks[:1], *tracks])


def revoiced(passage: Excerpt, melody: Score, plan: ChordPlan, parts: Sequence[Part]) -> Score:
    """The passage's rhythm and texture on the chords of `plan`: root, third and fifth of its chord
    become those of ours, other notes the nearest of our key and chord; each part in its range. A
    note is let go where the chord changes to one that it is no tone of."""
    tracks = []
    for part, track in zip(parts, passage.score.tracks[1:], strict=True):
        if part.is_drum:
            tracks.append(track)
            continue
        notes = [
            Note(n.start_tick, folded(pitch, part), _held(n, pitch, plan), n.velocity)
            for n in track.notes
            for pitch in [_revoice(n, passage.plan, plan)]
        ]
        tracks.append(as_track(part, notes))
    return melody.with_tracks([*melody.tracks[:1], *tracks])


def with_drums(score: Score, passage: Excerpt | None) -> Score:
    """The score with the passage's drums in place of its own."""
    drums = {t.name: t for t in passage.score.tracks if t.is_drum} if passage else {}
    return score.with_tracks(drums.get(t.name, t) if t.is_drum else t for t in score.tracks)


def _revoice(note: Note, theirs: ChordPlan, ours: ChordPlan) -> int:
    pitch = note.pitch + to_c((theirs.key.signature - ours.key.signature) % 12)
    from_triad, to_triad = theirs.triad_at(note.start_tick), ours.triad_at(note.start_tick)
    tones = triad_tones(from_triad)
    if note.pitch % 12 in tones and to_triad != NO_CHORD:
        return _nearest_of({triad_tones(to_triad)[tones.index(note.pitch % 12)]}, pitch)
    return _nearest_of({*Key(ours.key.signature).scale, *triad_tones(to_triad)}, pitch)


def _nearest_of(classes: set[int], pitch: int) -> int:
    return min(range(pitch - 6, pitch + 7), key=lambda p: (p % 12 not in classes, abs(p - pitch)))


def _held(note: Note, pitch: int, plan: ChordPlan) -> int:
    """How long the note may sound, in ticks."""
    begun = plan.triad_at(note.start_tick)
    change = (note.start_tick // plan.unit_ticks + 1) * plan.unit_ticks
    for tick in range(change, note.end_tick, plan.unit_ticks):
        triad = plan.triad_at(tick)
        if triad != begun and pitch % 12 not in triad_tones(triad):
            return tick - note.start_tick
    return note.duration_ticks


def _begins_by_bar(score: Score, signature: int) -> Cells:
    """Where the melody begins a note, (bar, sixteenth, pitch class in the signature of C)."""
    steps = score.metre.bar_ticks // STEP_TICKS
    cells = np.zeros((score.bars * steps, _CLASSES), np.uint8)
    for note in top_line(score.tracks[0]).notes:
        step = (note.start_tick + STEP_TICKS // 2) // STEP_TICKS
        if step < len(cells):
            cells[step, (note.pitch - signature) % 12] = 1
    return cells.reshape(score.bars, steps, _CLASSES)


def _notes_by_bar(track: Track, score: Score) -> NDArray[np.int64]:
    bars = [note.start_tick // score.metre.bar_ticks for note in track.notes]
    return np.bincount(np.array(bars, np.int64), minlength=score.bars)


def _cosines(rows: Cells, wanted: Cells) -> NDArray[np.float64]:
    """How alike each row (passage, cell) of zeros and ones is to `wanted` (cell,), 0 to 1."""
    shared = rows[:, np.flatnonzero(wanted)].sum(1, dtype=np.int64)
    norms = np.sqrt(rows.sum(1, dtype=np.int64) * float(np.count_nonzero(wanted)))
    return np.asarray(shared / np.maximum(norms, 1e-9))
