"""The GAN technique: one melody in, a whole band out, as DeepComposer's first technique did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.techniques.base import Technique, Trainer, Weights
from studio.techniques.contract import Part
from studio.techniques.gan.settings import PRESETS, Knobs, Settings

if TYPE_CHECKING:
    import numpy as np

    from studio.music.harmony import ChordPlan
    from studio.music.score import Score


def _build(parts: Sequence[Part], settings: Settings, weights: Weights, device: str) -> Any:
    from studio.techniques.gan.models import load

    return load(parts, settings.width, weights, device)


def _compose(
    module: Any,
    parts: Sequence[Part],
    melody: Score,
    plan: ChordPlan,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Score:
    from studio.techniques.gan.compose import compose

    return compose(module, parts, melody, plan, knobs, rng)


def _trainer(
    parts: Sequence[Part], settings: Settings, device: str, weights: Weights | None = None
) -> Trainer:
    import torch

    from studio.techniques.gan.trainer import GanTrainer

    return GanTrainer(parts, settings, torch.device(device), weights)


TECHNIQUE = Technique(
    id="gan",
    title="GAN",
    description="A generator plays a band to your melody; a critic taught it what bands play.",
    settings=Settings,
    knobs=Knobs,
    build=_build,
    compose=_compose,
    trainer=_trainer,
    presets=PRESETS,
)
