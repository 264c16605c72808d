"""The weights that a training had after its epochs, for who wants to hear it learn: fp16, a file
each, `epochs/<epoch>.safetensors` in the run's folder. Reads and writes without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.errors import BadModel, TuttiError
from studio.techniques import Trainer
from studio.training.checkpoint import put

MOST = 24
_FOLDER = "epochs"


def kept_epochs(run_folder: Path) -> list[int]:
    """The epochs whose weights are kept, in order; 0 is before the first."""
    names = (file.stem for file in (run_folder / _FOLDER).glob("*.safetensors"))
    return sorted(int(name) for name in names if name.isdecimal())


def epoch_weights(run_folder: Path, epoch: int) -> dict[str, NDArray[Any]]:
    """The weights after an epoch, by name; raises BadModel where they are not kept, or damaged."""
    try:
        weights = load_tensors(_file(run_folder, epoch).read_bytes())
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        if isinstance(error, TuttiError):
            raise
        raise _missing(epoch) from error
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise _missing(epoch)
    return weights


def keep_weights(run_folder: Path, epoch: int, weights: Trainer.Weights) -> None:
    """Keeps the weights after an epoch; of more than `MOST`, drops what leaves the others spread
    most evenly, never the first. Raises TuttiError where the disk takes no more."""
    file = _file(run_folder, epoch)
    half = {name: np.asarray(value, np.float16, order="C") for name, value in weights.items()}
    put(file, save_tensors(half))
    kept = kept_epochs(run_folder)
    while len(kept) > MOST:
        dropped = most_crowded(kept)
        _file(run_folder, dropped).unlink(missing_ok=True)
        kept.remove(dropped)


def forget_after(run_folder: Path, epoch: int) -> None:
    """Drops the weights of later epochs, which a training that goes on from `epoch` makes anew."""
    for kept in kept_epochs(run_folder):
        if kept > epoch:
            _file(run_folder, kept).unlink(missing_ok=True)


def most_crowded(epochs: Sequence[int]) -> int:
    """Of sorted epochs the one with the nearest neighbours, neither the first nor the last."""
    inner = range(1, len(epochs) - 1)
    return epochs[min(inner, key=lambda i: epochs[i + 1] - epochs[i - 1])]


def _file(run_folder: Path, epoch: int) -> Path:
    return run_folder / _FOLDER / f"{epoch}.safetensors"


def _missing(epoch: int) -> BadModel:
    return BadModel(f"The weights after epoch {epoch} are missing or damaged: choose another.")
