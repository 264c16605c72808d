"""Which of several candidates is the best: one that breaks few rules and surprises the network as
much as it expects to be surprised. The likeliest of all stands still."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.techniques.arcnn import rules
from studio.techniques.arcnn.draft import Draft
from studio.techniques.arcnn.odds import Odds
from studio.techniques.arcnn.symbols import HIDDEN, SYMBOLS, Mask
from studio.techniques.lazy import torch

_STRATA = 4
_NAT = 0.5  # how much a nat off weighs beside a broken rule


def strangeness(odds: Odds, draft: Draft, free: Mask) -> NDArray[np.float64]:
    """How far each candidate's surprise is from the one to be expected, its entropy, in nats over
    all free cells: typical music is near it (Meister et al. 2022, arXiv 2202.00666). Any number of
    cells is hidden, the same for all candidates; (candidate,)."""
    rng, cells = np.random.default_rng(0), np.flatnonzero(free)
    total = np.zeros(len(draft.symbols))
    for stratum in range(_STRATA):
        hidden = np.zeros(free.shape, bool)
        many = max(1, round((stratum + 0.5) / _STRATA * len(cells)))
        hidden.flat[rng.permutation(cells)[:many]] = True
        mask = torch.from_numpy(hidden)
        told, _ = odds(draft.symbols.masked_fill(mask, HIDDEN), draft.struck.masked_fill(mask, 0))
        each = told.gather(-1, draft.symbols.clamp(max=SYMBOLS - 1)[..., None])[..., 0]
        off = each - (told.exp() * told).sum(-1)
        total += (off * mask).sum((1, 2)).numpy() / many / _STRATA
    return np.abs(total) * len(cells)


def best(odds: Odds, draft: Draft, free: Mask) -> int:
    """The place of the best candidate."""
    broken = [rules.breaks(one) for one in draft.symbols.numpy()]
    return int(np.argmin(_NAT * strangeness(odds, draft, free) + broken))
