"""Reads one row for each of several sequences, in compiled loops that read each weight once; and
what each has read, the KV cache. Compiled as in `kernels.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.kernels import (
    add_matmul,
    at,
    compiled,
    copy,
    dot,
    eight,
    entry,
    fill,
    multiply_add,
    rms_norm,
    silu,
    softmax,
)
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import Floats
from studio.techniques.transformer.vocabulary import Rows

Ints = NDArray[np.int64]

COMPILED_IN = {"kernels": "f4cddffe6233"}
_F = np.float32
FULL = "More rows than the cache was made for."
NO_ROW = "A row outside the vocabulary."


class KVCache(NamedTuple):
    """Keys, already rotated, and values of the rows read so far, `length` (sequences,) of them.
    A sequence whose length is set to 0 has forgotten all."""

    keys: Floats  # (sequences, layers, longest, width)
    values: Floats
    length: NDArray[np.int64]


def empty_cache(weights: DecoderWeights, sequences: int, longest: int) -> KVCache:
    """Room for `sequences`, each of at most `longest` rows."""
    layers, width = weights.attention_norm.shape
    room = (sequences, layers, longest, width)
    keys, values = np.zeros(room, np.float32), np.zeros(room, np.float32)
    return KVCache(keys, values, np.zeros(sequences, np.int64))


def copy_cache(cache: KVCache, from_: int, to: Sequence[int]) -> None:
    """Lets the sequences `to` have read what `from_` has, and nothing else."""
    length = int(cache.length[from_])
    for sequence in to:
        cache.keys[sequence, :, :length] = cache.keys[from_, :, :length]
        cache.values[sequence, :, :length] = cache.values[from_, :, :length]
        cache.length[sequence] = length


def decode_step(
    weights: DecoderWeights, cache: KVCache, rows: Rows, active: NDArray[np.bool_], states: Floats
) -> None:
    """Reads a row of `rows` (sequences, COLUMNS) for each sequence that is `active` (sequences,),
    and writes its hidden state into its row of `states` (sequences, width). Raises ValueError for
    rows that do not fit the cache or the vocabulary, before any is read."""
    sequences = np.flatnonzero(active)
    if not in_vocabulary(weights.offsets, rows, sequences):
        raise ValueError(NO_ROW)
    if (cache.length[sequences] >= cache.keys.shape[2]).any():
        raise ValueError(FULL)
    forward(weights, cache.keys, cache.values, cache.length, rows, sequences, states)


@entry
def in_vocabulary(offsets: Ints, rows: Ints, who: Ints) -> bool:
    """Whether the rows of the sequences `who` name entries of the columns."""
    for s in who:
        for column in range(len(offsets) - 1):
            if not 0 <= rows[s, column] < offsets[column + 1] - offsets[column]:
                return False
    return True


@compiled
def embed(
    embeddings: Floats, offsets: Ints, frequencies: Floats, row: Ints, place: int,
    x: Floats, cos: Floats, sin: Floats,
) -> None:  # fmt: skip
    """A row's features, added to `x`, and how far it is turned: by its place in the sequence, and
    by its time."""
    for column in range(len(row) - 1):
        features = embeddings[offsets[column] + row[column]]
        for k in range(len(x)):
            x[k] += features[k]
    for k in range(len(frequencies)):
        angle = _F(place if 2 * k < len(frequencies) else row[len(row) - 1]) * frequencies[k]
        cos[k], sin[k] = np.cos(angle), np.sin(angle)


@compiled
def rotate(x: Floats, cos: Floats, sin: Floats) -> None:
    """Turns each head's pairs, in place (RoPE)."""
    half = len(cos)
    for first in range(0, len(x), 2 * half):
        a, b = x[first : first + half], x[first + half : first + 2 * half]
        for i in range(half):
            p, q = a[i], b[i]
            a[i] = p * cos[i] - q * sin[i]
            b[i] = p * sin[i] + q * cos[i]


@compiled
def attention(
    query: Floats, keys: Floats, values: Floats, size: int, scores: Floats, attn: Floats
) -> None:
    """Of each head of `size` features over the rows in `keys` and `values`, into `attn`; `scores`
    (heads, rows) is room. Both are read through once."""
    count = len(keys)
    for j in range(count):
        key = keys[j]
        for head in range(len(scores)):
            part = slice(head * size, (head + 1) * size)
            scores[head, j] = dot(query[part], key[part])
    for head in range(len(scores)):
        softmax(scores[head, :count])
    fill(attn, _F(0))
    whole = count // 8 * 8
    for j in range(0, whole, 8):
        rows = eight(values[j : j + 8])
        for head in range(len(scores)):
            first, a = head * size, eight(scores[head, j : j + 8])
            mine = attn[first : first + size]
            for i in range(size):
                mine[i] = multiply_add(mine[i], a, at(rows, first + i))
    for j in range(whole, count):
        for head in range(len(scores)):
            for i in range(head * size, (head + 1) * size):
                attn[i] += scores[head, j] * values[j, i]


@entry
def forward(
    weights: DecoderWeights,
    keys: Floats,
    values: Floats,
    length: Ints,
    rows: Ints,
    who: Ints,
    states: Floats,
) -> None:
    """Reads a row (its columns, then its time) for each of the sequences `who`, after what they
    have in the cache of `keys` and `values`."""
    count, width, half = len(who), states.shape[1], len(weights.rotary_frequencies)
    room = -(-count // 4) * 4
    qkv_matrix, out_matrix, gate_up_matrix, down_matrix = weights.halves
    inner = down_matrix.shape[1]
    x, y = np.zeros((room, width), _F), np.zeros((room, width), _F)
    qkv, gate_up = np.zeros((room, 3 * width), _F), np.zeros((room, 2 * inner), _F)
    act = np.zeros((room, inner), _F)
    cos, sin = np.empty((count, half), _F), np.empty((count, half), _F)
    scores = np.zeros((width // (2 * half), keys.shape[2]), _F)
    scale = _F(1) / np.sqrt(_F(2 * half))
    for i in range(count):
        embed(
            weights.column_embeddings, weights.offsets, weights.rotary_frequencies,
            rows[who[i]], length[who[i]], x[i], cos[i], sin[i],
        )  # fmt: skip
    for layer in range(len(qkv_matrix)):
        for i in range(count):
            rms_norm(x[i], weights.attention_norm[layer], y[i])
            fill(qkv[i], _F(0))
            fill(gate_up[i], _F(0))
        add_matmul(qkv_matrix[layer], y, qkv, count)
        for i in range(count):
            s, n = who[i], length[who[i]]
            query = qkv[i, :width]
            rotate(query, cos[i], sin[i])
            rotate(qkv[i, width : 2 * width], cos[i], sin[i])
            copy(qkv[i, width : 2 * width], keys[s, layer, n])
            copy(qkv[i, 2 * width :], values[s, layer, n])
            for k in range(width):
                query[k] *= scale
            attention(
                query, keys[s, layer, : n + 1], values[s, layer, : n + 1], 2 * half, scores, y[i]
            )
        add_matmul(out_matrix[layer], y, x, count)
        for i in range(count):
            rms_norm(x[i], weights.mlp_norm[layer], y[i])
        add_matmul(gate_up_matrix[layer], y, gate_up, count)
        for i in range(count):
            for k in range(inner):
                act[i, k] = silu(gate_up[i, k]) * gate_up[i, inner + k]
        add_matmul(down_matrix[layer], act, x, count)
    for i in range(count):
        rms_norm(x[i], weights.norm, states[who[i]])
        length[who[i]] += 1
