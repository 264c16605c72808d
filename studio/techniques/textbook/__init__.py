"""The textbook GAN, for learning: what DeepComposer's was, in as few lines as can be read at once.

Read `cuts`, `network`, `trainer`, `compose`, in this order. What it lacks beside the `gan`
technique (chord plan, learned rhythm, onsets, pieces of any length in one pass) is what one hears.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.techniques.base import Technique, Trainer, Weights
from studio.techniques.contract import Part
from studio.techniques.textbook.settings import PRESETS, Knobs, Settings

if TYPE_CHECKING:
    import numpy as np

    from studio.music.harmony import ChordPlan
    from studio.music.score import Score


def _build(parts: Sequence[Part], settings: Settings, weights: Weights, device: str) -> Any:
    from studio.techniques.textbook.network import load

    return load(len(parts), weights, device)


def _compose(
    module: Any,
    parts: Sequence[Part],
    melody: Score,
    plan: ChordPlan,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Score:
    from studio.techniques.textbook.compose import compose

    return compose(module, parts, melody, plan, knobs, rng)


def _trainer(
    parts: Sequence[Part], settings: Settings, device: str, weights: Weights | None = None
) -> Trainer:
    import torch

    from studio.techniques.textbook.trainer import TextbookTrainer

    return TextbookTrainer(len(parts), settings, torch.device(device), weights)


TECHNIQUE = Technique(
    id="textbook",
    title="Textbook GAN",
    description="Two bars at a time, a generator against a critic and no other help: "
    "to learn from.",
    settings=Settings,
    knobs=Knobs,
    build=_build,
    compose=_compose,
    trainer=_trainer,
    presets=PRESETS,
)
