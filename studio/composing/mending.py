"""A melody that a model mended, and each of its changes taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from studio.composing.chain import Chain
from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.request import Request
from studio.ground.errors import BadKnob, BadScore
from studio.music import midi
from studio.music.melody import melody_to_json
from studio.music.score import STEP_TICKS, Note, Score, Track
from studio.music.swing import swing
from studio.music.theory import Key, pitch_class_name
from studio.techniques import Technique, technique

if TYPE_CHECKING:
    from studio.composing.band import Band

_PARTS_OF_BEAT = {0: "", 2: "¼", 4: "½", 6: "¾"}  # by eighths


@dataclass(frozen=True, slots=True)
class Mended:
    """A melody as it was played, and what a model would change in it; `report` says what the import
    of a file changed before, and what must be known of how the melody was read. `chain` is what was
    done to the tune, this with it, and `undone` the places of changes, from 0, that were taken
    back."""

    played: Score
    changes: tuple[Technique.Change, ...]
    key: Key
    chain: Chain
    report: tuple[str, ...] = ()
    undone: frozenset[int] = frozenset()

    @property
    def score(self) -> Score:
        """The melody with the changes that were not taken back."""
        return self.without(self.undone)

    def take_back(self, *numbers: int) -> Mended:
        """With some changes taken back, by their numbers from 1, and no others; raises BadKnob
        where there is no such change."""
        most = len(self.changes)
        if wrong := [number for number in numbers if not 1 <= number <= most]:
            raise BadKnob(f"There is no change {wrong[0]} to take back: there are {most}.")
        undone = frozenset(number - 1 for number in numbers)
        chain = self.chain.taking_back(numbers, most - len(undone))
        return replace(self, undone=undone, chain=chain)

    @property
    def sentences(self) -> list[str]:
        """Each change in words, such as "Bar 2, beat 3: F♯4 becomes F4, 50 % likely"."""
        return [self._sentence(change) for change in self.changes]

    def _sentence(self, change: Technique.Change) -> str:
        metre, note = self.played.metre, change.note
        bar, tick = divmod(round(note.start_tick / STEP_TICKS) * STEP_TICKS, metre.bar_ticks)
        beat, rest = divmod(tick, metre.beat_ticks)
        part = _PARTS_OF_BEAT.get(8 * rest // metre.beat_ticks, "")
        where = f"Bar {bar + 1}, beat {beat + 1}{part}"
        after, odds = self._name(change.after), f"{100 * change.probability:.0f} % likely"
        if change.before is None:
            return f"{where}: {after} is new, {odds}"
        if change.after is None:
            return f"{where}: {self._name(note)} goes, a rest is {odds}"
        return f"{where}: {self._name(note)} becomes {after}, {odds}"

    def _options(self, change: Technique.Change) -> str:
        """`A4 41 %, B♭4 20 %`, the likeliest in that place."""
        likely = [(p, share) for p, share in change.options if share >= 0.005]  # half a per cent
        return ", ".join(f"{self._name(p)} {100 * share:.0f} %" for p, share in likely)

    def _name(self, sound: Note | int | None) -> str:
        if sound is None:
            return "a rest"
        pitch = sound.pitch if isinstance(sound, Note) else sound
        name = pitch_class_name(pitch % 12, self.key)
        octave = (pitch - name.count("#") + name.count("b")) // 12 - 1  # Cb5 is the B below C5
        return f"{name[0]}{name[1:].replace('#', '♯').replace('b', '♭')}{octave}"

    def to_json(self) -> dict[str, object]:
        """As a job hands it on: the melody with all changes; these as rows, None where no note is,
        in words, and with what else was likely."""
        told = [
            {
                "before": change.before and change.before.row,
                "after": change.after and change.after.row,
                "text": text,
                "options": self._options(change),
            }
            for change, text in zip(self.changes, self.sentences, strict=True)
        ]
        return {
            "melody": melody_to_json(self.score), "changes": told, "report": [*self.report],
            "chain": self.chain.to_json(),
        }  # fmt: skip

    def save_midi(self, path: str | Path) -> None:
        """Writes the melody as a MIDI file, without what was taken back."""
        Path(path).write_bytes(midi.write(self.score))

    def without(self, taken_back: Collection[int]) -> Score:
        """With all changes but some, by their places from 0; all other notes are as played."""
        kept = [change for i, change in enumerate(self.changes) if i not in taken_back]
        gone = [change.before for change in kept if change.before]
        mine = self.played.tracks[0]
        notes = [note for note in mine.notes if note not in gone]
        notes += [change.after for change in kept if change.after]
        return self.played.with_tracks([replace(mine, notes=tuple(sorted(notes)))])


def mend(band: Band, request: Request) -> Mended:
    """What a band's technique would change in the melody, turned by its `MendKnobs`. A note that is
    another one keeps its time, length and loudness.

    Raises BadKnob where the technique mends none or may change none, BadScore where there are no
    notes, and what `compose` raises.
    """
    request.check()
    kind = technique(band.card.technique)
    if not kind.can("mend"):
        raise BadKnob(f"{band.card.title} cannot mend a melody: choose an AR-CNN.")
    if not request.melody.tracks[0].notes:
        raise BadScore("There are no notes to mend: play a melody first.")
    knobs = kind.MendKnobs.parse(request.knobs)
    melody = QuantisedMelody.of(request.melody, request.chords)
    plan = melody.plan(
        band.planner, band.card, request.chords, seed=request.seed, key=request.wanted_key
    )
    rng = np.random.default_rng(request.seed)
    found = kind.mend(band.module, band.card.parts, melody.line, plan, knobs, rng)
    changes = _fitting((_as_played(change, melody) for change in found), request.melody)
    step = band.step("fix", request, knobs, len(changes))
    chain = Chain.of(request.melody, request.chain, step)
    return Mended(request.melody, changes, plan.key, chain, _report(kind, melody))


def _report(kind: Technique, melody: QuantisedMelody) -> tuple[str, ...]:
    remarks = [kind.remark(melody.line)]
    if len(melody.line.tracks[0].notes) < len(melody.voices.notes):
        remarks.append("Where several notes sound at once, only the highest was looked at.")
    return tuple(filter(None, remarks))


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


def _fitting(changes: Iterable[Technique.Change], played: Score) -> tuple[Technique.Change, ...]:
    """The changes without those whose note would sound into another of its pitch: of chords, and
    of notes that were held a little beyond the next."""
    notes, kept = [*played.tracks[0].notes], []
    for change in changes:
        others = [note for note in notes if note != change.before]
        after = change.after
        if after and any(
            note.pitch == after.pitch
            and note.start_tick < after.end_tick
            and after.start_tick < note.end_tick
            for note in others
        ):
            continue
        notes = [*others, after] if after else others
        kept.append(change)
    return tuple(kept)
