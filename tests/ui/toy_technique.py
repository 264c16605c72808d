"""A technique as CONTRIBUTING describes one: this file is copied among the others, and that is all.

It draws the band's picture from the melody's with two convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.music.instruments import Part
from studio.techniques.forms import Form, Training, setting
from studio.techniques.lazy import Module, Tensor, nn
from studio.techniques.losses import Loss
from studio.techniques.rolls import Batch, Pictures, RollTechnique
from studio.techniques.weights import answer


class Net(Module):
    def __init__(self, tracks: int, channels: int) -> None:
        super().__init__()
        self.into, self.out = nn.Conv2d(1, channels, 5, 1, 2), nn.Conv2d(channels, tracks, 5, 1, 2)

    def forward(self, melody: Tensor) -> Tensor:
        logits: Tensor = self.out(self.into(melody).relu())
        return logits


class Toy(RollTechnique):
    id, title, description = "toy", "Toy", "Plays in the neighbourhood of the melody."
    losses = {  # noqa: RUF012
        "cell_loss": Loss("Cell loss", "How surprised it is by a cell, in nats.", judges=True)
    }

    class Settings(Training):
        mirrors: int = setting(4, 1, 64, "Channels between melody and band.", network=True)

    class Knobs(Form):
        daring: float = setting(0.5, 0.0, 2.0, "How much chance has a say.")

    def network(self, parts: Sequence[Part], settings: Settings) -> Net:
        return Net(len(parts), settings.mirrors)

    def loss(self, network: Net, batch: Batch) -> dict[str, Tensor]:
        logits = network(batch.melody)
        return {"cell_loss": nn.functional.binary_cross_entropy_with_logits(logits, batch.band)}

    def logits(
        self, network: Net, melody: Pictures, triads: Any, knobs: Knobs, rng: np.random.Generator
    ) -> Pictures:
        found: Pictures = answer(network, melody[None, None])[0]
        chance: Pictures = rng.normal(0, knobs.daring, found.shape).astype(np.float32)
        return found + chance
