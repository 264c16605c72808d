"""Reads many rows at once, as products of matrices: the same as `Network`, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from studio.techniques.transformer.decoding.step import FULL, NO_ROW, KVCache
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.network import EPSILON
from studio.techniques.transformer.sheet import Floats
from studio.techniques.transformer.vocabulary import Rows

_AT_ONCE = 256  # rows that are read as one product
_F = np.float32


def prefill(weights: DecoderWeights, cache: KVCache, sequence: int, rows: Rows) -> Floats:
    """Reads `rows` (n, COLUMNS), one or more, after what the sequence has read; returns the hidden
    state after the last, (width,). Raises ValueError for rows that do not fit the cache or the
    vocabulary."""
    _check(weights, cache, sequence, rows)
    for first in range(0, len(rows), _AT_ONCE):
        [state] = _read(weights, cache, [sequence], [rows[first : first + _AT_ONCE]])
    return state


def prefill_each(
    weights: DecoderWeights, cache: KVCache, rows: Sequence[Rows], states: Floats
) -> None:
    """Reads the rows of every sequence, as `prefill` does for one, and writes the hidden states
    after them into `states` (sequences, width). Weights are read once for all."""
    for sequence, its_rows in enumerate(rows):
        _check(weights, cache, sequence, its_rows)
    states[:] = _read(weights, cache, range(len(rows)), rows)


def _check(weights: DecoderWeights, cache: KVCache, sequence: int, rows: Rows) -> None:
    sizes = np.diff(weights.offsets)
    if not len(rows) or ((rows[:, :-1] < 0) | (rows[:, :-1] >= sizes)).any():
        raise ValueError(NO_ROW)
    if cache.length[sequence] + len(rows) > cache.keys.shape[2]:
        raise ValueError(FULL)


class _Span(NamedTuple):
    """Where the rows of a sequence stand among all that are read at once, and how many it has read
    before."""

    sequence: int
    place: slice
    before: int


def _read(
    weights: DecoderWeights, cache: KVCache, sequences: Sequence[int], rows: Sequence[Rows]
) -> list[Floats]:
    """The hidden state after the last row of each of the sequences."""
    ends = np.cumsum([len(each) for each in rows]).tolist()
    spans = [
        _Span(sequence, slice(end - len(each), end), int(cache.length[sequence]))
        for sequence, end, each in zip(sequences, ends, rows, strict=True)
    ]
    together = np.concatenate(rows)
    half = len(weights.rotary_frequencies)
    places = np.empty((len(together), half), _F)
    for span, each in zip(spans, rows, strict=True):
        places[span.place, : half // 2] = np.arange(span.before, span.before + len(each))[:, None]
    places[:, half // 2 :] = together[:, -1:]
    angles = places * weights.rotary_frequencies
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    x = weights.column_embeddings[together[:, :-1] + weights.offsets[:-1]].sum(1)
    for layer in range(len(weights.attention_norm)):
        x = block(weights, layer, x, partial(_cached_attention, cache, layer, spans, cos, sin))
    for sequence, each in zip(sequences, rows, strict=True):
        cache.length[sequence] += len(each)
    return [rms_norm(x[span.place.stop - 1], weights.norm) for span in spans]


def block(
    weights: DecoderWeights,
    layer: int,
    x: Floats,
    attention: Callable[[Floats, Floats, Floats], Floats],
) -> Floats:
    """One block on `x` (…, width); `attention` of its queries, keys and values, as `x` each."""
    qkv = rms_norm(x, weights.attention_norm[layer]) @ weights.qkv[layer]
    x = x + attention(*np.split(qkv, 3, axis=-1)) @ weights.out[layer]
    gate_up = rms_norm(x, weights.mlp_norm[layer]) @ weights.gate_up[layer]
    gate, up = np.split(gate_up, 2, axis=-1)
    with np.errstate(over="ignore"):
        x = x + (gate / (1 + np.exp(-gate)) * up) @ weights.down[layer]
    return x


def _cached_attention(
    cache: KVCache,
    layer: int,
    spans: Sequence[_Span],
    cos: Floats,
    sin: Floats,
    query: Floats,
    key: Floats,
    value: Floats,
) -> Floats:
    """Each sequence's rows over what it has read and themselves, which the cache then holds, too;
    (rows, width) all."""
    half = cos.shape[-1]
    by_head = (len(query), -1, 2 * half)
    key = rotate(key.reshape(by_head), cos, sin).reshape(key.shape)
    query = rotate(query.reshape(by_head), cos, sin) * _F(1 / (2 * half) ** 0.5)
    attn = np.empty_like(value)
    for sequence, place, before in spans:
        count = before + place.stop - place.start
        keys = cache.keys[sequence, layer, :count]
        values = cache.values[sequence, layer, :count]
        keys[before:], values[before:] = key[place], value[place]
        split = (count, -1, 2 * half)
        attn[place] = _attention(query[place], keys.reshape(split), values.reshape(split), before)
    return attn


def _attention(query: Floats, keys: Floats, values: Floats, before: int) -> Floats:
    """Attention of rows over all up to themselves, (rows, width); the first of them has `before`
    others before it. `query`, `keys` and `values` (rows, heads, HEAD)."""
    future = np.triu(np.full((len(query), len(keys)), -np.inf, _F), before + 1)
    scores: Floats = query.transpose(1, 0, 2) @ keys.transpose(1, 2, 0) + future
    np.exp(scores - scores.max(-1, keepdims=True), out=scores)
    scores /= scores.sum(-1, keepdims=True)
    attn: Floats = scores @ values.transpose(1, 0, 2)
    return attn.transpose(1, 0, 2).reshape(len(query), -1)


def rms_norm(x: Floats, gain: Floats) -> Floats:
    result: Floats = x / np.sqrt(np.square(x).mean(-1, keepdims=True) + _F(EPSILON)) * gain
    return result


def rotate(x: Floats, cos: Floats, sin: Floats) -> Floats:
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)
