"""A Transformer of random weights, small and quick: it plays nonsense, but through every step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.catalog import GENRES, Model
from studio.techniques.transformer.parameters import shapes


def random_transformer(models: Path, genre: str = "pop", width: int = 64, layers: int = 1) -> Path:
    """A model of a genre in the folder `models`, the larger the slower; returns its own folder."""
    rng = np.random.default_rng(0)
    wanted = GENRES[genre].card("transformer", {"width": width, "layers": layers})
    weights = {
        name: np.ones(shape) if name.endswith("gain") else rng.normal(0, 0.1, shape)
        for name, shape in shapes(width, layers).items()
    }
    Model(replace(wanted, parameters=1), weights).write(models / wanted.id, [])
    return models / wanted.id
