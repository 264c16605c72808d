"""Generator and critic: a U-Net from a melody's roll to a band's, and its judge; and what of them
a model keeps.

The U-Net of DeepComposer's GAN (MuseGAN's data with a U-Net generator), with pitch as channels
and convolutions over time alone: a band of any length is one pass. The critic is four
convolutions and a dense layer (Gulrajani et al. 2017, WGAN-GP, arXiv 1704.00028).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from studio.music.instruments import Part
from studio.music.roll import PITCHES, SUSTAIN
from studio.techniques.gan.planes import CHORD_PLANES, MELODY_PLANES, PHASE_PLANES, condition_planes
from studio.techniques.gan.texture import TexturePrior

NOISE = 16
CRITIC_STEPS = 128
SHRINK = 16  # four halvings: lengths are padded to a multiple of this
_INITIAL_BIAS = -3.0  # most cells of a roll are silent


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(8, channels)


class Generator(nn.Module):
    """condition (batch, plane, step) and noise (batch, NOISE) -> logits (batch, part, 2, step,
    pitch)."""

    def __init__(self, parts: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.parts = parts
        planes = condition_planes(parts)
        sizes = [2 * width, 2 * width, 3 * width, 3 * width]
        self.down = nn.ModuleList(
            nn.Sequential(nn.Conv1d(a, b, 4, 2, 1), _norm(b), nn.LeakyReLU(0.2))
            for a, b in zip([planes, *sizes], sizes, strict=False)
        )
        into = [sizes[3] + NOISE, 2 * sizes[2], 2 * sizes[1], 2 * sizes[0]]
        out = [sizes[2], sizes[1], sizes[0], sizes[0]]
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose1d(a, b, 4, 2, 1), _norm(b), nn.Dropout(dropout), nn.LeakyReLU(0.2)
            )
            for a, b in zip(into, out, strict=True)
        )
        self.head = nn.Conv1d(sizes[0] + planes, parts * 2 * PITCHES, 3, 1, 1)
        nn.init.constant_(self.head.bias, _INITIAL_BIAS)  # type: ignore[arg-type]

    def forward(self, condition: Tensor, noise: Tensor) -> Tensor:
        steps = condition.shape[2]
        x = F.pad(condition, (0, -steps % SHRINK))
        skips = [x]
        for layer in self.down:
            skips.append(layer(skips[-1]))
        x = skips.pop()
        x = torch.cat([x, noise[:, :, None].expand(-1, -1, x.shape[2])], 1)
        for layer in self.up:
            x = torch.cat([layer(x), skips.pop()], 1)
        logits: Tensor = self.head(x)[:, :, :steps].contiguous()  # (batch, part * 2 * pitch, step)
        batch = len(logits)
        return logits.view(batch, self.parts, 2, PITCHES, steps).transpose(3, 4)


class Critic(nn.Module):
    """A band (batch, part, 2, step, pitch) and its condition -> one score a window, (batch,).

    Beside the notes it sees their pitch classes, how many sound, and how they meet melody and
    chord: what BinaryMuseGAN calls onset and chroma streams (Dong and Yang 2018).
    """

    def __init__(self, drums: Sequence[bool], width: int) -> None:
        """`drums` says which parts are drums: they have no harmony."""
        super().__init__()
        parts = len(drums)
        self.pitched = [part for part, drum in enumerate(drums) if not drum]
        planes = condition_planes(parts) + parts * 2 * (PITCHES + 12 + 1) + 3
        sizes = [2 * width, 2 * width, 3 * width, 3 * width]
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv1d(a, b, 4, 2, 1), nn.LeakyReLU(0.2))
            for a, b in zip([planes, *sizes], sizes, strict=False)
        )
        self.dense = nn.Linear(sizes[3] * CRITIC_STEPS // SHRINK, 1)

    def forward(self, band: Tensor, condition: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Scores, and the features of each layer for feature matching."""
        x = torch.cat([_streams(band, condition, self.pitched), condition], 1)
        features: list[Tensor] = []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        scores: Tensor = self.dense(x.flatten(1))[:, 0]
        return scores, features


class Models(nn.Module):
    """What a trained GAN keeps on disk: generator and texture prior (the critic only trains). For a
    band of `parts`; `width` is the generator's size."""

    def __init__(self, parts: Sequence[Part], width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.parts = tuple(parts)
        self.generator = Generator(len(parts), width, dropout)
        self.texture = TexturePrior(parts)


def _streams(band: Tensor, condition: Tensor, pitched: Sequence[int]) -> Tensor:
    chroma = band.reshape(*band.shape[:4], PITCHES // 12, 12).sum(4)  # (batch, part, 2, step, 12)
    counts = band.sum(4).flatten(1, 2) / 3  # (batch, part * 2, step)
    melody = condition[:, PITCHES:MELODY_PLANES]  # the sustain plane, (batch, pitch, step)
    melody = melody.reshape(len(band), PITCHES // 12, 12, -1).sum(1)  # (batch, 12, step)
    chord = condition[:, MELODY_PLANES + PHASE_PLANES :][:, : CHORD_PLANES // 2]
    sounding = chroma[:, list(pitched), SUSTAIN].sum(1).transpose(1, 2)  # (batch, 12, step)

    def meets(semitones: int) -> Tensor:
        above, below = melody.roll(semitones, 1), melody.roll(-semitones, 1)
        return (sounding * (above + below)).sum(1)

    relations = torch.stack([meets(1), meets(6), (sounding * chord).sum(1) / 3], 1)
    flat_band = band.transpose(3, 4).flatten(1, 3)  # (batch, part * 2 * pitch, step)
    flat_chroma = chroma.transpose(3, 4).flatten(1, 3)
    return torch.cat([flat_band, flat_chroma, counts, relations], 1)


def binarise(logits: Tensor) -> Tensor:
    """0 or 1 a cell, with the sigmoid's gradient (deterministic straight-through neurons)."""
    probability = torch.sigmoid(logits)
    return (probability > 0.5).float() + probability - probability.detach()
