"""Trains the transformer that all genres share: one network, told which style it plays."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from studio.techniques.transformer.settings import Settings
from studio.techniques.transformer.trainer import TransformerTrainer
from studio.techniques.technique import Weights
from studio.training.loop import Event
from studio.training.repertoire import Repertoire
from studio.window import Window

STEPS = 100  # updates an epoch
_CHECKED = 24  # held-out passages of each source


def train_shared(
    repertoire: Repertoire,
    settings: Settings,
    device: str,
    weights: Weights | None = None,
) -> Iterator[tuple[Event, TransformerTrainer]]:
    """Trains for the settings' epochs of `STEPS` updates; after each, what was lost, on passages
    held out too, and the trainer."""
    trainer = TransformerTrainer(repertoire.bands, settings, torch.device(device), weights)
    rng = np.random.default_rng(settings.seed)
    checks = _checks(repertoire)
    began = time.monotonic()
    for epoch in range(1, settings.epochs + 1):
        reports: dict[str, list[float]] = {}
        for step in range(STEPS):
            progress = (epoch - 1 + step / STEPS) / settings.epochs
            found = trainer.step(lambda: repertoire.draw(settings.batch_size, rng), progress)
            for name, value in found.items():
                if value:
                    reports.setdefault(name, []).append(value)
        values = {name: float(np.mean(column)) for name, column in reports.items()}
        for style, windows in checks.items():
            held_out = trainer.held_out(windows)
            values[f"{style}_held_out_note_loss"] = held_out["held_out_note_loss"]
        yield Event(epoch, time.monotonic() - began, values), trainer


def _checks(repertoire: Repertoire) -> dict[str, Sequence[Window]]:
    """Held-out passages by style, of bands only."""
    found: dict[str, list[Window]] = {}
    rng = np.random.default_rng(0)
    for source, windows in zip(repertoire.sources, repertoire.held_out, strict=True):
        if source.layout and len(windows):
            found.setdefault(source.style, []).extend(windows.batch(_CHECKED, rng))
    return {style: windows[:_CHECKED] for style, windows in found.items()}
