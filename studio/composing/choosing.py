"""A band that a critic chose: of several takes the one most like people's, passage by passage.

A technique that branches goes on from the one that was chosen, so that what was heard stays; of one
that plays all at once the whole is chosen. Which were chosen stands in the recipe: a replay draws
the same random numbers, and needs no critic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.composing.request import Chosen
from studio.music.score import Score
from studio.techniques import Critic, Technique, technique

if TYPE_CHECKING:
    from studio.composing.performance import Performance

PASSAGE = 2  # bars that are chosen at once
_LEANING = 2.0  # on what the critic says: 1 would be its odds
_HEARD = 8  # bars that a choice hears: what came before, and the passage


@dataclass(frozen=True, slots=True)
class Passage:
    """What there is of a band after so many bars, and what was chosen up to there."""

    bars: int
    chosen: tuple[Chosen, ...]
    score: Callable[[], Score]


def choose(performance: Performance, critic: Critic, seed: int, most: int) -> Iterator[Passage]:
    """A band of `most` bars, after each passage of it chosen among as many takes as were asked
    for."""
    kind, count = _kind(performance), performance.choices
    line = performance.melody.line
    signature = performance.plan.key.signature
    if not kind.branches:
        takes = [_played(performance, _rng(seed, 0, take)) for take in range(count)]
        best = _pick(critic.odds(takes, signature, 0, line.bars), _rng(seed, 0))
        yield Passage(most, ((most, best),), lambda: takes[best])
        return
    writing = _writing(performance, [_rng(seed, 0, take) for take in range(count)])
    onward, chosen = None, tuple[Chosen, ...]()
    for bars in range(1, most + 1):
        scores, onward = writing.send(onward), None
        if bars % PASSAGE == 0 or bars == most:
            first = max(bars - _HEARD, 0)
            odds = critic.odds(scores(first), signature, first, bars)
            best = _pick(odds, _rng(seed, bars))
            chosen = (*chosen, (bars, best))
            yield Passage(bars, chosen, partial(_take, scores, best))
            onward = Technique.Onward(best, [_rng(seed, bars, take) for take in range(count)])


def as_chosen(performance: Performance, seed: int, most: int) -> Iterator[Passage]:
    """The same band from what was chosen, bar by bar where the technique gives that."""
    chosen = performance.request.chosen
    rngs = chances(chosen, seed)
    if not _kind(performance).branches:
        whole = _played(performance, rngs[0])
        yield Passage(most, chosen, lambda: whole)
        return
    writing = _writing(performance, [rngs[0]])
    onward = None
    for bars in range(1, most + 1):
        scores = writing.send(onward)
        yield Passage(bars, chosen, partial(_take, scores, 0))
        onward = Technique.Onward(0, [rngs[bars]]) if bars in rngs else None


def chances(chosen: tuple[Chosen, ...], seed: int) -> Mapping[int, np.random.Generator]:
    """The chance of a band from the start, 0, and from each bar after which a choice was made."""
    if not chosen:
        return {0: np.random.default_rng(seed)}
    begins = [0, *(bars for bars, _ in chosen[:-1])]
    return {first: _rng(seed, first, take) for first, (_, take) in zip(begins, chosen, strict=True)}


def _take(scores: Technique.Takes, take: int) -> Score:
    return scores()[take]


def _pick(odds: NDArray[np.float32], rng: np.random.Generator) -> int:
    """A take by its log odds to be people's. The best always would be like people no more, but
    whatever the critic was wrong about."""
    leaning = np.exp(_LEANING * (odds - odds.max()))
    return int(rng.choice(len(odds), p=leaning / leaning.sum()))


def _rng(seed: int, bars: int, *take: int) -> np.random.Generator:
    """The chance of a take's passage from a bar on, counted from 0, or of the choice after it."""
    return np.random.default_rng([seed, bars, *take])


def _kind(performance: Performance) -> Technique:
    return technique(performance.band.card.technique)


def _writing(performance: Performance, rngs: list[np.random.Generator]) -> Technique.Barwise:
    band = performance.band
    return _kind(performance).write(band.module, band.card.parts, performance.commission, rngs)


def _played(performance: Performance, rng: np.random.Generator) -> Score:
    band, line = performance.band, performance.melody.line
    plan, knobs = performance.plan, performance.knobs
    return _kind(performance).play(band.module, band.card.parts, line, plan, knobs, rng)
