"""How long a training will take: what a technique says a sample costs, times this machine's speed;
and what comes before the first epoch and after the last."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache

import numpy as np

from studio.ground.device import threads_for_training
from studio.techniques import technique

# Techniques say the processor seconds of a sample of one step, one thread, of shipped networks on
# Bach's chorales: the median of 25 steps of their trainer (`time.process_time`), 2026, on a core
# that needed so long for what `_slower` tries.
_REFERENCE_SECONDS = 0.00060
_HEARING = 1.25  # measuring, checkpoints
_TOGETHER = 1.3  # what a second core buys, measured: 1.36 for the GAN, 1.22 for the Transformer
_CALIBRATIONS = 9
# On the same core: until torch is loaded and people's bands and random notes are measured, for a
# passage that is read; for what each epoch ends with: unseen music and a checkpoint;
# and for the last measurement and the model's writing.
_READY_SECONDS, _READ_SECONDS, _EPOCH_SECONDS, _CLOSE_SECONDS = 4.0, 0.004, 0.2, 1.5


def seconds_an_epoch(
    windows: int, technique_id: str, settings: Mapping[str, float | int] | None = None
) -> float:
    """About how long a technique, with settings other than its own, needs on this machine to go
    through so many windows once. On a GPU it is quicker, on a machine at work slower. Raises
    BadModel for an unknown technique, BadKnob for settings out of range."""
    kind = technique(technique_id)
    cost = kind.seconds_a_sample(kind.Settings.parse(settings or {}))
    quicker = _TOGETHER if threads_for_training(beside=1) > 1 else 1.0
    return windows / kind.bars_a_window * cost * _HEARING * _slower() / quicker


def seconds_before(windows: int) -> float:
    """About how long it takes until the first epoch begins."""
    return (_READY_SECONDS + _READ_SECONDS * windows) * _slower()


def seconds_after(epochs: int) -> float:
    """About how long what follows so many epochs takes: what ends each, and writing the model."""
    return (_EPOCH_SECONDS * epochs + _CLOSE_SECONDS) * _slower()


@cache
def _slower() -> float:
    """How many times as long as where the costs were measured this machine takes to multiply small
    matrices, the best of a few tries of a millisecond: other work on it does not count."""
    matrices = np.full((128, 64, 64), 0.5, np.float32)  # small enough that one core multiplies
    into = np.empty_like(matrices)
    best = float("inf")
    for _ in range(_CALIBRATIONS):
        began = time.perf_counter()
        np.matmul(matrices, matrices, out=into)
        best = min(best, time.perf_counter() - began)
    return best / _REFERENCE_SECONDS
