"""What the drummer is asked for in a bar, and what a bar that people played would have been asked
for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.arrangement.drummer.strokes import Strokes

LEVELS = 6
OPEN = LEVELS  # not said
# what parts people's bars into six equal heaps: strokes a bar of 4/4, and their mean loudness
_BUSY_EDGES = (13, 16, 19, 22, 25)
_LOUD_EDGES = (0.423, 0.489, 0.552, 0.618, 0.707)
_TOMS = (3, 5, 7)  # on the kit
_SOME, _OTHER, _SAME = 0.15, 0.45, 0.6  # shares of strokes: more toms, another bar, one that lasts
_LEAST = 4  # strokes of a fill


@dataclass(frozen=True, slots=True)
class Bar:
    """How `busy` and how `loud` a bar is, 0 to 5 of what people play or OPEN, whether it is a
    `fill` or the `last` one. `like` is an earlier bar, from 0, that it is to sound like: where a
    section comes back. A `silent` one is not played."""

    busy: int = OPEN
    loud: int = OPEN
    fill: bool = False
    last: bool = False
    like: int | None = None
    silent: bool = False


def bars_of(strokes: Strokes, bar_steps: int, all_fill: bool = False) -> list[Bar]:
    """The whole bars of a performance; `all_fill` where it is nothing else. A fill is a bar that is
    unlike the four before it or has many more toms, and does not go on."""
    count = len(strokes.struck) // bar_steps
    hits = strokes.struck[: count * bar_steps].reshape(count, bar_steps, -1)
    loud = strokes.loud[: count * bar_steps].reshape(count, bar_steps, -1)
    many = hits.sum((1, 2))
    toms = hits[:, :, _TOMS].sum((1, 2)) / np.maximum(many, 1)
    mean = loud.sum((1, 2)) / np.maximum(many, 1)
    rated = many * 16 / bar_steps
    found = []
    for number in range(count):
        fill = all_fill or _is_fill(hits, toms, number)
        last = number == count - 1 > 3 and bool(hits[-1, 0].any() and not hits[-1, 5:].any())
        found.append(
            Bar(
                int(np.searchsorted(_BUSY_EDGES, rated[number])),
                int(np.searchsorted(_LOUD_EDGES, mean[number])),
                bool(fill),
                last and not all_fill,
            )
        )
    return found


def likeness(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """The share of strokes, 0 to 1, that two bars (step, drum) have in common (Jaccard)."""
    return float((one & other).sum() / max((one | other).sum(), 1))


def _is_fill(hits: NDArray[np.bool_], toms: NDArray[np.float64], number: int) -> bool:
    before = range(max(number - 4, 0), number)
    if not before or hits[number].sum() < _LEAST:
        return False
    other = max(likeness(hits[number], hits[one]) for one in before) < _OTHER
    rolls = toms[number] > np.median(toms[max(number - 8, 0) : number]) + _SOME
    goes_on = number + 1 < len(hits) and likeness(hits[number], hits[number + 1]) > _SAME
    return bool((other or rolls) and not goes_on)
