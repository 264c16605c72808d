"""A passage as the transformer reads it, and the rows that say it.

Order: what the piece is, how each part is to play, harmony and melody of bar 1; then bar by bar a
row that opens it, harmony and melody of the bar that follows, and the parts' notes by position,
role and pitch. So a note is written with its bar's harmony and melody known, and the next bar's.
A sheet that sings (`mode` SING) has no parts: bar by bar a row that opens it, its harmony, a chord
every `unit_steps`, and the melody's notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.music.roll import PITCHES
from studio.music.theory import NO_CHORD, TRIADS, triad_tones
from studio.techniques.transformer import vocabulary as v

# columns of a sheet's notes
STEP, SOUND, LENGTH, LOUDNESS, ROLE = range(5)
CONTEXT = 37  # features at a step: root, chord tones, melody's pitch classes, melody begins

Notes = NDArray[np.int64]
Floats = NDArray[np.float32]

_TONES = np.zeros((v.NOT_A_CHORD, 24), np.float32)
for _triad in range(TRIADS):
    _TONES[_triad, _triad % 12] = 1
    _TONES[_triad, [12 + tone for tone in triad_tones(_triad)]] = 1


@dataclass(frozen=True, slots=True)
class Control:
    """How a part is asked to play, as classes of the vocabulary; None asks for nothing."""

    density: int | None = None
    register: int | None = None
    polyphony: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A passage of `bars` bars. `melody` and `notes` (n, 5): step, sound, length in steps, loudness
    class, role; in order of step, role and sound. `triads` (steps,), NO_CHORD for silence; `roles`
    of the parts; how many bars of the piece lie before and after."""

    style: int
    bar_steps: int
    beat_steps: int
    bars: int
    roles: tuple[int, ...]
    melody: Notes
    notes: Notes
    triads: NDArray[np.int64]
    before: int = 0
    after: int = 0
    mode: int = v.ACCOMPANY

    @property
    def steps(self) -> int:
        return self.bars * self.bar_steps

    def from_bar(self, first: int) -> Sheet:
        """The sheet from a bar on, its bars and the melody's steps counted from there; `notes` are
        as they were."""
        if not first:
            return self
        step = first * self.bar_steps
        melody = self.melody[self.melody[:, STEP] >= step].copy()
        melody[:, STEP] -= step
        return replace(
            self, bars=self.bars - first, melody=melody, triads=self.triads[step:],
            before=self.before + first,
        )  # fmt: skip

    @property
    def unit_steps(self) -> int:
        """How often a melody that is sung has a chord: twice a bar where that is six or more."""
        half, rest = divmod(self.bar_steps, 2)
        return half if not rest and half >= 6 else self.bar_steps


def ordered(notes: Notes) -> Notes:
    """Notes by step, role and sound."""
    return notes[np.lexsort((notes[:, SOUND], notes[:, ROLE], notes[:, STEP]))]


def context(sheet: Sheet) -> Floats:
    """What sounds at each step beside the parts, (steps, CONTEXT)."""
    features = np.zeros((sheet.steps, CONTEXT), np.float32)
    features[:, :24] = _TONES[sheet.triads[: sheet.steps]]
    if sheet.mode == v.ACCOMPANY:
        for step, sound, length, _, _ in sheet.melody.tolist():
            features[step : step + length, 24 + sound % 12] = 1
            features[step, 36] = 1
    return features


def opening(sheet: Sheet, controls: Mapping[int, Control]) -> list[list[int]]:
    """The rows before the first bar; `controls` by role."""
    a, b, c = v.start_facts(sheet.style, sheet.bar_steps, sheet.beat_steps, sheet.mode)
    rows = [v.row(v.START, fact_a=a, fact_b=b, fact_c=c)]
    if sheet.mode == v.SING:
        return rows
    for role in sheet.roles:
        asked = controls.get(role, Control())
        facts = (
            (asked.density, v.DENSITY),
            (asked.register, v.REGISTER),
            (asked.polyphony, v.POLYPHONY),
        )
        a, b, c = (v.NO_FACT if value is None else first + value for value, first in facts)
        rows.append(v.row(v.PART, role=role, fact_a=a, fact_b=b, fact_c=c))
    return rows + changes(sheet, 0) + melody_rows(sheet, 0)


def frame(sheet: Sheet, bar: int) -> list[list[int]]:
    """What is known before the notes of a bar are written."""
    rows = [bar_row(sheet, bar)]
    if sheet.mode == v.SING:
        return rows
    if bar + 1 < sheet.bars:
        rows += changes(sheet, bar + 1) + melody_rows(sheet, bar + 1)
    return rows


