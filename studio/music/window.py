"""A window of a song as the models learn from it: rolls in the signature of C, and its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.music.score import Metre

WINDOW_STEPS = 128  # eight bars of 4/4 in sixteenths


@dataclass(frozen=True, slots=True)
class Window:
    """`melody` (2, step, pitch) and `parts` (part, 2, step, pitch), uint8 onset and sustain planes;
    `triads` (step,) the triad at each step; `bar_steps` and `beat_steps` sixteenths a bar and a
    beat; how many steps of the song lie before and after; `style` which of several genres it is of.
    `loud_melody` (step, pitch) and `loud_parts` (part, step, pitch) uint8 hold the velocity of each
    onset, 0 where it is not known how people played."""

    melody: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    triads: NDArray[np.int64]
    bar_steps: int
    beat_steps: int
    steps_before: int
    steps_after: int
    style: int = 0
    loud_melody: NDArray[np.uint8] | None = None
    loud_parts: NDArray[np.uint8] | None = None


def beat_steps(metre: Metre) -> int:
    """Sixteenths in a beat as it is felt: three eighths in 6/8 and its kin, else a quarter."""
    return 6 if metre.unit == 8 and metre.beats % 3 == 0 else 4


def to_c(signature: int) -> int:
    """Semitones that move music of a signature to that of C, at most a tritone."""
    return (5 - signature) % 12 - 5
