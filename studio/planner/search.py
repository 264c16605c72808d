"""From odds to chords: the best path through what the network says, or one drawn near it.

All arrays are in the signature of C: `odds` (unit, TRIADS) log probabilities of each triad from
the network, `transition` (2, TRIADS, TRIADS) log probabilities of the next triad, first axis 1
where it begins a bar, counted from songs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TONIC, RELATIVE_TONIC = 0, 21  # C major and A minor
_TRANSITION = 0.15  # the network sees its neighbours already: songs' habits only tip the scales
_CLOSE = 1.5  # a tune closes on its tonic
_NEVER = -1e9


def best_path(
    odds: Array,
    strong: NDArray[np.bool_],
    transition: Array,
    minor: bool | None,
    known: Mapping[int, int] | None = None,
) -> NDArray[np.int64]:
    """The likeliest triads (unit,), by Viterbi's search; `strong` (unit,) says which units begin a
    bar, `known` fixes triads by unit, `minor` is the mode to close in, None where either may."""
    odds = np.array(odds, float)
    if minor is not True:
        odds[-1, TONIC] += _CLOSE
    if minor is not False:
        odds[-1, RELATIVE_TONIC] += _CLOSE if minor else 0.6 * _CLOSE
    for unit, triad in (known or {}).items():
        kept = np.full(odds.shape[1], _NEVER)
        kept[triad] = 0.0
        odds[unit] = kept
    value = odds[0]
    pointers: list[NDArray[np.int64]] = []
    for unit in range(1, len(odds)):
        candidates = value[:, None] + _TRANSITION * transition[int(strong[unit])]
        pointers.append(candidates.argmax(0))
        value = candidates.max(0) + odds[unit]
    path = [int(value.argmax())]
    for pointer in reversed(pointers):
        path.append(int(pointer[path[-1]]))
    return np.array(path[::-1])


def perturbed(odds: Array, risk: float, rng: np.random.Generator) -> Array:
    """Odds with Gumbel noise of scale `risk`: the best path through them is a draw from near the
    best (perturb-and-MAP, Papandreou and Yuille 2011). At 0 they stay as they are."""
    noise = rng.gumbel(size=odds.shape)
    return odds + risk * noise if risk > 0 else odds
