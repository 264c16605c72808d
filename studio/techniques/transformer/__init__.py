"""The Transformer technique: a band written note by note, each knowing all that came before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from studio.techniques.base import Commission, Technique, Trainer, Weights
from studio.techniques.contract import Part
from studio.techniques.transformer.settings import (
    BARS,
    PRESETS,
    ExtendKnobs,
    Knobs,
    PartKnobs,
    Settings,
)

if TYPE_CHECKING:
    import numpy as np

    from studio.music.harmony import ChordPlan
    from studio.music.score import Note, Score


def _build(parts: Sequence[Part], settings: Settings, weights: Weights, device: str) -> Any:
    from studio.techniques.transformer.player import load

    return load(settings, weights)


def _compose(
    module: Any,
    parts: Sequence[Part],
    melody: Score,
    plan: ChordPlan,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Score:
    *_, scores = _write(module, parts, Commission(melody, plan, knobs), [rng])
    return scores()[0]


def _write(
    module: Any,
    parts: Sequence[Part],
    commission: Commission,
    rngs: Sequence[np.random.Generator],
) -> Iterator[Callable[[], list[Score]]]:
    from studio.techniques.transformer.accompaniment import play

    return play(module, parts, commission, rngs)


def _extend(
    module: Any, melody: Score, plan: ChordPlan, knobs: ExtendKnobs, rng: np.random.Generator
) -> tuple[Score, ChordPlan]:
    from studio.techniques.transformer.extension import extend

    return extend(module, melody, plan, knobs, rng)


def _think(
    module: Any,
    parts: Sequence[Part],
    commission: Commission,
    rng: np.random.Generator,
    part: int,
    note: Note,
) -> Any:
    from studio.techniques.transformer.accompaniment import think

    return think(module, parts, commission, rng, part, note)


def _trainer(
    parts: Sequence[Part], settings: Settings, device: str, weights: Weights | None = None
) -> Trainer:
    import torch

    from studio.techniques.transformer.trainer import TransformerTrainer

    return TransformerTrainer([parts], settings, torch.device(device), weights)


TECHNIQUE = Technique(
    id="transformer",
    title="Transformer",
    description="Writes the band note by note, each knowing all that came before, and the chords "
    "and melody around it. Goes on with a melody, too.",
    settings=Settings,
    knobs=Knobs,
    build=_build,
    compose=_compose,
    trainer=_trainer,
    presets=PRESETS,
    window_bars=BARS,
    part_knobs=PartKnobs,
    write=_write,
    extend_knobs=ExtendKnobs,
    extend=_extend,
    think=_think,
)
