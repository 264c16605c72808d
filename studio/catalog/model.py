"""A model in its folder: the card, weights, the training's history and the copy check.

`<id>/card.json`, `weights.safetensors` (fp16), `history.jsonl`, where there is a copy check
`copies.safetensors` and `copies.json`, and where there is a critic `critic.safetensors` (fp16).
Nothing in it can run: weights are safetensors, the rest is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.catalog.card import FILE, Card, damaged
from studio.ground.errors import BadModel
from studio.measures import CopyIndex

_MAX_WEIGHT_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """A model ready to be built: its card, weights by name, the index of its training songs where
    there is one, and its critic's weights where it has one. `opponent` are those of the critic that
    it learned against, where it did: kept, and never read again here."""

    CRITIC: ClassVar = "critic.safetensors"
    OPPONENT: ClassVar = "opponent.safetensors"

    card: Card
    weights: Mapping[str, NDArray[np.generic]]
    copies: CopyIndex | None = None
    critic: Mapping[str, NDArray[np.generic]] | None = None
    opponent: Mapping[str, NDArray[np.generic]] | None = None

    @staticmethod
    def read(folder: Path) -> Model:
        """Card, weights, copy check and critic; raises BadModel where card or weights are missing,
        one of the four is damaged, or a weight is not a finite number."""
        card = Card.read(folder)
        weights = Model.weights_in(card.weights(folder), damaged(folder, "weights"))
        checked = any((folder / name).exists() for name in CopyIndex.FILES)
        critic = None
        if (folder / Model.CRITIC).exists():
            critic = Model.weights_in(folder / Model.CRITIC, damaged(folder, "critic"))
        return Model(card, weights, CopyIndex.load(folder) if checked else None, critic)

    @staticmethod
    def weights_in(path: Path, unfit: BadModel) -> dict[str, NDArray[np.generic]]:
        """The weights in a file; raises `unfit` where they are missing or damaged, or one of them
        is not a finite number."""
        try:
            small = path.stat().st_size <= _MAX_WEIGHT_BYTES
            weights = load_tensors(path.read_bytes()) if small else {}
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise unfit from error
        if not small or not all(np.isfinite(value).all() for value in weights.values()):
            raise unfit
        return weights

    @staticmethod
    def packed(weights: Mapping[str, NDArray[np.generic]]) -> bytes:
        """Weights as a file holds them: fp16."""
        half = {n: np.asarray(x, np.float16, order="C") for n, x in weights.items()}
        return save_tensors(half)

    def write(self, folder: Path, history: Iterable[Mapping[str, float]]) -> None:
        """Writes a model folder; the card last, so that a folder with a card is whole. A model that
        shares another's weights writes none."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).unlink(missing_ok=True)
        own = folder / "weights.safetensors"
        own.unlink(missing_ok=True)
        if not self.card.shares:
            own.write_bytes(Model.packed(self.weights))
        lines = [json.dumps(dict(event)) for event in history]
        (folder / "history.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name in (
            *CopyIndex.FILES,
            Model.CRITIC,
            Model.OPPONENT,
        ):  # those of an earlier training
            (folder / name).unlink(missing_ok=True)
        if self.copies is not None:
            self.copies.save(folder)
        if self.opponent:
            (folder / Model.OPPONENT).write_bytes(Model.packed(self.opponent))
        (folder / FILE).write_text(self.card.text(), encoding="utf-8")
