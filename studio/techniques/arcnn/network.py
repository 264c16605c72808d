"""The network: symbols of which some are hidden, to the odds of what stands in each cell.

A U-Net (Ronneberger et al. 2015, arXiv 1505.04597): convolutions over sixteenths, attention over
quarters, convolutions again. Beside it two short ways that hold in every key from the first step
of the training: pointers say "as the note before" and "as the note after", intervals say what the
known notes around a cell allow.
"""

from __future__ import annotations

import math

from studio.techniques.arcnn.symbols import HIDDEN, OUT, PLACES, REST, SYMBOLS
from studio.techniques.lazy import Module, Tensor, nn, torch

_QUARTER = 4  # sixteenths that attention sees as one
_HEAD = 32  # channels of one head of attention
_PERIODS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512)  # quarters
_DISTANCES = (1, 2, 3, 4, 5, 7, 9, 13, 17, 33, 65)  # steps at which a class of distance begins
_NOWHERE = len(_DISTANCES) + 1  # the class of what is not there
_REACH = (5, 4.5, 3.5, 3, 2.5, 1.5, 1, 0.5, 0.5, 0, 0, 0, 0)  # nats by class, to begin with
_WEIGHT = (1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.1, 0)


class Network(Module):
    """symbols (batch, step, voice), strokes (batch, step, voice) 0 or 1 and places in the bar
    (batch, step) -> logits (batch, step, voice, symbol), and whether a pitch that was there before
    is struck anew (batch, step, voice). Hidden cells are HIDDEN, and 0 in the strokes."""

    cell_row: Tensor
    near_row: Tensor
    far_row: Tensor
    edges: Tensor

    def __init__(
        self, voices: int, width: int = 128, deep: int = 256, layers: int = 3, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.dropout = dropout
        self.cell = nn.Embedding(voices * 2 * (HIDDEN + 1), width)
        self.place = nn.Embedding(PLACES, width)
        self.near = nn.Embedding(2 * voices * (HIDDEN + 1), width)
        self.far = nn.Embedding(2 * voices * (_NOWHERE + 1), width)
        self.before = nn.ModuleList(Convolution(width, dropout) for _ in range(2))
        self.down = nn.Linear(_QUARTER * width, deep, bias=False)
        self.blocks = nn.ModuleList(Attention(deep, dropout) for _ in range(layers))
        self.up = nn.Linear(deep, _QUARTER * width, bias=False)
        self.after = nn.ModuleList(Convolution(width, dropout) for _ in range(3))
        self.norm = Norm(width)
        self.head = nn.Linear(width, voices * (SYMBOLS + 1))
        self.pointers = Pointers(voices, width)
        self.intervals = Intervals(voices, width)
        for table, spread in (
            (self.cell, 0.5),
            (self.place, 0.5),
            (self.near, 0.3),
            (self.far, 0.3),
        ):
            nn.init.normal_(table.weight, std=spread)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        both = torch.arange(2 * voices).view(2, voices)
        self.register_buffer("cell_row", both[0] * 2 * (HIDDEN + 1), persistent=False)
        self.register_buffer("near_row", both * (HIDDEN + 1), persistent=False)
        self.register_buffer("far_row", both * (_NOWHERE + 1), persistent=False)
        self.register_buffer("edges", torch.tensor(_DISTANCES), persistent=False)

    def forward(self, symbols: Tensor, struck: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
        known, distance = self.neighbours(symbols)
        x = self.cell(symbols + (HIDDEN + 1) * struck + self.cell_row).sum(2) + self.place(place)
        for side in (0, 1):
            x = x + self.near(known[side] + self.near_row[side]).sum(2)
            x = x + self.far(distance[side] + self.far_row[side]).sum(2)
        x = self.norm(self.trunk(x))
        answers = self.head(x).unflatten(-1, (-1, SYMBOLS + 1)).float()
        logits = answers[..., :SYMBOLS] + self.intervals(x, known, distance)
        return self.pointers(x, known, distance, logits), answers[..., SYMBOLS]

    def trunk(self, x: Tensor) -> Tensor:
        batch, steps, _ = x.shape
        x = nn.functional.dropout(x, self.dropout, self.training)
        for layer in self.before:
            x = layer(x)
        rest = -steps % _QUARTER
        quarters = self.down(
            nn.functional.pad(x, (0, 0, 0, rest)).view(batch, -1, self.down.in_features)
        )
        turn = rotation(quarters.shape[1], quarters.device)
        for block in self.blocks:
            quarters = block(quarters, *turn)
        x = x + self.up(quarters).view(batch, steps + rest, -1)[:, :steps]
        for layer in self.after:
            x = layer(x)
        return x

    def neighbours(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Of each cell the nearest symbol that is known at or before it and at or after it in its
        voice, HIDDEN where there is none, and the class of its distance; each (side, batch, step,
        voice)."""
        where, none = nearest(symbols)
        at = torch.arange(symbols.shape[1], device=symbols.device)[:, None]
        known = symbols.expand(2, *symbols.shape).gather(2, where).masked_fill(none, HIDDEN)
        distance = torch.bucketize((where - at).abs(), self.edges, right=True)
        return known, distance.masked_fill(none, _NOWHERE)


def nearest(symbols: Tensor) -> tuple[Tensor, Tensor]:
    """Of each cell the step of the nearest that is known at or before it and at or after it in its
    voice, and whether there is none; each (side, batch, step, voice)."""
    last = symbols.shape[1] - 1
    at = torch.arange(last + 1, device=symbols.device)[:, None]
    is_known = symbols != HIDDEN
    left = torch.where(is_known, at, -1).cummax(1).values
    right = last - torch.where(is_known.flip(1), at, -1).cummax(1).values.flip(1)
    none = torch.stack([left < 0, right > last])
    return torch.stack([left, right]).clamp(0, last), none


class Pointers(Module):
    """Raises the odds of the symbol that a voice had last, and of the one that it has next, by a
    table of distances and by what the network says."""

    def __init__(self, voices: int, width: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.tensor(_REACH, dtype=torch.float32).repeat(2, voices, 1))
        self.gate = gate(width, 2 * voices)

    def forward(self, x: Tensor, known: Tensor, distance: Tensor, logits: Tensor) -> Tensor:
        gates = self.gate(x).unflatten(-1, (2, -1)).float()
        voice = torch.arange(known.shape[-1], device=known.device)
        for side in (0, 1):
            boost = self.table[side][voice, distance[side]] + gates[:, :, side]
            boost = boost.masked_fill(known[side] >= OUT, 0.0)
            at = known[side].clamp(max=SYMBOLS - 1)[..., None]
            logits = logits.scatter_add(-1, at, boost[..., None])
        return logits


class Intervals(Module):
    """What the nearest known notes of all voices, before and after, say of each pitch of each
    voice, by interval alone: one row of numbers for each pair of voices and side, the same for
    every pitch, weighed by distance and by what the network says."""

    between: Tensor
    row: Tensor

    def __init__(self, voices: int, width: int) -> None:
        super().__init__()
        self.voices = voices
        self.kernel = nn.Parameter(torch.zeros(2 * voices, voices, 2 * SYMBOLS - 1))
        self.table = nn.Parameter(torch.tensor(_WEIGHT, dtype=torch.float32).repeat(2, voices, 1))
        self.gate = gate(width, 2 * voices)
        pitch = torch.arange(SYMBOLS)
        between = pitch[None] - pitch[:, None] + SYMBOLS - 1  # of a known pitch and an asked one
        row = torch.arange(2 * voices).view(2, voices) * SYMBOLS
        self.register_buffer("between", between, persistent=False)
        self.register_buffer("row", row, persistent=False)

    def forward(self, x: Tensor, known: Tensor, distance: Tensor) -> Tensor:
        gates = 1 + self.gate(x).unflatten(-1, (2, -1)).float()
        matrix = self.kernel[:, :, self.between].permute(0, 2, 1, 3)
        matrix = matrix.reshape(2 * self.voices * SYMBOLS, -1)
        voice = torch.arange(self.voices, device=x.device)
        said = []
        for side in (0, 1):
            weight = self.table[side][voice, distance[side]] * gates[:, :, side]
            weight = weight.masked_fill((known[side] >= OUT) | (known[side] == REST), 0.0)
            rows = (known[side].clamp(max=SYMBOLS - 1) + self.row[side]).flatten(0, 1)
            bag = nn.functional.embedding_bag
            said.append(bag(rows, matrix, mode="sum", per_sample_weights=weight.flatten(0, 1)))
        result: Tensor = (said[0] + said[1]).view(*x.shape[:2], self.voices, SYMBOLS)
        return result


class Norm(Module):
    """Root mean square layer normalisation (Zhang and Sennrich 2019, arXiv 1910.07467)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.rms_norm(x, self.gain.shape, self.gain.to(x.dtype), 1e-5)


class Convolution(Module):
    """A step and its two neighbours through a gated layer, beside which it goes on as it was."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.norm = Norm(width)
        self.mix = nn.Linear(3 * width, 2 * width, bias=False)
        self.back = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        padded = nn.functional.pad(self.norm(x), (0, 0, 1, 1))
        around = torch.cat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], -1)
        gates, values = self.mix(around).chunk(2, -1)
        y = self.back(nn.functional.silu(gates) * values)
        return x + nn.functional.dropout(y, self.dropout, self.training)


class Attention(Module):
    """A convolution in time of each channel alone, attention to all quarters, a gated layer."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout, self.heads = dropout, width // _HEAD
        self.norms = nn.ModuleList(Norm(width) for _ in range(3))
        self.depthwise = nn.Conv1d(width, width, 5, padding=2, groups=width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        inner = width * 8 // 3 // _HEAD * _HEAD
        self.up = nn.Linear(width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        drop = nn.functional.dropout
        x = x + self.depthwise(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
        each = self.qkv(self.norms[1](x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        q, k = (turned(one, cosine, sine).to(each.dtype) for one in each[:2])
        heard = nn.functional.scaled_dot_product_attention(q, k, each[2]).transpose(1, 2).flatten(2)
        x = x + drop(self.out(heard), self.dropout, self.training)
        gates, values = self.up(self.norms[2](x)).chunk(2, -1)
        return x + drop(self.down(nn.functional.silu(gates) * values), self.dropout, self.training)


def gate(width: int, many: int) -> Module:
    """A layer that says nothing to begin with."""
    layer = nn.Linear(width, many)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def rotation(quarters: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine by which each quarter turns each pair of channels, in musical periods."""
    period = torch.tensor(_PERIODS, dtype=torch.float32, device=device)
    angle = torch.arange(quarters, device=device)[:, None] * (2 * math.pi / period)
    return angle.cos(), angle.sin()


def turned(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary positions (Su et al. 2021, arXiv 2104.09864)."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosine - b * sine, a * sine + b * cosine], -1)
