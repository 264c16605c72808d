"""The planner's network: it sees the whole tune both ways and gives each unit a chord's odds.

Blocks of depthwise convolution, rotary self-attention (Su et al. 2021, RoFormer), an exchange with
the places of like melody, and a feed-forward layer. Known chords go in beside the melody, and each
unit is told what is known of chords where the melody is like its own: a tune that comes back
mostly brings its chords back.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from studio.chords.alike import KINDS, VOTES, alike, shares, votes
from studio.chords.inputs import CHORDS, INPUTS, SEVENTHS

_HEADS = 4
_BASE = 300.0  # of the rotary angles: tunes have hundreds of units, not thousands


class _Block(nn.Module):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.near = nn.Conv1d(width, width, 5, padding=2, groups=width)
        self.mix = nn.Linear(width, width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.exchanged = nn.Linear(KINDS * width, width)
        self.feed = nn.Sequential(
            nn.Linear(width, 3 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(3 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor, like: Tensor) -> Tensor:
        here = self.norms[0](x) * mask[..., None]
        near = self.near(here.transpose(1, 2)).transpose(1, 2)
        x = x + self.dropout(self.mix(F.gelu(near)))
        batch, units, width = x.shape
        parts = self.query_key_value(self.norms[1](x)).view(batch, units, 3, _HEADS, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # (batch, head, unit, width / heads)
        seen = F.scaled_dot_product_attention(
            _turned(query, turn), _turned(key, turn), value, attn_mask=mask[:, None, None].bool()
        )
        x = x + self.dropout(self.attended(seen.transpose(1, 2).reshape(batch, units, width)))
        known = self.norms[3](x)[:, None]  # `like` (batch, kind, unit, unit)
        told = (like.to(known.dtype) @ known).transpose(1, 2).reshape(batch, units, -1)
        x = x + self.dropout(self.exchanged(told))
        result: Tensor = x + self.dropout(self.feed(self.norms[2](x)))
        return result


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = turn
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1).to(x.dtype)


class PlannerNet(nn.Module):
    """inputs (batch, unit, INPUTS), mask (batch, unit) 1 where there is one -> logits of chords
    (batch, unit, CHORDS), of the seventh that each chord would have (batch, unit, CHORDS, SEVENTHS)
    and of signatures (batch, 12)."""

    def __init__(self, width: int = 144, blocks: int = 4, dropout: float = 0.2) -> None:
        super().__init__()
        self.width = width
        self.enter = nn.Linear(INPUTS + VOTES, width)
        self.blocks = nn.ModuleList(_Block(width, dropout) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.chord = nn.Linear(width, CHORDS)
        self.seventh = nn.Linear(width, CHORDS * SEVENTHS)
        self.signature = nn.Linear(width, 12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        half = self.width // _HEADS // 2
        speed = _BASE ** -(torch.arange(half, device=inputs.device) / half)
        angle = torch.arange(inputs.shape[1], device=inputs.device)[:, None] * speed
        turn = (angle.cos(), angle.sin())
        likeness = alike(inputs, mask)
        like = shares(likeness)
        x = self.dropout(self.enter(torch.cat([inputs, votes(inputs, likeness)], -1)))
        for block in self.blocks:
            x = block(x, turn, mask, like)
        x = self.norm(x)
        weight = mask[..., None]
        whole = (x * weight).sum(1) / weight.sum(1).clamp(min=1)
        sevenths = self.seventh(x).unflatten(-1, (CHORDS, SEVENTHS))
        return self.chord(x).float(), sevenths.float(), self.signature(whole).float()
