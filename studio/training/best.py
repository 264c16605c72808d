"""The weights of the epoch that foretold unseen music best: where little music is gone through
often, what comes after is learned by heart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from studio.techniques import Trainer
from studio.training.rows import Row

_PLACE = "best/"


class Best:
    """Looks at each epoch's row, and keeps the weights of the best, as they are shipped: fp16.

    `judged_by` is the column that judges; None where the last epoch counts, as a GAN's does, whose
    losses on unseen music may rise while its music gets better."""

    def __init__(self, judged_by: str | None) -> None:
        self._judged_by = judged_by
        self.epoch: int | None = None
        self.weights: dict[str, NDArray[np.generic]] = {}
        self._loss = math.inf

    def look(self, row: Row, weights: Callable[[], Trainer.Weights]) -> None:
        """Keeps the weights if the row, of an epoch that just ended, is better than all before."""
        loss = math.inf if self._judged_by is None else row.get(self._judged_by, math.inf)
        if loss < self._loss:
            self.epoch, self._loss = int(row["epoch"]), float(loss)
            self.weights = {name: np.array(value, np.float16) for name, value in weights().items()}

    def facts(self) -> dict[str, float] | None:
        """What JSON can say of it; None where no epoch was judged yet."""
        return None if self.epoch is None else {"epoch": self.epoch, "loss": self._loss}

    def state(self) -> dict[str, NDArray[np.generic]]:
        """The kept weights under names that no trainer uses."""
        return {_PLACE + name: value for name, value in self.weights.items()}

    def restore(self, facts: Mapping[str, float] | None, state: Trainer.Weights) -> None:
        """Goes on from facts and state."""
        if facts is None:
            return
        self.epoch, self._loss = int(facts["epoch"]), facts["loss"]
        self.weights = {
            name.removeprefix(_PLACE): value
            for name, value in state.items()
            if name.startswith(_PLACE)
        }
