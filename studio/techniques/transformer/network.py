"""A decoder-only transformer that writes one note a step.

The trunk reads rows; small heads then choose, one after the other, where a note begins, who plays
it, its pitch, its length and its loudness, each knowing what was chosen before it, and chord and
melody at that place. Attention: rotary positions (Su et al. 2021, RoFormer), half of them turning
with the place in the sequence and half with musical time; RMSNorm (Zhang & Sennrich 2019); SwiGLU
(Shazeer 2020).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.sheet import CONTEXT

HEAD = 64  # features of an attention head
# sixteenths: how fast the rotations on musical time turn
PERIODS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512)
_BASE = 1000.0
EPSILON = 1e-5


class Norm(nn.Module):
    """RMSNorm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.gain.to(x.dtype), EPSILON)


def frequencies() -> Tensor:
    """Radians a place in the sequence (the first half) and a sixteenth (the second) turn a pair."""
    half = len(PERIODS)
    by_place = _BASE ** -(torch.arange(half) / half)
    return torch.cat([by_place, 2 * torch.pi / torch.tensor(PERIODS, dtype=torch.float)])


def rotations(places: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines (batch, 1, length, HEAD / 2) for places and times (batch, length)."""
    half = len(PERIODS)
    turn = frequencies().to(places.device)
    angles = torch.cat([places[..., None] * turn[:half], times[..., None] * turn[half:]], -1)[
        :, None
    ]
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Block(nn.Module):
    """Attention over what came before, then a gated layer."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = width // HEAD, dropout
        inner = feed_forward(width)
        self.before_attention, self.before_gate = Norm(width), Norm(width)
        self.ask = nn.Linear(width, 3 * width, bias=False)
        self.answer = nn.Linear(width, width, bias=False)
        self.gate = nn.Linear(width, 2 * inner, bias=False)
        self.back = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        asked = self.ask(self.before_attention(x)).view(batch, length, 3, self.heads, HEAD)
        query, key, value = asked.permute(2, 0, 3, 1, 4)
        heard = attend(rotate(query, cos, sin), rotate(key, cos, sin), value)
        x = x + self.answer(heard.transpose(1, 2).reshape(batch, length, width))
        open_, up = self.gate(self.before_gate(x)).chunk(2, -1)
        added: Tensor = self.back(functional.silu(open_) * up)
        return x + functional.dropout(added, self.dropout, self.training)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention of each place over itself and those before it, (batch, heads, length, HEAD)."""
    if query.device.type != "cpu":
        return functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    # on processors the plain products' gradients take half the time of the fused kernel's
    length = query.shape[2]
    future = torch.full((length, length), -torch.inf, dtype=query.dtype).triu(1)
    with torch.autocast("cpu", enabled=False):
        scores = (query * HEAD**-0.5) @ key.transpose(-1, -2) + future
        heard: Tensor = scores.softmax(-1) @ value
    return heard


def feed_forward(width: int) -> int:
    """Features between the two layers of a gate."""
    return (width * 11 // 4 + 63) // 64 * 64


def _head(width: int, choices: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, choices))


class Network(nn.Module):
    """`read` turns rows into what is known after each; `heads` choose the next event from it."""

    def __init__(self, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        tables = [nn.Embedding(size, width) for size in v.SIZES]
        blocks = [Block(width, dropout) for _ in range(layers)]
        self.tables = nn.ModuleList(tables)
        self.blocks = nn.ModuleList(blocks)
        self.norm = Norm(width)
        self.context = nn.Linear(CONTEXT, width, bias=False)
        self.position = _head(width, v.POSITIONS)
        self.role = _head(width, len(v.ROLES))
        self.sound = _head(width, v.SOUNDS)
        self.duration = _head(width, len(v.DURATIONS))
        self.loudness = _head(width, v.LOUDNESSES)
        self.chord = _head(width, v.NO_TRIAD + 1)
        self.chosen_position = nn.Embedding(v.POSITIONS, width)
        self.chosen_role = nn.Embedding(v.NO_ROLE, width)  # the melody's too
        self.chosen_sound = nn.Embedding(v.SOUNDS, width)
        self.chosen_duration = nn.Embedding(len(v.DURATIONS), width)
        for table in tables:
            nn.init.normal_(table.weight, 0, 0.1)
        for table in (
            self.chosen_position, self.chosen_role, self.chosen_sound, self.chosen_duration
        ):  # fmt: skip
            nn.init.normal_(table.weight, 0, 0.3)
        for block in blocks:
            for layer in (block.answer, block.back):
                nn.init.normal_(layer.weight, 0, 0.02 / (2 * layers) ** 0.5)

    def read(self, rows: Tensor) -> Tensor:
        """(batch, length, COLUMNS) to (batch, length, width)."""
        places = torch.arange(rows.shape[1], device=rows.device)[None].expand(rows.shape[:2])
        x = torch.stack([t(rows[..., i]) for i, t in enumerate(self.tables)]).sum(0)
        cos, sin = rotations(places.float(), rows[..., v.TIME].float())
        if torch.is_autocast_enabled(x.device.type):
            kind = torch.get_autocast_dtype(x.device.type)
            x, cos, sin = x.to(kind), cos.to(kind), sin.to(kind)
        for block in self.blocks:
            x = block(x, cos, sin)
        result: Tensor = self.norm(x)
        return result
