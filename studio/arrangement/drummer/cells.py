"""Strokes and bars as numbers for the network: what it is told of a step, and what it remembers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.arrangement.drummer.bars import Bar
from studio.arrangement.drummer.strokes import DRUMS, Strokes

BACK = (1, 2, 4)  # bars that are looked back
AROUND = (-1, 0, 1)  # steps around the same place there
_PLACES, _LEFT = 32, 16
_SLOWEST, _TEMPO, _TEMPOS = 60.0, 25.0, 6

Floats = NDArray[np.float32]


def told_of(
    bars: Sequence[Bar], bar_steps: int, style: int, bpm: float, swung: bool, together: int = 1
) -> NDArray[np.int64]:
    """What stands in `network.TOLD` of each step, (step, thing); so many short bars `together` are
    told as one."""
    whole = together * bar_steps
    tempo = int(np.clip((bpm - _SLOWEST) // _TEMPO, 0, _TEMPOS - 1))
    rows = [
        (
            place % _PLACES, min(whole - place, _LEFT), style, tempo, bar.loud, bar.busy,
            bar.fill, number > 0 and bars[number - 1].fill, swung, bar.last,
        )
        for number, bar in enumerate(bars)
        for place in range(number % together * bar_steps, (number % together + 1) * bar_steps)
    ]  # fmt: skip
    return np.array(rows, np.int64).reshape(-1, 10)


def now_of(strokes: Strokes, step: int) -> Floats:
    """The step before, (3 x DRUMS,): struck, loud and late in thirty-seconds; 0 at the start."""
    if step == 0:
        return np.zeros(3 * DRUMS, np.float32)
    before = step - 1
    return np.concatenate(
        [strokes.struck[before], strokes.loud[before], strokes.late[before] * 2]
    ).astype(np.float32)


def then_of(strokes: Strokes, step: int, bar_steps: int, same: int | None = None) -> Floats:
    """The same place and those beside it in earlier bars, (18 x BACK x AROUND,): struck and loud, 0
    where there is nothing yet. Where a step is to sound the `same` as another, it is told of that
    one instead of the farthest."""
    found = np.zeros((len(BACK), len(AROUND), 2 * DRUMS), np.float32)
    for i, bars in enumerate(BACK):
        there = step - bars * bar_steps
        if same is not None and bars == BACK[-1]:
            there = same
        for j, beside in enumerate(AROUND):
            if 0 <= there + beside < step:
                found[i, j, :DRUMS] = strokes.struck[there + beside]
                found[i, j, DRUMS:] = strokes.loud[there + beside]
    return found.ravel()
