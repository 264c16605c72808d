"""From odds to chords: the best path through what the network says, or one drawn near it.

All arrays are in the signature of C: `odds` (unit, TRIADS) log probabilities of each triad from
the network, `transition` (2, TRIADS, TRIADS) log probabilities of the next triad, first axis 1
where it begins a bar, counted from songs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from studio.music.theory import TRIADS

Array = NDArray[np.float64]

TONIC, RELATIVE_TONIC = 0, 21  # C major and A minor
_TRANSITION = 0.15  # the network sees its neighbours already: songs' habits only tip the scales
_CLOSE = 1.5  # a tune closes on its tonic
_NEVER = -1e9
_TOLD, _TOLD_FLOOR = 1.4, 0.05  # how much chords known at like places count
_LIKELY = 0.75  # odds that a seventh must have to be shown


def echoed(odds: Array, told: Array) -> Array:
    """Odds raised for the chords known where the melody is alike, `told` (unit, TRIADS) their
    shares there.

    The network hears of them too and follows half as far. On the songs for tuning, the weight that
    let other chords follow given ones best; drawing all odds towards those of like places bought
    nothing and took the cadences from tunes whose lines begin alike.
    """
    result: Array = odds + _TOLD * np.log(told + _TOLD_FLOOR)
    return result


def best_path(
    odds: Array,
    strong: NDArray[np.bool_],
    transition: Array,
    minor: bool | None,
    known: Mapping[int, int] | None = None,
) -> NDArray[np.int64]:
    """The likeliest triads (unit,), by Viterbi's search; `strong` (unit,) says which units begin a
    bar, `known` fixes triads by unit, or silence, which is never chosen else; `minor` is the mode
    to close in, None where either may."""
    odds = _with_silence(np.array(odds, float), _NEVER)
    transition = np.stack([_with_silence(_with_silence(table, 0).T, 0).T for table in transition])
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


def worth(
    path: NDArray[np.int64], odds: Array, strong: NDArray[np.bool_], transition: Array
) -> float:
    """How likely a path (unit,) is by odds and transitions; silence counts nothing."""
    sounding = path < TRIADS
    total = odds[np.flatnonzero(sounding), path[sounding]].sum()
    both = np.flatnonzero(sounding[1:] & sounding[:-1]) + 1
    moves = transition[strong[both].astype(int), path[both - 1], path[both]]
    return float(total + _TRANSITION * moves.sum())


def likely_sevenths(path: NDArray[np.int64], odds: Array) -> NDArray[np.int64]:
    """What stands on each chord of a path (unit,): a seventh or sixth where it is clearly likely
    while the chord lasts, else nothing. `odds` (unit, CHORDS, SEVENTHS) log probabilities."""
    chosen = np.exp(odds[np.arange(len(path)), path])  # (unit, SEVENTHS)
    edges = np.flatnonzero(np.diff(path)) + 1
    kinds = np.zeros(len(path), np.int64)
    for units in np.split(np.arange(len(path)), edges):
        mean = chosen[units].mean(0)
        if mean.max() >= _LIKELY:
            kinds[units] = mean.argmax()
    return kinds


def _with_silence(table: Array, value: float) -> Array:
    """A column more, for silence."""
    return np.pad(table, ((0, 0), (0, 1)), constant_values=value)


def perturbed(odds: Array, risk: float, rng: np.random.Generator) -> Array:
    """Odds with Gumbel noise of scale `risk`: the best path through them is a draw from near the
    best (perturb-and-MAP, Papandreou and Yuille 2011). At 0 they stay as they are."""
    noise = rng.gumbel(size=odds.shape)
    return odds + risk * noise if risk > 0 else odds
