"""The network's weights as arrays that the compiled step reads.

Matrices lie with a row for each feature they read, so that a step adds rows up; columns' embeddings
stand one under the other, and the blocks' matrices behind one another. What a step reads is kept in
16 bits, as models are on disk: half the memory to read is most of a step's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadModel
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.kernels import Halves
from studio.techniques.transformer.network import rotary_frequencies
from studio.techniques.transformer.parameters import (
    CHOICES,
    EMBEDDED,
    shapes,
    with_current_names,
)
from studio.techniques.transformer.sheet import Floats

MISFIT = "The weights of this model do not fit its card: reinstall the model."


class HalfMatrices(NamedTuple):
    """The blocks' matrices once more, in 16 bits."""

    qkv: Halves
    out: Halves
    gate_up: Halves
    down: Halves


class DecoderWeights(NamedTuple):
    """All weights, contiguous. `width` features of an event, `inner` of a SwiGLU; heads in the
    order of CHOICES."""

    column_embeddings: Floats  # (sum of the vocabulary's sizes, width)
    offsets: NDArray[np.int64]  # (columns + 1,) where each column's begin, and the last ends
    rotary_frequencies: Floats  # (HEAD / 2,) radians a place, then a sixteenth
    attention_norm: Floats  # (layers, width)
    qkv: Floats  # (layers, width, 3 width)
    out: Floats  # (layers, width, width)
    mlp_norm: Floats  # (layers, width)
    gate_up: Floats  # (layers, width, 2 inner)
    down: Floats  # (layers, inner, width)
    halves: HalfMatrices
    norm: Floats  # (width,)
    context: Floats  # (CONTEXT, width)
    choice_embeddings: tuple[Floats, ...]  # (choices, width): position, role, sound, duration
    head_in: tuple[Halves, ...]  # (width, width) of each head
    head_in_bias: tuple[Floats, ...]  # (width,)
    head_out: tuple[Halves, ...]  # (width, choices)
    head_out_bias: tuple[Floats, ...]  # (choices,)


def pack(weights: Mapping[str, NDArray[np.floating]]) -> DecoderWeights:
    """`weights` by the names of `Network`'s parameters, old or new, rounded to 16 bits; raises
    BadModel where names or shapes do not fit."""
    weights = with_current_names(weights)
    layers = sum(name.startswith("blocks.") and name.endswith(".qkv.weight") for name in weights)
    _check(weights, layers)

    def halves(name: str) -> Halves:
        return np.array(weights[name].T, np.float16, order="C").view(np.uint16)

    def floats(name: str) -> Floats:
        return as_floats(np.array(weights[name], np.float16).view(np.uint16))

    def gains(name: str) -> Floats:
        return np.stack([floats(f"blocks.{layer}.{name}.gain") for layer in range(layers)])

    def matrices(name: str) -> Halves:
        return np.stack([halves(f"blocks.{layer}.{name}.weight") for layer in range(layers)])

    of_blocks = HalfMatrices(*map(matrices, HalfMatrices._fields))
    columns = range(len(v.SIZES))
    return DecoderWeights(
        column_embeddings=np.concatenate(
            [floats(f"column_embeddings.{i}.weight") for i in columns]
        ),
        offsets=np.cumsum((0, *v.SIZES), dtype=np.int64),
        rotary_frequencies=rotary_frequencies().numpy().copy(),
        attention_norm=gains("attention_norm"),
        qkv=as_floats(of_blocks.qkv),
        out=as_floats(of_blocks.out),
        mlp_norm=gains("mlp_norm"),
        gate_up=as_floats(of_blocks.gate_up),
        down=as_floats(of_blocks.down),
        halves=of_blocks,
        norm=floats("norm.gain"),
        context=floats("context.weight").T.copy(),
        choice_embeddings=tuple(floats(f"choice_embeddings.{name}.weight") for name in EMBEDDED),
        head_in=tuple(halves(f"heads.{name}.0.weight") for name in CHOICES),
        head_in_bias=tuple(floats(f"heads.{name}.0.bias") for name in CHOICES),
        head_out=tuple(halves(f"heads.{name}.2.weight") for name in CHOICES),
        head_out_bias=tuple(floats(f"heads.{name}.2.bias") for name in CHOICES),
    )


def _check(weights: Mapping[str, NDArray[np.floating]], layers: int) -> None:
    table = weights.get("column_embeddings.0.weight")
    width = table.shape[1] if table is not None and table.ndim == 2 else 0
    try:
        expected = shapes(width, layers)
    except ValueError as error:
        raise BadModel(MISFIT) from error
    if not layers or {name: value.shape for name, value in weights.items()} != expected:
        raise BadModel(MISFIT)


def as_floats(halves: Halves) -> Floats:
    """The same numbers in 32 bits."""
    return halves.view(np.float16).astype(np.float32)
