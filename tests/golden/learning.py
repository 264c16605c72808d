"""Two trainings that were left in the middle of an epoch, gone on with: what their next steps lose,
and the weights at their end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import doors
from golden_music import digest
from old_files import NAMES, OLD, data_folder

LOSSES = OLD / "losses.json"
LEFT = ("paused", "left")


def going_on(which: str) -> dict[str, Any]:
    """The losses of the steps of the epoch under way, the rows of all epochs, and the digest of the
    weights that came of it."""
    with data_folder() as folder:
        run = doors.RunFolder.of(folder, NAMES[which])
        inputs, before = doors.inputs_in(run, folder), run.weights(0)
        losses: dict[str, Any] = {"steps": _steps(inputs, run.path), "epochs": []}
        to_the_end = doors.Controls(stop_when_converged=False)
        models = folder / "models"
        for event in doors.train(inputs, run.path, models, "cpu", lambda: to_the_end):
            if isinstance(event, doors.events.History):
                losses["epochs"] += map(_timeless, event.rows)
            elif isinstance(event, doors.events.Epoch):
                losses["epochs"].append(_timeless(event.row))
        file = models / inputs.card.id / "weights.safetensors"
        weights = doors.under_names_of(before, inputs.card.technique, file)
        return {**losses, "weights": digest(weights)}


def kept_losses() -> dict[str, Any]:
    """As the Tutti that began them went on, by training, and on which `kind` of machine."""
    kept: dict[str, Any] = json.loads(LOSSES.read_text(encoding="utf-8"))
    return kept


def _steps(inputs: Any, run_folder: Path) -> dict[str, list[float]]:
    """The losses of every step of the epoch that was under way, until it is over."""
    loop = doors.run_from(inputs, run_folder).loop
    while loop.step < loop.steps:
        loop.advance()
    reports: dict[str, list[float]] = loop.facts()["reports"]
    return reports


def _timeless(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what depends on the clock: seconds, and whether the model was heard."""
    return {k: v for k, v in row.items() if k != "seconds" and "similarity" not in k}
