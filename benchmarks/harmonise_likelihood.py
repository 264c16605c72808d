"""How probable the AR-CNN finds a chorale, in nats a cell: pitch alone, the length given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from studio.techniques.arcnn.network import Network
from studio.techniques.arcnn.odds import EDGE, Odds
from studio.techniques.arcnn.symbols import HIDDEN, SYMBOLS, Cells, Mask, places

STRATA = 6  # numbers of hidden cells of each chorale, from few to all
_BAR = 16
_AT_ONCE = 16
_ORDER = (0, 3, 1, 2)  # soprano, bass, alto, tenor: the outer voices make the harmony


def orderless(network: Network, chorales: Sequence[Cells], seed: int = 0) -> float:
    """The mean over numbers of hidden cells and over which they are, of the hidden ones: the mean
    over random orders. Chorales (step, voice) weigh by their cells."""
    rng, total = np.random.default_rng(seed), 0.0
    for symbols in chorales:
        hidden = np.zeros((STRATA, symbols.size), bool)
        for row, mask in enumerate(hidden):
            many = int(np.ceil((row + rng.random()) / STRATA * symbols.size))
            mask[rng.choice(symbols.size, max(many, 1), replace=False)] = True
        hidden = hidden.reshape(STRATA, *symbols.shape)
        nats = _nats(network, symbols, hidden)
        total += float(((nats * hidden).sum((1, 2)) / hidden.sum((1, 2))).mean()) * symbols.size
    return total / sum(symbols.size for symbols in chorales)


def chronological(
    network: Network, chorales: Sequence[Cells], share: float, seed: int = 0
) -> tuple[float, float]:
    """The mean over a share of the cells, drawn at random, of each when all that comes later is
    hidden, and half of its 95 % interval."""
    rng, found = np.random.default_rng(seed), []
    for symbols in chorales:
        asked = [(step, turn) for step, turn in np.ndindex(symbols.shape) if rng.random() < share]
        for first in range(0, len(asked), _AT_ONCE):
            some = asked[first : first + _AT_ONCE]
            hidden = np.zeros((len(some), *symbols.shape), bool)
            for mask, (step, turn) in zip(hidden, some, strict=True):
                mask[step + 1 :] = True
                mask[step, _ORDER[turn:]] = True
            nats = _nats(network, symbols, hidden)
            found += [nats[i, step, _ORDER[turn]] for i, (step, turn) in enumerate(some)]
    return float(np.mean(found)), float(1.96 * np.std(found) / len(found) ** 0.5)


def _nats(network: Network, symbols: Cells, hidden: Mask) -> NDArray[np.float64]:
    """Of all cells under each mask, (mask, step, voice)."""
    place = places(len(symbols) + 2 * EDGE, _BAR, -EDGE % _BAR)
    odds = Odds(network, place, np.ones((*symbols.shape, SYMBOLS), bool))
    many = torch.from_numpy(symbols).expand(len(hidden), -1, -1)
    told, _ = odds(many.masked_fill(torch.from_numpy(hidden), HIDDEN), torch.zeros_like(many))
    return -told.gather(-1, many[..., None])[..., 0].double().numpy()
