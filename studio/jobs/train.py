"""The train job: music and settings in, a model out; what a page submits.

Its events are those of `studio.training.events`, beginning with a "stage"; its result is
what "done" says. An attempt that goes on from a checkpoint tells all rows so far in one "history".
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio.errors import JobError
from studio.queue import JsonObject

RUN_FILE = "run.json"
_ID = re.compile(r"^[\w-]{1,64}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a page asks for: the model's `name`, the id of the `set` it learns from, the `technique`
    and its `settings` by name, the `layout` of the songs, the songs' names where `only` some are
    learned from. It goes on from the model `base`, or from `start` {"run", "epoch"}: the weights
    that an earlier run had then; else from nothing. `preset` is for display."""

    name: str
    set: str
    technique: str
    settings: dict[str, Any]
    layout: str
    only: list[str] | None = None
    base: str = ""
    start: dict[str, Any] | None = None
    stop_when_converged: bool = True
    preset: str = ""

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def run_folder(data_dir: Path, job_id: str) -> Path:
    """Where a training's checkpoints, weights by epoch and history lie; raises JobError for what
    is no job's id."""
    if not _ID.match(job_id):
        raise JobError("There is no such training: look at the list of trainings.")
    return data_dir / "runs" / job_id
