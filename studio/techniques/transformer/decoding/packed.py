"""The network's weights as arrays that the compiled step reads.

Matrices lie with a row for each feature they read, so that a step adds rows up; tables stand one
under the other, and the blocks' matrices behind one another. What a step reads is kept in 16 bits,
as models are on disk: half the memory to read is most of a step's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.errors import BadModel
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.arithmetic import Halves
from studio.techniques.transformer.network import HEAD, feed_forward, frequencies
from studio.techniques.transformer.sheet import CONTEXT, Floats

CHOICES = ("position", "role", "sound", "duration", "loudness", "chord")
SIZES = (
    v.POSITIONS, len(v.ROLES), v.SOUNDS, len(v.DURATIONS), v.LOUDNESSES, v.NO_TRIAD + 1
)  # fmt: skip
_CHOSEN = ("position", "role", "sound", "duration")
_CHOSEN_SIZES = (v.POSITIONS, v.NO_ROLE, v.SOUNDS, len(v.DURATIONS))
_MISFIT = "The weights of this model do not fit its card: reinstall the model."


class Halved(NamedTuple):
    """The blocks' matrices once more, in 16 bits."""

    ask: Halves
    answer: Halves
    gate: Halves
    back: Halves


class Packed(NamedTuple):
    """All weights, contiguous. `width` features of an event, `inner` of a gate; heads in the order
    of CHOICES."""

    tables: Floats  # (sum of the vocabulary's sizes, width)
    starts: NDArray[np.int64]  # (columns + 1,) where each column's table begins, and the last ends
    turns: Floats  # (HEAD / 2,) radians a place, then a sixteenth
    before_attention: Floats  # (layers, width)
    ask: Floats  # (layers, width, 3 width)
    answer: Floats  # (layers, width, width)
    before_gate: Floats  # (layers, width)
    gate: Floats  # (layers, width, 2 inner)
    back: Floats  # (layers, inner, width)
    halves: Halved
    norm: Floats  # (width,)
    context: Floats  # (CONTEXT, width)
    chosen: tuple[Floats, ...]  # (choices, width): of position, role, sound and duration
    hidden: tuple[Halves, ...]  # (width, width) of each head
    hidden_bias: tuple[Floats, ...]  # (width,)
    last: tuple[Halves, ...]  # (width, choices)
    last_bias: tuple[Floats, ...]  # (choices,)


def pack(weights: Mapping[str, NDArray[np.floating]]) -> Packed:
    """`weights` by the names of `Network`'s parameters, rounded to 16 bits; raises BadModel where
    names or shapes do not fit."""
    table = weights.get("tables.0.weight")
    if table is None or table.ndim != 2:
        raise BadModel(_MISFIT)
    layers = sum(name.startswith("blocks.") and name.endswith(".ask.weight") for name in weights)
    wanted = shapes(table.shape[1], layers)
    if not layers or {name: value.shape for name, value in weights.items()} != wanted:
        raise BadModel(_MISFIT)

    def halves(name: str) -> Halves:
        return np.array(weights[name].T, np.float16, order="C").view(np.uint16)

    def floats(name: str) -> Floats:
        return as_floats(np.array(weights[name], np.float16).view(np.uint16))

    def gains(name: str) -> Floats:
        return np.stack([floats(f"blocks.{layer}.{name}.gain") for layer in range(layers)])

    def matrix(name: str) -> Halves:
        return np.stack([halves(f"blocks.{layer}.{name}.weight") for layer in range(layers)])

    halved = Halved(matrix("ask"), matrix("answer"), matrix("gate"), matrix("back"))
    return Packed(
        tables=np.concatenate([floats(f"tables.{i}.weight") for i in range(len(v.SIZES))]),
        starts=np.cumsum((0, *v.SIZES), dtype=np.int64),
        turns=frequencies().numpy().copy(),
        before_attention=gains("before_attention"),
        ask=as_floats(halved.ask),
        answer=as_floats(halved.answer),
        before_gate=gains("before_gate"),
        gate=as_floats(halved.gate),
        back=as_floats(halved.back),
        halves=halved,
        norm=floats("norm.gain"),
        context=floats("context.weight").T.copy(),
        chosen=tuple(floats(f"chosen_{name}.weight") for name in _CHOSEN),
        hidden=tuple(halves(f"{name}.0.weight") for name in CHOICES),
        hidden_bias=tuple(floats(f"{name}.0.bias") for name in CHOICES),
        last=tuple(halves(f"{name}.2.weight") for name in CHOICES),
        last_bias=tuple(floats(f"{name}.2.bias") for name in CHOICES),
    )


def as_floats(halves: Halves) -> Floats:
    """The same numbers in 32 bits."""
    return halves.view(np.float16).astype(np.float32)


def shapes(width: int, layers: int) -> dict[str, tuple[int, ...]]:
    """The shape of each of the network's parameters by name; none for a width without heads."""
    if width < HEAD or width % HEAD:
        return {}
    inner = feed_forward(width)
    result: dict[str, tuple[int, ...]] = {"norm.gain": (width,), "context.weight": (width, CONTEXT)}
    result |= {f"tables.{i}.weight": (size, width) for i, size in enumerate(v.SIZES)}
    for layer in range(layers):
        block = {
            "before_attention.gain": (width,),
            "before_gate.gain": (width,),
            "ask.weight": (3 * width, width),
            "answer.weight": (width, width),
            "gate.weight": (2 * inner, width),
            "back.weight": (width, inner),
        }
        result |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
    for name, size in zip(CHOICES, SIZES, strict=True):
        result |= {f"{name}.0.weight": (width, width), f"{name}.0.bias": (width,)}
        result |= {f"{name}.2.weight": (size, width), f"{name}.2.bias": (size,)}
    for name, size in zip(_CHOSEN, _CHOSEN_SIZES, strict=True):
        result[f"chosen_{name}.weight"] = (size, width)
    return result
