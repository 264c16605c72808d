"""Means and medians with their bootstrap intervals, redrawn by song: what one song's excerpts have
in common must not count as evidence twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDS = 1000
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its 95 % interval; without one where it is a single measurement."""

    value: float
    low: float | None = None
    high: float | None = None


def song_weights(songs: Sequence[str], rounds: int = ROUNDS, seed: int = 0) -> Array:
    """How often each excerpt counts, (1 + rounds, excerpt): once in row 0, and then as often as its
    song is drawn."""
    names, of = np.unique(songs, return_inverse=True)
    drawn = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=rounds
    )
    return np.concatenate([np.ones((1, len(of))), drawn[:, of].astype(float)])


def mean(values: Array, weights: Array) -> Array:
    """Weighted means, (round,), over the excerpts that have a value; NaN where none has."""
    known = ~np.isnan(values)
    total = weights[:, known].sum(1)
    result: Array = np.divide(
        weights[:, known] @ values[known], total, out=np.full(len(weights), np.nan), where=total > 0
    )
    return result


def median(values: Array, weights: Array) -> Array:
    """Weighted medians, (round,), over the excerpts that have a value; NaN where none has."""
    order = np.argsort(values[~np.isnan(values)])
    kept = values[~np.isnan(values)][order]
    if not len(kept):
        return np.full(len(weights), np.nan)
    cumulated = np.cumsum(weights[:, ~np.isnan(values)][:, order], axis=1)
    middle = (cumulated < cumulated[:, -1:] / 2).sum(1)
    return np.asarray(kept[np.minimum(middle, len(kept) - 1)])


def figure(rounds: Array) -> Figure | None:
    """The first round as the value, the others as its interval; None where there is no value."""
    drawn = rounds[1:][~np.isnan(rounds[1:])]
    if np.isnan(rounds[0]):
        return None
    if not len(drawn):
        return Figure(float(rounds[0]))
    low, high = np.percentile(drawn, _PERCENTILES)
    return Figure(float(rounds[0]), float(low), float(high))


def around(rounds: Array) -> Figure | None:
    """As `figure`, for a distance, which redrawing alone moves up: the spread of the redrawn ones
    about their mean, laid about the value."""
    if np.isnan(rounds[0]):
        return None
    moved = rounds.copy()
    moved[1:] += rounds[0] - np.nanmean(rounds[1:])
    return figure(moved)
