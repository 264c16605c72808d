"""The texture prior: when notes begin and how many are held, before any pitch is chosen.

A recurrent network reads the melody's rhythm, the metre and what the band itself played a step, a
beat, one bar and two bars ago (after Magenta's Lookback RNN, Waite 2016), and gives for each part
a distribution over textures: how many notes begin, how many are held. Sampling it is where
variety between seeds comes from (`sampling`): a GAN's own noise is ignored when the melody says
enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from studio.music.instruments import Part
from studio.music.roll import ONSET, SUSTAIN
from studio.techniques.gan.planes import PHASE_PLANES, Planes

HIDDEN = 160
LOOKAHEAD = 8  # sixteenths of melody rhythm seen ahead, the present one included
LAGS = 4  # a step, a beat, a bar, two bars
_CONTEXT = PHASE_PLANES + 2 * LOOKAHEAD + 2 + 1


def classes(part: Part) -> list[tuple[int, int]]:
    """The textures of a part: (beginning, held), no more together than it has voices; drums are
    struck, never held."""
    most = part.voices
    return [(b, h) for b in range(most + 1) for h in range(1 if part.is_drum else most + 1 - b)]


def encode_texture(texture: NDArray[np.int64], parts: Sequence[Part]) -> NDArray[np.int64]:
    """Counts (part, 2, step) as class numbers (part, step)."""
    rows = []
    for part, counts in zip(parts, texture, strict=True):
        table = {pair: i for i, pair in enumerate(classes(part))}
        rows.append([table[b, h] for b, h in counts.T.tolist()])
    return np.array(rows, np.int64)


def decode_texture(numbers: NDArray[np.int64], parts: Sequence[Part]) -> NDArray[np.int64]:
    """Class numbers (part, step) as counts (part, 2, step); a note can only be held where one
    sounded the step before."""
    result = np.stack(
        [np.array(classes(part))[row].T for row, part in zip(numbers, parts, strict=True)]
    )
    for counts in result:
        sounding = 0
        for step in range(counts.shape[1]):
            counts[1, step] = min(counts[1, step], sounding)
            sounding = counts[0, step] + counts[1, step]
    return result


def context_features(
    melody: NDArray[np.uint8], phase: Planes, triads: NDArray[np.int64]
) -> NDArray[np.float32]:
    """What is known at each step before anything is played, (step, feature)."""
    steps = melody.shape[1]
    rhythm = np.stack([melody[ONSET].any(1), melody[SUSTAIN].any(1)]).astype(np.float32)
    ahead = np.pad(rhythm, ((0, 0), (0, LOOKAHEAD)))
    seen = [ahead[:, i : i + steps] for i in range(LOOKAHEAD)]
    height = (melody[SUSTAIN] * np.arange(melody.shape[2])).max(1) / 84.0
    changes = np.concatenate([[1], triads[1:] != triads[:-1]]).astype(np.float32)
    soon = np.append(changes[1:], 0)
    columns = [phase, *seen, changes[None], soon[None], height[None]]
    return np.concatenate(columns).T.astype(np.float32)


def lags(bar_steps: int, beat_steps: int = 4) -> tuple[int, ...]:
    """How far back the network looks, in sixteenths."""
    return (1, beat_steps, bar_steps, 2 * bar_steps)


def one_hot(numbers: NDArray[np.int64], parts: Sequence[Part]) -> NDArray[np.float32]:
    """Class numbers (part, step) as (step, all parts' classes)."""
    columns = [
        np.eye(len(classes(part)), dtype=np.float32)[row]
        for row, part in zip(numbers, parts, strict=True)
    ]
    return np.concatenate(columns, axis=1)


class TexturePrior(nn.Module):
    """context (batch, step, feature), the past (batch, step, LAGS * classes) -> logits a part."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self.sizes = [len(classes(part)) for part in parts]
        total = sum(self.sizes)
        self.gru = nn.GRU(_CONTEXT + LAGS * total, HIDDEN, batch_first=True)
        self.dropout = nn.Dropout(0.15)
        # added to the log odds of beginning a note: so that a part plays as many as people do
        self.busyness: Tensor
        self.register_buffer("busyness", torch.zeros(len(parts)))
        # each part also sees what the parts before it do at this very step
        self.heads = nn.ModuleList(
            nn.Linear(HIDDEN + _CONTEXT + sum(self.sizes[:i]), size)
            for i, size in enumerate(self.sizes)
        )

    def forward(self, context: Tensor, past: Tensor, present: Tensor) -> list[Tensor]:
        """`present` (batch, step, classes) is the truth; logits (batch, step, class)."""
        hidden, _ = self.gru(torch.cat([context, self.dropout(past)], 2))
        hidden = torch.cat([self.dropout(hidden), context], 2)
        return [
            head(torch.cat([hidden, present[:, :, : sum(self.sizes[:i])]], 2))
            for i, head in enumerate(self.heads)
        ]


def past_of(
    present: NDArray[np.float32], bar_steps: int, beat_steps: int = 4
) -> NDArray[np.float32]:
    """One-hot textures (step, classes) as what was played at each lag, (step, LAGS * classes)."""
    columns = []
    for lag in lags(bar_steps, beat_steps):
        shifted = np.zeros_like(present)
        shifted[lag:] = present[:-lag]
        columns.append(shifted)
    return np.concatenate(columns, axis=1)
