"""A melody that a model mended, and each of its changes taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.request import Request
from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.score import Note, Score, Track
from studio.music.swing import swing
from studio.music.theory import Key, pitch_class_name
from studio.techniques import Technique, technique

if TYPE_CHECKING:
    from studio.composing.band import Band


@dataclass(frozen=True, slots=True)
class Mended:
    """A melody as it was played, and what a model would change in it; `report` says what the import
    of a file changed before."""

    played: Score
    changes: tuple[Technique.Change, ...]
    key: Key
    report: tuple[str, ...] = ()

    @property
    def score(self) -> Score:
        """With all changes."""
        return self.without(())

    @property
    def sentences(self) -> list[str]:
        """Each change in words, such as "Bar 2, beat 3: F#4 becomes F4, 50 % likely"."""
        return [self._sentence(change) for change in self.changes]

    def _sentence(self, change: Technique.Change) -> str:
        metre, note = self.played.metre, change.note
        bar, tick = divmod(note.start_tick, metre.bar_ticks)
        where = f"Bar {bar + 1}, beat {tick * metre.beats // metre.bar_ticks + 1}"
        after, odds = self._name(change.after), f"{change.probability:.0%} likely"
        if change.before is None:
            return f"{where}: {after} is new, {odds}"
        if change.after is None:
            return f"{where}: {self._name(note)} goes, a rest is {odds}"
        return f"{where}: {self._name(note)} becomes {after}, {odds}"

    def _name(self, note: Note | None) -> str:
        if note is None:
            return "a rest"
        return f"{pitch_class_name(note.pitch % 12, self.key)}{note.pitch // 12 - 1}"

    def save_midi(self, path: str | Path, taken_back: Iterable[int] = ()) -> None:
        """Writes it as a MIDI file, without the changes of some places, counted from 1."""
        undone = {place - 1 for place in taken_back}
        Path(path).write_bytes(midi.write(self.without(undone)))

    def without(self, taken_back: Collection[int]) -> Score:
        """With all changes but some, by their places from 0; all other notes are as played."""
        kept = [change for i, change in enumerate(self.changes) if i not in taken_back]
        gone = [change.before for change in kept if change.before]
        mine = self.played.tracks[0]
        notes = [note for note in mine.notes if note not in gone]
        notes += [change.after for change in kept if change.after]
        return self.played.with_tracks([replace(mine, notes=tuple(sorted(notes)))])


def mend(band: Band, request: Request) -> Mended:
    """What a band's technique would change in the melody, turned by its knobs. A note that is
    another one keeps its time, length and loudness.

    Raises BadKnob where the technique mends none, and what `compose` raises.
    """
    request.check()
    kind = technique(band.card.technique)
    if not kind.can("mend"):
        raise BadKnob(f"{band.card.title} cannot mend a melody: choose an AR-CNN.")
    knobs = kind.Knobs.parse(request.knobs)
    melody = QuantisedMelody.of(request.melody, request.chords)
    plan = melody.plan(
        band.planner, band.card, request.chords, seed=request.seed, key=request.wanted_key
    )
    rng = np.random.default_rng(request.seed)
    found = kind.mend(band.module, band.card.parts, melody.line, plan, knobs, rng)
    changes = tuple(_as_played(change, melody) for change in found)
    return Mended(request.melody, changes, plan.key)


def _as_played(change: Technique.Change, melody: QuantisedMelody) -> Technique.Change:
    """A change of the melody on the grid as one of the melody that was played."""
    if change.before is None:
        if change.after is None or not melody.swung:
            return change
        return replace(change, after=swing(Track("", (change.after,))).notes[0])
    before = _nearest(melody, change.before)
    after = change.after and replace(before, pitch=change.after.pitch)
    return replace(change, before=before, after=after)


def _nearest(melody: QuantisedMelody, on_grid: Note) -> Note:
    """The note that was played where the grid has one."""
    same = [note for note in melody.melody.tracks[0].notes if note.pitch == on_grid.pitch]
    return min(same, key=lambda note: abs(note.start_tick - on_grid.start_tick))
