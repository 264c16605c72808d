"""A window of a song as the models learn from it: rolls in the signature of C, and its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_STEPS = 128  # eight bars of 4/4 in sixteenths


@dataclass(frozen=True, slots=True)
class Window:
    """`melody` (2, step, pitch) and `parts` (part, 2, step, pitch), uint8 onset and sustain planes;
    `triads` (step,) the triad at each step; `bar_steps` sixteenths a bar; how many steps of the
    song lie before and after."""

    melody: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    triads: NDArray[np.int64]
    bar_steps: int
    steps_before: int
    steps_after: int


def to_c(signature: int) -> int:
    """Semitones that move music of a signature to that of C, at most a tritone."""
    return (5 - signature) % 12 - 5
