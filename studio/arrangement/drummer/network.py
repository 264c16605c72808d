"""The drummer's network: a recurrent one that reads what was struck a sixteenth ago and in earlier
bars, and gives the odds of each drum, its loudness and its timing.

The hierarchy of hits, velocities and offsets is that of GrooVAE (Gillick et al. 2019, Learning to
Groove with Inverse Sequence Transformations, ICML); the bars before stand beside the input, since
what makes a groove is that it comes back.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from studio.arrangement.drummer.bars import LEVELS
from studio.arrangement.drummer.cells import AROUND, BACK
from studio.arrangement.drummer.strokes import DRUMS
from studio.arrangement.drummer.styles import STYLES

NOW = 3 * DRUMS  # the step before: struck, loud, late
THEN = 2 * DRUMS * len(BACK) * len(AROUND)  # the same place in earlier bars: struck, loud
# how many values each thing has that a step is told, in this order
TOLD = {
    "place": 32, "left": 17, "style": len(STYLES) + 1, "tempo": 6, "loud": LEVELS + 1,
    "busy": LEVELS + 1, "fill": 2, "after_fill": 2, "swung": 2, "last": 2,
}  # fmt: skip
_SPREADS = (-4.0, 1.0)  # logarithms


class Network(nn.Module):
    """`width` features of memory in two layers, `told` of what a step is told."""

    def __init__(self, width: int = 160, told: int = 96, dropout: float = 0.15) -> None:
        super().__init__()
        self.now = nn.Linear(NOW, told, bias=False)
        self.then = nn.Linear(THEN, told, bias=False)
        self.told = nn.ModuleList(nn.Embedding(many, told) for many in TOLD.values())
        self.memory = nn.GRU(told, width, 2, batch_first=True, dropout=dropout)
        self.drop = nn.Dropout(dropout)
        self.hits = nn.Linear(width + told, DRUMS)
        self.beside = nn.Parameter(torch.zeros(DRUMS, DRUMS))
        self.touch = nn.Linear(width + told, 4 * DRUMS)
        self.touch_beside = nn.Linear(DRUMS, 4 * DRUMS, bias=False)

    def forward(
        self, now: Tensor, then: Tensor, told: Tensor, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(batch, step, NOW), (batch, step, THEN), (batch, step, TOLD) to features (batch, step,
        width + told), and the state to go on from."""
        return self.follow(now, then, self.read(told), state)

    def read(self, told: Tensor) -> Tensor:
        """What is told of steps, (…, TOLD), as features (…, told)."""
        features = [table(told[..., column]) for column, table in enumerate(self.told)]
        return torch.stack(features).sum(0)

    def follow(
        self, now: Tensor, then: Tensor, read: Tensor, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As `forward`, with what is told read already."""
        x = self.drop((self.now(now) + self.then(then) + read).relu())
        y, state = self.memory(x, state)
        return torch.cat([self.drop(y), x], -1), state

    def odds(self, features: Tensor, struck: Tensor) -> Tensor:
        """The logits of each drum (…, DRUMS); each knows those that stand before it on the kit."""
        logits: Tensor = self.hits(features) + struck @ self.beside.triu(1)
        return logits

    def touches(self, features: Tensor, struck: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Mean and logarithm of the spread of loudness (0-1), and of lateness
        (thirty-seconds), of each drum (…, DRUMS) where it is struck."""
        all_of = self.touch(features) + self.touch_beside(struck)
        loud, loud_spread, late, late_spread = all_of.unflatten(-1, (4, DRUMS)).unbind(-2)
        return loud, loud_spread.clamp(*_SPREADS), late, late_spread.clamp(*_SPREADS)
