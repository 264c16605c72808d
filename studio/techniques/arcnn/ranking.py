"""Which of several candidates is the best: one that breaks few rules and is as surprising as real
music is. The likeliest of all stands still."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.techniques.arcnn import rules
from studio.techniques.arcnn.draft import Draft
from studio.techniques.arcnn.odds import Odds
from studio.techniques.arcnn.symbols import HIDDEN, SYMBOLS, Mask
from studio.techniques.lazy import torch

_STRATA = 4


def surprise(odds: Odds, draft: Draft, free: Mask) -> NDArray[np.float64]:
    """Nats a free cell of each candidate when any number of cells is hidden, the same cells for
    all, (candidate,)."""
    rng, cells = np.random.default_rng(0), np.flatnonzero(free)
    total = np.zeros(len(draft.symbols))
    for stratum in range(_STRATA):
        hidden = np.zeros(free.shape, bool)
        many = max(1, round((stratum + 0.5) / _STRATA * len(cells)))
        hidden.flat[rng.permutation(cells)[:many]] = True
        mask = torch.from_numpy(hidden)
        told, _ = odds(draft.symbols.masked_fill(mask, HIDDEN), draft.struck.masked_fill(mask, 0))
        each = told.gather(-1, draft.symbols.clamp(max=SYMBOLS - 1)[..., None])[..., 0]
        total -= (each * mask).sum((1, 2)).numpy() / many / _STRATA
    return total


def best(odds: Odds, draft: Draft, free: Mask, typical: float) -> int:
    """The place of the best candidate; `typical`: the surprise of real music, nats a free cell."""
    far = np.abs(surprise(odds, draft, free) - typical) * free.sum()
    broken = [rules.breaks(one) for one in draft.symbols.numpy()]
    return int(np.argmin(far + broken))
