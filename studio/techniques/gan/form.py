"""The form of a piece: which of its bars answer which, heard in the melody.

Where a phrase of the melody comes back, the band draws the same random numbers as before: its
rhythm and voicing return with the tune, and differ only as far as melody, chords and place differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.music.roll import ONSET

PHRASE_BARS = 4
_ALIKE = 0.5  # share of (sixteenth, pitch) that a phrase has in common with the one it answers


@dataclass(frozen=True, slots=True)
class Form:
    """`source` (bar,): the earliest bar that each bar answers, itself where it is new."""

    source: NDArray[np.int64]
    bar_steps: int

    @property
    def bars(self) -> int:
        return len(self.source)

    def spread(self, drawn: NDArray[Any]) -> NDArray[Any]:
        """Draws of each bar (bar, bar_steps, …) as draws of each step (step, …): a bar that
        answers another has that one's."""
        return drawn[self.source].reshape(-1, *drawn.shape[2:])


def form_of(melody: NDArray[np.uint8], bar_steps: int) -> Form:
    """The form of a melody's roll (2, steps, pitch), steps a multiple of `bar_steps`: a phrase of
    four bars answers the earliest one that has half of its notes in common with it."""
    bars = melody.shape[1] // bar_steps
    source = np.arange(bars)
    phrase = PHRASE_BARS * bar_steps
    onsets = melody[ONSET].astype(bool)
    for start in range(PHRASE_BARS, bars - PHRASE_BARS + 1, PHRASE_BARS):
        here = onsets[start * bar_steps :][:phrase]
        for earlier in range(0, start, PHRASE_BARS):
            if source[earlier] != earlier:
                continue
            there = onsets[earlier * bar_steps :][:phrase]
            either = int((here | there).sum())
            if either and (here & there).sum() >= _ALIKE * either:
                source[start : start + PHRASE_BARS] = source[earlier : earlier + PHRASE_BARS]
                break
    return Form(source, bar_steps)
