"""What a trained GAN keeps on disk: generator and texture prior (the critic only trains)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from studio.errors import BadModel
from studio.techniques.contract import Part
from studio.techniques.gan.network import Generator
from studio.techniques.gan.texture import TexturePrior
from studio.techniques.technique import Weights


class Models(nn.Module):
    """For a band of `parts`; `width` is the generator's size."""

    def __init__(self, parts: Sequence[Part], width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.parts = tuple(parts)
        self.generator = Generator(len(parts), width, dropout)
        self.texture = TexturePrior(parts)


def load(parts: Sequence[Part], width: int, weights: Weights, device: str) -> Models:
    """The networks with given weights, ready to play; raises BadModel where they do not fit."""
    try:
        models = Models(parts, width)
        state = {name: torch.from_numpy(np.array(value)).float() for name, value in weights.items()}
        models.load_state_dict(state)
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadModel(
            "The weights of this model do not fit its card: reinstall the model."
        ) from error
    return models.to(device).eval().requires_grad_(False)
