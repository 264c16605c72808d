"""Strokes on the kit: what is struck in each sixteenth, how loud, and how early or late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import KIT, kit_drum
from studio.music.score import STEP_TICKS, Note

DRUMS = len(KIT)
LATEST = 0.45  # sixteenths: what is farther from its place belongs to another

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strokes:
    """`struck` (step, drum), bool; `loud` 0-1 and `late`, sixteenths from -LATEST to LATEST, of the
    same shape and 0 where nothing is struck."""

    struck: NDArray[np.bool_]
    loud: Floats
    late: Floats

    @classmethod
    def of(cls, notes: Iterable[Note], steps: int) -> Strokes:
        """Notes of a drum part as strokes; of two of a drum in a sixteenth the louder one counts,
        what is not on the kit or after the last step is left out."""
        struck = np.zeros((steps, DRUMS), bool)
        loud, late = np.zeros((2, steps, DRUMS), np.float32)
        for note in notes:
            step, drum = round(note.start_tick / STEP_TICKS), kit_drum(note.pitch)
            if drum is None or step >= steps or note.velocity / 127 <= loud[step, drum]:
                continue
            struck[step, drum] = True
            loud[step, drum] = note.velocity / 127
            late[step, drum] = np.clip(note.start_tick / STEP_TICKS - step, -LATEST, LATEST)
        return cls(struck, loud, late)

    def first(self, steps: int) -> Strokes:
        """Those of the first steps."""
        return Strokes(self.struck[:steps], self.loud[:steps], self.late[:steps])

    def within_bars(self, bar_steps: int) -> Strokes:
        """The same, but that no bar's first strokes come before its line: then bars can be changed
        without those beside them."""
        late = self.late.copy()
        late[::bar_steps] = np.maximum(late[::bar_steps], 0)
        return Strokes(self.struck, self.loud, late)

    def notes(self, feel: float = 1.0) -> tuple[Note, ...]:
        """The strokes as notes, each to the end of its sixteenth; `feel` 0-1 says how much of the
        timing is kept, 0 is on the grid. Nothing begins before the piece does."""
        found = []
        for step, drum in np.argwhere(self.struck).tolist():
            tick = round((step + feel * float(self.late[step, drum])) * STEP_TICKS)
            loud = min(max(round(float(self.loud[step, drum]) * 127), 1), 127)
            tick = max(tick, 0)
            found.append(Note(tick, KIT[drum], (step + 1) * STEP_TICKS - tick, loud))
        return tuple(sorted(found))

    def spread(self, places: Sequence[int], of: int) -> Strokes:
        """Beats of as many steps as there are `places` as beats of so many: each step goes to its
        place."""
        beats = len(self.struck) // len(places)
        at = (np.arange(beats)[:, None] * of + np.array(places)).ravel()
        spread = Strokes(
            np.zeros((beats * of, DRUMS), bool), *np.zeros((2, beats * of, DRUMS), np.float32)
        )
        spread.struck[at], spread.loud[at], spread.late[at] = self.struck, self.loud, self.late
        return spread

    @property
    def lean(self) -> Floats:
        """How late the drums are at each step, (step,), sixteenths, louder ones counting more; 0
        where nothing is struck."""
        weight = self.loud.sum(1)
        lean: Floats = np.divide(
            (self.loud * self.late).sum(1), weight, out=np.zeros_like(weight), where=weight > 0
        )
        return lean
