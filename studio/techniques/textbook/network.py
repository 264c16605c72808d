"""Generator and critic of the textbook GAN: convolutions over time and pitch, as over an image.

DeepComposer's networks at a quarter of their width, so that a processor core trains them in a
quarter of an hour: a U-Net (Ronneberger et al. 2015, arXiv 1505.04597) from the melody's picture
to the band's, with noise at its narrowest place; a critic of four convolutions and a dense layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from studio.techniques.base import Weights
from studio.techniques.filled import filled
from studio.techniques.textbook.cuts import ALL_PITCHES, CUT_STEPS

_SIZES = (16, 32, 64, 128)  # channels after each halving; DeepComposer had 64 to 512
_NARROW = (CUT_STEPS // 16, ALL_PITCHES // 16)  # steps and pitches after four halvings
NOISE = (_SIZES[-1], *_NARROW)  # as many channels of noise as of melody
_MOMENTUM = 0.2  # of the running means in batch normalisation


class Generator(nn.Module):
    """melody (batch, 1, step, pitch) and noise (batch, *NOISE) -> logits (batch, track, step,
    pitch); their sigmoid is the picture.

    `density` (track,) is the share of cells that sound in the training music: composing reads it.
    """

    density: Tensor

    def __init__(self, tracks: int) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(a, b, 4, 2, 1), nn.BatchNorm2d(b, momentum=_MOMENTUM), nn.LeakyReLU(0.2)
            )
            for a, b in pairwise((1, *_SIZES))
        )
        into = (2 * _SIZES[3], 2 * _SIZES[2], 2 * _SIZES[1])  # each reads a skip connection, too
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose2d(a, b, 4, 2, 1), nn.BatchNorm2d(b, momentum=_MOMENTUM), nn.ReLU()
            )
            for a, b in zip(into, _SIZES[2::-1], strict=True)
        )
        self.last = nn.ConvTranspose2d(2 * _SIZES[0], tracks, 4, 2, 1)
        self.register_buffer("density", torch.zeros(tracks))

    def forward(self, melody: Tensor, noise: Tensor) -> Tensor:
        x = melody
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        skips[-1] = noise  # at the narrowest place there is no detail to skip to
        for layer in self.up:
            x = layer(torch.cat([x, skips.pop()], 1))
        logits: Tensor = self.last(torch.cat([x, skips.pop()], 1))
        return logits


class Critic(nn.Module):
    """A band (batch, track, step, pitch) and its melody (batch, 1, step, pitch) -> one score each,
    (batch,): the higher, the more it looks like people's music. Without normalisation, for the
    gradient penalty asks for each sample's own gradient."""

    def __init__(self, tracks: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 4, 2, 1), nn.LeakyReLU(0.2))
            for a, b in pairwise((tracks + 1, *_SIZES))
        )
        self.dense = nn.Linear(_SIZES[-1] * _NARROW[0] * _NARROW[1], 1)

    def forward(self, band: Tensor, melody: Tensor) -> Tensor:
        x = torch.cat([band, melody], 1)
        for layer in self.layers:
            x = layer(x)
        scores: Tensor = self.dense(x.flatten(1))[:, 0]
        return scores


def load(tracks: int, weights: Weights, device: str) -> Generator:
    """The generator with given weights, ready to play; raises BadModel where they do not fit."""
    return filled(lambda: Generator(tracks), weights, device)


def weights_of(
    generator: Generator,
) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """The weights by name, without batch normalisation's counters, which no one reads."""
    state: Sequence[tuple[str, Tensor]] = list(generator.state_dict().items())
    return {
        name: value.cpu().numpy().copy()
        for name, value in state
        if not name.endswith("num_batches_tracked")
    }
