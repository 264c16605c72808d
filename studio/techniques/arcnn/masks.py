"""Which cells are hidden while the network learns: one that would write in any order is asked for
any cells, and often for those that people ask for. Masks are (step, voice), True where hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studio.techniques.arcnn.symbols import Mask

BEAT = 4  # sixteenths


def any_cells(steps: int, voices: int, rng: np.random.Generator) -> Mask:
    """So many cells as each number of them is as likely, anywhere: the orderless training of NADE
    (Uria et al. 2014, arXiv 1310.1757) and Coconet (Huang et al. 2017, arXiv 1903.07227)."""
    cells = steps * voices
    mask = np.zeros(cells, bool)
    mask[rng.permutation(cells)[: rng.integers(1, cells + 1)]] = True
    return mask.reshape(steps, voices)


def some_voices(steps: int, voices: int, rng: np.random.Generator) -> Mask:
    """Some voices are known, often the melody alone; of the others a share or all is hidden."""
    known = np.zeros(voices, bool)
    if rng.random() < 0.6:
        known[0] = True
    else:
        known[rng.permutation(voices)[: rng.integers(1, max(voices, 2))]] = True
    share = 1.0 if rng.random() < 0.25 else rng.random()
    return (rng.random((steps, voices)) < share) & ~known


def what_comes(steps: int, voices: int, rng: np.random.Generator) -> Mask:
    """All after a moment, and of that moment some voices."""
    now = rng.integers(steps)
    mask = np.arange(steps)[:, None] > np.full(voices, now)
    mask[now, written_order(voices)[rng.integers(voices) :]] = True
    return mask


def a_stretch(steps: int, voices: int, rng: np.random.Generator) -> Mask:
    """A share or all of a stretch of some voices, as somebody paints it."""
    length = rng.integers(min(BEAT, steps), steps + 1)
    start = rng.integers(steps - length + 1)
    chosen = rng.random(voices) < 0.6
    chosen[rng.integers(voices)] = True
    share = 1.0 if rng.random() < 0.3 else rng.random()
    mask = np.zeros((steps, voices), bool)
    mask[start : start + length] = (rng.random((length, voices)) < share) & chosen
    return mask


def whole_beats(steps: int, voices: int, rng: np.random.Generator) -> Mask:
    """A share of all beats of a voice, so that no neighbour gives a note away."""
    beats = rng.random((steps // BEAT + 2, voices)) < rng.random()
    return np.repeat(beats, BEAT, 0)[rng.integers(BEAT) :][:steps]


_KINDS: Sequence[tuple[Callable[[int, int, np.random.Generator], Mask], float]] = (
    (any_cells, 0.45), (some_voices, 0.2), (what_comes, 0.2), (a_stretch, 0.1), (whole_beats, 0.05),
)  # fmt: skip


def hidden(steps: int, voices: int, rng: np.random.Generator) -> Mask:
    """A mask of one of the kinds, with a hidden cell at least."""
    draw = _KINDS[rng.choice(len(_KINDS), p=[share for _, share in _KINDS])][0]
    mask = draw(steps, voices, rng)
    return mask if mask.any() else any_cells(steps, voices, rng)


def written_order(voices: int) -> list[int]:
    """The voices as they are written one after the other: the outer ones, which make the harmony,
    then the inner ones."""
    return [0, voices - 1, *range(1, voices - 1)][:voices]
