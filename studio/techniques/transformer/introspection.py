"""What the network thought as it wrote a note: what it was drawn from, and what was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import KIT
from studio.music.roll import LOW_PITCH, PITCHES
from studio.techniques.introspection import END, QUESTIONS, Option, Seen, Thought
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.choice import Ask, distributions
from studio.techniques.transformer.decoding.packed import Packed
from studio.techniques.transformer.looking import look
from studio.techniques.transformer.sheet import SOUND, STEP, WHO, Floats


class Watcher:
    """Waits for one note of a band to be written, and keeps what the network thought. `wanted` is
    its step, sound and role as in a sheet; `shift` semitones from the piece's key to C; `names` the
    parts' names by role; `cut` what narrows the choices."""

    def __init__(
        self,
        packed: Packed,
        wanted: tuple[int, int, int],
        shift: int,
        names: Mapping[int, str],
        cut: str,
    ) -> None:
        self.thought: Thought | None = None
        self._packed, self._shift = packed, shift
        self._wanted, self._names, self._cut = wanted, names, cut

    def __call__(
        self, note: list[int], state: Floats, ask: Ask, chosen: NDArray[np.int64], rows: v.Rows
    ) -> None:
        if self._wanted != (note[STEP], note[SOUND], note[WHO]):
            return
        alone = Ask._make(np.ascontiguousarray(column[:1]) for column in ask)
        odds, left = distributions(self._packed, state, alone, chosen)
        first = note[STEP] - int(chosen[0])
        self.thought = Thought(
            {
                question: self._options(i, odds[i], left[i], int(chosen[i]))
                for i, question in enumerate(QUESTIONS)
            },
            self._seen(rows, first),
            first,
            self._cut,
        )

    def _options(
        self, question: int, odds: Floats, left: NDArray[np.bool_], taken: int
    ) -> list[Option]:
        order = np.argsort(-odds, kind="stable")
        return [
            Option(self._value(question, i), float(odds[i]), bool(left[i]), i == taken)
            for i in order.tolist()
            if odds[i] > 0
        ]

    def _value(self, question: int, place: int) -> int | str:
        if question == 0 and place == v.END:
            return END
        if question == 1:
            return self._name(place)
        if question == 2:
            return KIT[place - v.DRUM_PITCH] if place >= PITCHES else self._pitch(place)
        return v.DURATIONS[place] if question == 3 else place

    def _name(self, role: int) -> str:
        return self._names.get(role, v.ROLES[role])

    def _pitch(self, sound: int) -> int:
        return sound + LOW_PITCH - self._shift

    def _seen(self, rows: v.Rows, first: int) -> list[Seen]:
        """Rows with their share; times are counted from where reading began, so that the last
        bar's row tells where that was."""
        weights = look(self._packed, rows)
        start = first - int(rows[rows[:, v.KIND] == v.BAR][-1, v.TIME])
        return [
            self._row(row, start, weight)
            for row, weight in zip(rows.tolist(), weights.tolist(), strict=True)
        ]

    def _row(self, row: Sequence[int], start: int, weight: float) -> Seen:
        kind = ("start", "part", "bar", "chord", "melody", "note", "")[row[v.KIND]]
        others = {v.MELODY_ROLE: "Melody", v.NO_ROLE: ""}
        who = others[row[v.ROLE]] if row[v.ROLE] in others else self._name(row[v.ROLE])
        sound = row[v.PITCH]
        pitch = None
        if sound < PITCHES:
            pitch = self._pitch(sound)
        elif sound < v.NO_SOUND:
            pitch = KIT[sound - v.DRUM_PITCH]
        return Seen(kind, who, start + row[v.TIME], pitch, weight)
