"""What a trained GAN keeps on disk: generator and texture prior (the critic only trains)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from studio.music.instruments import Part
from studio.techniques.gan.network import Generator
from studio.techniques.gan.texture import TexturePrior


class Models(nn.Module):
    """For a band of `parts`; `width` is the generator's size."""

    def __init__(self, parts: Sequence[Part], width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.parts = tuple(parts)
        self.generator = Generator(len(parts), width, dropout)
        self.texture = TexturePrior(parts)
