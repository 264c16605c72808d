"""Checkpoints of a training: all that it needs to go on, safe from a kill at any moment.

A checkpoint is two files: `checkpoint-<number>.safetensors`, and `checkpoint-<number>.json` with
facts and the SHA-256 of both. Each is written under another name, brought to the disk and then
renamed; the JSON comes last, so that a checkpoint with one is whole. The newest two are kept: where
the newest is damaged, the one before serves.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.ground import files
from studio.ground.errors import BadModel, TuttiError
from studio.techniques import Trainer

FORMAT = 1
_KEPT = 2
_FACTS = re.compile(r"checkpoint-(\d{6,})\.json")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`facts` are what JSON can say, `tensors` arrays by name."""

    facts: dict[str, Any]
    tensors: Trainer.Weights


def write(folder: Path, checkpoint: Checkpoint) -> None:
    """Adds a checkpoint and drops all but the newest two. Raises TuttiError where the disk takes no
    more; the checkpoints there were stay."""
    numbers = _numbers(folder)
    number = max(numbers, default=0) + 1
    tensors = save_tensors({n: np.asarray(v, order="C") for n, v in checkpoint.tensors.items()})
    body = {
        "format": FORMAT,
        "facts": checkpoint.facts,
        "tensors": hashlib.sha256(tensors).hexdigest(),
    }
    whole = {"sum": _sum(body), "body": body}
    put(_tensors_file(folder, number), tensors)
    put(_facts_file(folder, number), json.dumps(whole, allow_nan=False).encode())
    for old in sorted({*numbers, number})[:-_KEPT]:
        _facts_file(folder, old).unlink(missing_ok=True)
    kept = {_tensors_file(folder, one) for one in _numbers(folder)}
    for file in (*folder.glob("checkpoint-*"), *folder.glob(".checkpoint-*")):  # old, unfinished
        if file.suffix != ".json" and file not in kept:
            file.unlink(missing_ok=True)


def read(folder: Path) -> Checkpoint | None:
    """The newest checkpoint that is whole; None where there is none at all. Raises BadModel where
    there are only damaged ones."""
    numbers = _numbers(folder)
    for number in reversed(numbers):
        found = _read(folder, number)
        if found is not None:
            return found
    if numbers:
        raise BadModel(
            "The checkpoints of this training are damaged: start it anew, or go on from an epoch."
        )
    return None


def put(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all; what it was before stays until then. Raises TuttiError
    where the disk takes no more."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(path, data, durable=True)
    except OSError as error:
        raise no_room(path, error) from error


def no_room(path: Path, error: OSError) -> TuttiError:
    """The sentence for a file that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TuttiError("The disk is full: make room, and the training goes on where it was.")
    reason = error.strerror or str(error)
    return TuttiError(f"Tutti cannot write {path.name} ({reason}): check the data folder.")


def _read(folder: Path, number: int) -> Checkpoint | None:
    """The checkpoint of that number; None where anything of it is not as it was written."""
    try:
        whole = json.loads(_facts_file(folder, number).read_bytes())
        body = whole["body"]
        if whole["sum"] != _sum(body) or body["format"] != FORMAT:
            return None
        tensors = _tensors_file(folder, number).read_bytes()
        if hashlib.sha256(tensors).hexdigest() != body["tensors"]:
            return None
        return Checkpoint(body["facts"], load_tensors(tensors))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError):
        return None


def _sum(body: object) -> str:
    """SHA-256 of what the JSON says, however it is spaced."""
    said = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    found = (_FACTS.fullmatch(file.name) for file in folder.iterdir())
    return sorted(int(match[1]) for match in found if match)


def _facts_file(folder: Path, number: int) -> Path:
    return folder / f"checkpoint-{number:06}.json"


def _tensors_file(folder: Path, number: int) -> Path:
    return folder / f"checkpoint-{number:06}.safetensors"
