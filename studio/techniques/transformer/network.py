"""A decoder-only transformer that writes one note a step.

The trunk reads rows; small heads then choose, one after the other, where a note begins, who plays
it, its pitch, its length and its loudness, each knowing what was chosen before it, and chord and
melody at that place. Rotary positions (Su et al. 2021, RoFormer), half of them turning with the
place in the sequence and half with musical time; RMSNorm (Zhang & Sennrich 2019); SwiGLU (Shazeer
2020).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.parameters import CHOICES, EMBEDDED, HEAD, mlp_width
from studio.techniques.transformer.sheet import CONTEXT

# sixteenths: how fast the rotations on musical time turn
PERIODS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512)
_BASE = 1000.0
EPSILON = 1e-5
NOTE_PARTS = ("position", "role", "sound", "duration")


class RMSNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.gain.to(x.dtype), EPSILON)


def rotary_frequencies() -> Tensor:
    """Radians that a place in the sequence (the first half) and a sixteenth (the second) turn each
    pair of features, (HEAD / 2,)."""
    half = len(PERIODS)
    by_place = _BASE ** -(torch.arange(half) / half)
    return torch.cat([by_place, 2 * torch.pi / torch.tensor(PERIODS, dtype=torch.float)])


def rotary(places: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines (batch, 1, length, HEAD / 2) for places and times (batch, length)."""
    half = len(PERIODS)
    frequencies = rotary_frequencies().to(places.device)
    by_place, by_time = frequencies[:half], frequencies[half:]
    angles = torch.cat([places[..., None] * by_place, times[..., None] * by_time], -1)[:, None]
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Block(nn.Module):
    """Attention over what came before, then SwiGLU, each behind its norm and beside a residual."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = width // HEAD, dropout
        inner = mlp_width(width)
        self.attention_norm, self.mlp_norm = RMSNorm(width), RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.gate_up = nn.Linear(width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, HEAD)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        attn = attention(rotate(query, cos, sin), rotate(key, cos, sin), value)
        x = x + self.out(attn.transpose(1, 2).reshape(batch, length, width))
        gate, up = self.gate_up(self.mlp_norm(x)).chunk(2, -1)
        mlp: Tensor = self.down(functional.silu(gate) * up)
        return x + functional.dropout(mlp, self.dropout, self.training)


def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal attention, (batch, heads, length, HEAD): each place over itself and those before."""
    if query.device.type != "cpu":
        return functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    # on processors the plain products' gradients take half the time of the fused kernel's
    length = query.shape[2]
    future = torch.full((length, length), -torch.inf, dtype=query.dtype).triu(1)
    with torch.autocast("cpu", enabled=False):
        scores = (query * HEAD**-0.5) @ key.transpose(-1, -2) + future
        attn: Tensor = scores.softmax(-1) @ value
    return attn


def _head(width: int, choices: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, choices))


class Network(nn.Module):
    """The trunk gives a hidden state after each row; from it `heads` give the logits of an event's
    choices, each after what `choice_embeddings` say of those before it is added to the state."""

    def __init__(self, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        columns = [nn.Embedding(size, width) for size in v.SIZES]
        blocks = [Block(width, dropout) for _ in range(layers)]
        self.column_embeddings, self.blocks = nn.ModuleList(columns), nn.ModuleList(blocks)
        self.norm = RMSNorm(width)
        self.context = nn.Linear(CONTEXT, width, bias=False)
        self.heads = nn.ModuleDict({name: _head(width, size) for name, size in CHOICES.items()})
        choices = {name: nn.Embedding(size, width) for name, size in EMBEDDED.items()}
        self.choice_embeddings = nn.ModuleDict(choices)
        for embedding in columns:
            nn.init.normal_(embedding.weight, 0, 0.1)
        for embedding in choices.values():
            nn.init.normal_(embedding.weight, 0, 0.3)
        for block in blocks:
            for layer in (block.out, block.down):
                nn.init.normal_(layer.weight, 0, 0.02 / (2 * layers) ** 0.5)

    def forward(self, rows: Tensor) -> Tensor:
        """Rows (batch, length, COLUMNS) to hidden states (batch, length, width)."""
        places = torch.arange(rows.shape[1], device=rows.device)[None].expand(rows.shape[:2])
        x = torch.stack([e(rows[..., i]) for i, e in enumerate(self.column_embeddings)]).sum(0)
        cos, sin = rotary(places.float(), rows[..., v.TIME].float())
        if torch.is_autocast_enabled(x.device.type):
            kind = torch.get_autocast_dtype(x.device.type)
            x, cos, sin = x.to(kind), cos.to(kind), sin.to(kind)
        for block in self.blocks:
            x = block(x, cos, sin)
        hidden: Tensor = self.norm(x)
        return hidden


def losses(network: Network, rows: Tensor, context: Tensor) -> dict[str, tuple[Tensor, int]]:
    """`rows` (batch, length, COLUMNS), `context` (batch, steps, CONTEXT). Summed negative
    log-likelihood and number of choices for each choice: position (a bar's end counts as one),
    role, sound, duration, loudness, and chord; those of the melody (`sung_…`) apart."""
    hidden = network(rows[:, :-1])
    target = rows[:, 1:]
    sings = (rows[:, :1, v.FACT_C] - v.start_facts(0, 1, 4, 0)[2]) % 2 == v.SING
    kind = target[..., v.KIND]
    before = rows[:, :-1, v.KIND]
    note = torch.where(sings, kind == v.MELODY, kind == v.NOTE)
    # a bar's row is chosen where notes could have gone on: not the first one, which is given
    ends = (kind == v.BAR) & (before != v.START) & (target[..., v.TIME] > 0)
    result: dict[str, tuple[Tensor, int]] = {}
    for name, mine in (("", ~sings), ("sung_", sings)):
        chosen = (note | ends) & mine
        result |= _of_notes(network, hidden, target, context, chosen, name)
    chord = (kind == v.HARMONY) & sings
    logits = network.heads["chord"](hidden[chord])
    result["chord"] = _nats(logits, target[chord][:, v.CHORD])
    return result


def _of_notes(
    network: Network, hidden: Tensor, target: Tensor, context: Tensor, chosen: Tensor, name: str
) -> dict[str, tuple[Tensor, int]]:
    row = target[chosen]
    state = hidden[chosen]
    is_note = row[:, v.KIND] != v.BAR
    position = torch.where(is_note, row[:, v.POSITION], torch.full_like(row[:, 0], v.END))
    result = {f"{name}position": _nats(network.heads["position"](state), position)}
    row, state = row[is_note], state[is_note]
    batch = torch.nonzero(chosen)[:, 0][is_note]
    around = context[batch, row[:, v.TIME]].to(state.dtype)
    position_embedding = network.choice_embeddings["position"]
    state = state + position_embedding(row[:, v.POSITION]) + network.context(around)
    for choice, column in (("role", v.ROLE), ("sound", v.SOUND), ("duration", v.DURATION)):
        if choice != "role" or not name:  # a melody's role is given
            result[f"{name}{choice}"] = _nats(network.heads[choice](state), row[:, column])
        state = state + network.choice_embeddings[choice](row[:, column])
    played = row[:, v.LOUDNESS] != v.NO_LOUDNESS
    logits = network.heads["loudness"](state[played])
    result[f"{name}loudness"] = _nats(logits, row[played][:, v.LOUDNESS])
    return result


def _nats(logits: Tensor, wanted: Tensor) -> tuple[Tensor, int]:
    return functional.cross_entropy(logits.float(), wanted, reduction="sum"), len(wanted)
