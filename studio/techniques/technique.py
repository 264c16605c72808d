"""The shape of a technique, as the registry holds it.

The functions import torch when they are called, not before: pages and the command line read
settings and knobs without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.harmony import ChordPlan
from studio.score import Score
from studio.techniques.contract import Part
from studio.window import Window

Weights = Mapping[str, NDArray[Any]]


class Trainer(Protocol):
    """Learns a step at a time; see the technique's own trainer for what it reports."""

    def step(self, draw: Callable[[], Sequence[Window]], progress: float) -> dict[str, float]: ...

    def held_out(self, windows: Sequence[Window]) -> dict[str, float]: ...

    def weights(self) -> dict[str, NDArray[Any]]: ...


@dataclass(frozen=True, slots=True)
class Technique:
    """`settings` and `knobs` are frozen dataclasses. `build(parts, settings, weights, device)`
    gives the module that `compose(module, parts, melody, plan, knobs, rng)` plays: the melody's
    score is quantised and holds one track; the result holds that track and one for each part.
    `trainer(parts, settings, device)` starts from fresh weights."""

    id: str
    title: str
    description: str
    settings: type[Any]
    knobs: type[Any]
    build: Callable[[Sequence[Part], Any, Weights, str], Any]
    compose: Callable[[Any, Sequence[Part], Score, ChordPlan, Any, np.random.Generator], Score]
    trainer: Callable[[Sequence[Part], Any, str], Trainer]
