"""A run's folder: what was asked for, the card of the model that comes of it, checkpoints, history,
and for who wants to hear it learn the weights that it had after some epochs: fp16, a file each,
`epochs/<epoch>.safetensors`. Reads and writes without torch."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.catalog import Card, Model
from studio.ground import files
from studio.ground.errors import BadModel, JobError
from studio.techniques import Trainer
from studio.training import checkpoint
from studio.training.rows import Row, read_rows
from studio.training.spec import RunSpec

HISTORY_FILE = "history.jsonl"
MOST = 24  # epochs whose weights are kept
_RUN_FILE = "run.json"
_ID = re.compile(r"^[\w-]{1,64}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder at a `path`, whether it is there yet or not."""

    path: Path

    @classmethod
    def of(cls, data_dir: Path, id: str) -> RunFolder:
        """Where the training of a job lies; raises JobError for what is no job's id."""
        if not _ID.match(id):
            raise JobError("There is no such training: look at the list of trainings.")
        return cls(data_dir / "runs" / id)

    @property
    def is_there(self) -> bool:
        """Whether it is written down what was asked for."""
        return (self.path / _RUN_FILE).exists()

    @property
    def is_broken_off(self) -> bool:
        """Whether there is a checkpoint to go on from; raises BadModel where all are damaged."""
        return checkpoint.read(self.path) is not None

    def spec(self) -> RunSpec:
        """What was asked for; raises BadModel where the training is gone."""
        return self._read()[0]

    def card(self) -> Card:
        """The card of the model that comes of it; raises BadModel where it has not begun."""
        card = self.made_card()
        if card is None:
            raise BadModel("This training has not begun yet: wait until its first epoch.")
        return card

    def made_card(self) -> Card | None:
        """The card, from when the training began on; raises BadModel where the training is gone."""
        return self._read()[1]

    def write(self, spec: RunSpec, card: Card | None = None) -> None:
        """Writes down what was asked for, and the card, whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        facts = {"request": spec.to_json(), "card": asdict(card) if card else None}
        text = json.dumps(facts, ensure_ascii=False) + "\n"
        files.write_whole(self.path / _RUN_FILE, text, durable=True)

    def rows(self) -> list[Row]:
        """Its history as far as it is written."""
        return read_rows(self.path / HISTORY_FILE)

    def epochs(self) -> list[int]:
        """The epochs whose weights are kept, in order; 0 is before the first."""
        names = (file.stem for file in (self.path / "epochs").glob("*.safetensors"))
        return sorted(int(name) for name in names if name.isdecimal())

    def weights(self, epoch: int) -> dict[str, NDArray[np.generic]]:
        """The weights after an epoch; raises BadModel where they are not kept, or damaged."""
        missing = f"The weights after epoch {epoch} are missing or damaged: choose another."
        return Model.weights_in(self._weights_file(epoch), BadModel(missing))

    def keep_weights(self, epoch: int, weights: Trainer.Weights) -> None:
        """Keeps the weights after an epoch; of more than `MOST`, drops what leaves the others
        spread most evenly, never the first. Raises TuttiError where the disk takes no more."""
        checkpoint.put(self._weights_file(epoch), Model.packed(weights))
        kept = self.epochs()
        while len(kept) > MOST:
            self._weights_file(dropped := _most_crowded(kept)).unlink(missing_ok=True)
            kept.remove(dropped)

    def forget_after(self, epoch: int) -> None:
        """Drops the weights of later epochs, which a training that goes on from `epoch` makes
        anew."""
        for kept in self.epochs():
            if kept > epoch:
                self._weights_file(kept).unlink(missing_ok=True)

    def _weights_file(self, epoch: int) -> Path:
        return self.path / "epochs" / f"{epoch}.safetensors"

    def _read(self) -> tuple[RunSpec, Card | None]:
        try:
            raw = json.loads((self.path / _RUN_FILE).read_text(encoding="utf-8"))
            card = raw.get("card")
            return RunSpec.from_json(raw["request"]), Card(**card) if card else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, JobError) as error:
            raise BadModel("This training is not there any more: begin a new one.") from error


def _most_crowded(epochs: Sequence[int]) -> int:
    """Of sorted epochs the one with the nearest neighbours, neither the first nor the last."""
    inner = range(1, len(epochs) - 1)
    return epochs[min(inner, key=lambda i: epochs[i + 1] - epochs[i - 1])]
