"""How far two sets of windows lie apart, feature by feature, and the same for redrawn sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.measures.features import Features

RUN = 8  # neighbouring windows that are redrawn together
_MISSING = (
    1.0  # sd that a feature is off where all of one side's windows lack it, none of the other
)

Array = NDArray[np.float64]


def wasserstein(
    one: Array, other: Array, one_weights: Array | None = None, other_weights: Array | None = None
) -> Array:
    """W1 of two samples (n,) and (m,), in their unit: the area between their distribution
    functions. Weights (rounds, n) and (rounds, m) give a distance a round; shape (rounds,)."""
    a = np.ones((1, len(one))) if one_weights is None else one_weights
    b = np.ones((1, len(other))) if other_weights is None else other_weights
    order_one, order_other = np.argsort(one), np.argsort(other)
    points = np.unique(np.concatenate([one, other]))
    cumulated = []
    for values, weights, order in ((one, a, order_one), (other, b, order_other)):
        below = np.searchsorted(values[order], points, side="right")
        total = np.cumsum(weights[:, order], axis=1)
        total = np.concatenate([np.zeros((len(total), 1)), total], axis=1)
        cumulated.append(total[:, below] / np.maximum(total[:, -1:], 1e-12))
    area: Array = np.abs(cumulated[0] - cumulated[1])[:, :-1] @ np.diff(points)
    return area


def distances(people: Features, model: Features, a: Array, b: Array) -> Array:
    """Each feature's distance in sd of people's, (rounds, feature), for weights of the windows
    (rounds, window); NaN for a feature that is the same constant everywhere and says nothing."""
    columns = []
    for index, least in enumerate(people.least_spread):
        one, other = people.values[:, index], model.values[:, index]
        has_one, has_other = ~np.isnan(one), ~np.isnan(other)
        lacks_one, lacks_other = (
            (weights * ~has).sum(1) / np.maximum(weights.sum(1), 1e-12)
            for weights, has in ((a, has_one), (b, has_other))
        )
        column = _MISSING * np.abs(lacks_one - lacks_other)
        if has_one.any() and has_other.any():
            spread = max(float(one[has_one].std()), float(least))
            moved = wasserstein(one[has_one], other[has_other], a[:, has_one], b[:, has_other])
            column = column + moved / spread
        values = np.concatenate([one, other])
        still = np.isnan(values).all() or (
            not np.isnan(values).any() and float(values.min()) == float(values.max())
        )
        columns.append(np.full(len(a), np.nan) if still else column)
    return np.stack(columns, axis=1)


def redraw(size: int, rounds: int, rng: np.random.Generator) -> Array:
    """How often each of `size` windows is drawn, (rounds, size), in runs of neighbours."""
    run = min(RUN, size)
    starts = rng.integers(0, size, (rounds, -(-size // run)))
    drawn = (starts[:, :, None] + np.arange(run)).reshape(rounds, -1)[:, :size] % size
    weights = np.zeros((rounds, size))
    np.add.at(weights, (np.arange(rounds)[:, None], drawn), 1)
    return weights
