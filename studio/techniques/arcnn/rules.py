"""The rules of voice leading that are counted: parallels, crossings, spacing. Symbols are (step,
voice), the highest voice first."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from studio.techniques.arcnn.symbols import OUT, REST, Cells, Mask

# what a break weighs, in nats; crossings and wide spacing for each step
PARALLEL, CROSSING, SPACING, FLICKER = 6.0, 0.5, 0.25, 3.0
_OCTAVE, _STEP = 12, 2


class Parallel(NamedTuple):
    """Two voices that reach a step in the same direction with the fifth, the octave or the unison
    that they had before."""

    step: int
    upper: int
    lower: int


def parallels(symbols: Cells) -> list[Parallel]:
    """All parallels, in the order of their steps."""
    before, after = symbols[:-1], symbols[1:]
    sung = is_sung(before) & is_sung(after)
    moves = after - before
    found = []
    for i, j in combinations(range(symbols.shape[1]), 2):
        was, is_ = ((grid[:, i] - grid[:, j]) % _OCTAVE for grid in (before, after))
        alike = sung[:, i] & sung[:, j] & (moves[:, i] * moves[:, j] > 0)
        alike &= (was == is_) & np.isin(was, (0, 7))
        found += [Parallel(int(step) + 1, i, j) for step in np.flatnonzero(alike)]
    return sorted(found)


def crossed(symbols: Cells) -> Mask:
    """Where a voice sings below the next lower one, (step, pair of neighbours)."""
    high, low = symbols[:, :-1], symbols[:, 1:]
    found: Mask = is_sung(high) & is_sung(low) & (high < low)
    return found


def wide(symbols: Cells) -> Mask:
    """Where neighbours of the upper voices are more than an octave apart, (step, pair)."""
    high, low = symbols[:, :-2], symbols[:, 1:-1]
    found: Mask = is_sung(high) & is_sung(low) & (high - low > _OCTAVE)
    return found


def flickers(symbols: Cells) -> Mask:
    """Single sixteenths that are leapt to or from, (step, voice): nobody sings them."""
    before, now, after = symbols[:-2], symbols[1:-1], symbols[2:]
    alone = (before != now) & (now != after) & is_sung(now)
    leaps = is_sung(before) & (abs(now - before) > _STEP) | is_sung(after) & (
        abs(after - now) > _STEP
    )
    found: Mask = np.pad(alone & leaps, ((1, 1), (0, 0)))
    return found


def breaks(symbols: Cells) -> float:
    """All breaks of the rules, weighed."""
    return float(
        PARALLEL * len(parallels(symbols))
        + CROSSING * crossed(symbols).any(1).sum()
        + SPACING * wide(symbols).any(1).sum()
        + FLICKER * flickers(symbols).sum()
    )


def is_sung(symbols: Cells) -> Mask:
    """Where a pitch stands."""
    sung: Mask = (symbols != REST) & (symbols < OUT)
    return sung