def bar_row(sheet: Sheet, bar: int) -> list[int]:
    """The row that opens a bar, and closes the one before."""
    a, b = v.bar_facts(sheet.before + bar, sheet.bars - 1 - bar + sheet.after)
    return v.row(v.BAR, fact_a=a, fact_b=b, time=bar * sheet.bar_steps)


def changes(sheet: Sheet, bar: int) -> list[list[int]]:
    """The chord at the start of a bar, and each that another follows within it."""
    first = bar * sheet.bar_steps
    triads = sheet.triads[first : first + sheet.bar_steps]
    places = [0, *(np.flatnonzero(np.diff(triads)) + 1).tolist()]
    return [harmony_row(int(triads[place]), first, place) for place in places]


def harmony_row(triad: int, first: int, place: int) -> list[int]:
    """A chord at a place in the bar that begins at `first`."""
    return v.row(v.HARMONY, position=place, chord=triad, time=first + place)


def units(sheet: Sheet, bar: int) -> list[list[int]]:
    """A chord every unit of a bar, as a sheet that sings has them."""
    first = bar * sheet.bar_steps
    places = range(0, sheet.bar_steps, sheet.unit_steps)
    return [harmony_row(int(sheet.triads[first + place]), first, place) for place in places]


def melody_rows(sheet: Sheet, bar: int) -> list[list[int]]:
    """The melody's notes that begin in a bar."""
    return [note_row(v.MELODY, note, sheet.bar_steps) for note in _within(sheet.melody, sheet, bar)]


def part_rows(sheet: Sheet, bar: int) -> list[list[int]]:
    """The parts' notes that begin in a bar."""
    return [note_row(v.NOTE, note, sheet.bar_steps) for note in _within(sheet.notes, sheet, bar)]


def note_row(kind: int, note: list[int], bar_steps: int) -> list[int]:
    """A note of a sheet as a row."""
    step, sound, length, loudness, role = note
    return v.row(
        kind, role=role, position=step % bar_steps, sound=sound, loudness=loudness, time=step,
        duration=v.duration_class(length),
    )  # fmt: skip


def rows(sheet: Sheet, controls: Mapping[int, Control] | None = None) -> v.Rows:
    """The whole sheet as (n, COLUMNS); a last row closes the last bar."""
    result = opening(sheet, controls or {})
    for bar in range(sheet.bars):
        result += frame(sheet, bar)
        if sheet.mode == v.SING:
            result += units(sheet, bar) + melody_rows(sheet, bar)
        else:
            result += part_rows(sheet, bar)
    result.append(v.row(v.BAR, time=sheet.steps))
    return np.array(result, np.int64)


def controls_of(sheet: Sheet) -> dict[int, Control]:
    """How the parts of a sheet play, by role."""
    result = {}
    for role in sheet.roles:
        mine = sheet.notes[sheet.notes[:, ROLE] == role]
        if not len(mine):
            result[role] = Control(density=0)
            continue
        density = v.density_class(len(mine) / sheet.steps * 16)
        if mine[0, SOUND] >= PITCHES:
            result[role] = Control(density)
            continue
        together = len(mine) / len(np.unique(mine[:, STEP]))
        register = v.register_class(float(mine[:, SOUND].mean()))
        result[role] = Control(density, register, v.polyphony_class(together))
    return result


def transposed(sheet: Sheet, semitones: int) -> Sheet:
    """The sheet in another key; drums stay, what leaves the roll is folded back by an octave."""
    if semitones == 0:
        return sheet

    def shift(notes: Notes) -> Notes:
        moved = notes.copy()
        pitched = moved[:, SOUND] < PITCHES
        sound = moved[pitched, SOUND] + semitones
        sound = np.where(sound < 0, sound + 12, np.where(sound >= PITCHES, sound - 12, sound))
        moved[pitched, SOUND] = sound
        return moved

    triads = sheet.triads
    moved_triads = (triads // 12) * 12 + (triads % 12 + semitones) % 12
    triads = np.where(triads == NO_CHORD, NO_CHORD, moved_triads)
    melody, notes = ordered(shift(sheet.melody)), ordered(shift(sheet.notes))
    return replace(sheet, melody=melody, notes=notes, triads=triads)


def _within(notes: Notes, sheet: Sheet, bar: int) -> list[list[int]]:
    edges = [bar * sheet.bar_steps, (bar + 1) * sheet.bar_steps]
    first, last = np.searchsorted(notes[:, STEP], edges)
    result: list[list[int]] = notes[first:last].tolist()
    return result
