"""How long an epoch will take: a cost for each technique that was measured, times this machine's
speed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from studio.machine import threads_for_training
from studio.music.roll import WINDOW_STEPS
from studio.techniques import technique

# Processor seconds for a sample of one step, one thread, of shipped networks on Bach's chorales:
# the median of 25 steps of each technique's trainer (`time.process_time`), 2026, a core on which
# `_REFERENCE_SECONDS` was measured. Of the GAN with and without its critic, and for each of the
# critic's updates; of the Transformer for a layer and a feature of width, in both of which it is
# proportional.
_GAN_ALONE, _GAN_UPDATE, _GAN_WIDTH = 0.0115, 0.0177, 64
_TEXTBOOK_ALONE, _TEXTBOOK_UPDATE = 0.0023, 0.0040
_TRANSFORMER_FEATURE = 0.125 / (4 * 256)
_REFERENCE_SECONDS = 0.00060
_HEARING = 1.25  # measuring, checkpoints
_TOGETHER = 1.3  # what a second core buys, measured: 1.36 for the GAN, 1.22 for the Transformer
_CALIBRATIONS = 9
_BAR_STEPS = 16


def seconds_an_epoch(
    windows: int, technique_id: str, settings: Mapping[str, Any] | None = None
) -> float:
    """About how long a technique, with settings other than its own, needs on this machine to go
    through so many windows once. On a GPU it is quicker, on a machine at work slower. Raises
    BadModel for an unknown technique, BadKnob for settings out of range."""
    kind = technique(technique_id)
    chosen = kind.Settings.parse(settings or {})
    samples = windows / (kind.window_bars or WINDOW_STEPS // _BAR_STEPS)
    quicker = _TOGETHER if threads_for_training(beside=1) > 1 else 1.0
    return samples * _COSTS[technique_id](chosen) * _HEARING * _slower() / quicker


def _gan(settings: Any) -> float:
    size = 0.7 + 0.3 * (settings.width / _GAN_WIDTH) ** 2  # 0.78 was measured at half the width
    critic = (1 - settings.warm_up) * settings.update_ratio * _GAN_UPDATE
    return float(size * (_GAN_ALONE + critic))


def _textbook(settings: Any) -> float:
    return float(_TEXTBOOK_ALONE + settings.update_ratio * _TEXTBOOK_UPDATE)


def _transformer(settings: Any) -> float:
    return float(_TRANSFORMER_FEATURE * settings.layers * settings.width)


_COSTS = {"gan": _gan, "textbook": _textbook, "transformer": _transformer}


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
