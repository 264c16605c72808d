"""Reads one row for each of several sequences: the inner loops, compiled as in `arithmetic.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.arithmetic import (
    Floats,
    add_product,
    at,
    compiled,
    copy,
    dot,
    eight,
    entry,
    fill,
    normed,
    plus,
    silu,
    to_shares,
)
from studio.techniques.transformer.decoding.packed import Packed

Ints = NDArray[np.int64]

COMPILED_IN = {"arithmetic": "dd5fe72c8fde"}
_F = np.float32


@entry
def fits(starts: Ints, rows: Ints, who: Ints) -> bool:
    """Whether the rows of the sequences `who` name entries of the tables."""
    for s in who:
        for column in range(len(starts) - 1):
            if not 0 <= rows[s, column] < starts[column + 1] - starts[column]:
                return False
    return True


@compiled
def begin(
    tables: Floats, starts: Ints, turns: Floats, row: Ints, place: int,
    x: Floats, cos: Floats, sin: Floats,
) -> None:  # fmt: skip
    """A row's features, added to `x`, and how far it is turned: by its place in the sequence, and
    by its time."""
    for column in range(len(row) - 1):
        features = tables[starts[column] + row[column]]
        for k in range(len(x)):
            x[k] += features[k]
    for k in range(len(turns)):
        angle = _F(place if 2 * k < len(turns) else row[len(row) - 1]) * turns[k]
        cos[k], sin[k] = np.cos(angle), np.sin(angle)


@compiled
def turn(x: Floats, cos: Floats, sin: Floats) -> None:
    """Turns each head's pairs, in place."""
    half = len(cos)
    for first in range(0, len(x), 2 * half):
        a, b = x[first : first + half], x[first + half : first + 2 * half]
        for i in range(half):
            p, q = a[i], b[i]
            a[i] = p * cos[i] - q * sin[i]
            b[i] = p * sin[i] + q * cos[i]


@compiled
def attend(
    query: Floats, keys: Floats, values: Floats, size: int, odds: Floats, heard: Floats
) -> None:
    """What each head of `size` features hears of the rows in `keys` and `values`; `odds` (heads,
    rows) is room for their weights. Both are read through once."""
    count = len(keys)
    for j in range(count):
        key = keys[j]
        for head in range(len(odds)):
            part = slice(head * size, (head + 1) * size)
            odds[head, j] = dot(query[part], key[part])
    for head in range(len(odds)):
        to_shares(odds[head, :count])
    fill(heard, _F(0))
    whole = count // 8 * 8
    for j in range(0, whole, 8):
        rows = eight(values[j : j + 8])
        for head in range(len(odds)):
            first, a = head * size, eight(odds[head, j : j + 8])
            mine = heard[first : first + size]
            for i in range(size):
                mine[i] = plus(mine[i], a, at(rows, first + i))
    for j in range(whole, count):
        for head in range(len(odds)):
            for i in range(head * size, (head + 1) * size):
                heard[i] += odds[head, j] * values[j, i]


@entry
def read_each(
    packed: Packed,
    keys: Floats,
    values: Floats,
    length: Ints,
    rows: Ints,
    who: Ints,
    states: Floats,
) -> None:
    """Reads a row (its columns, then its time) for each of the sequences `who`, after what they
    remember in `keys` and `values`."""
    count, width, half = len(who), states.shape[1], len(packed.turns)
    room = -(-count // 4) * 4
    ask, answer, gate, back = packed.halves
    inner = back.shape[1]
    x, y = np.zeros((room, width), _F), np.zeros((room, width), _F)
    asked, gated = np.zeros((room, 3 * width), _F), np.zeros((room, 2 * inner), _F)
    opened = np.zeros((room, inner), _F)
    cos, sin = np.empty((count, half), _F), np.empty((count, half), _F)
    odds = np.zeros((width // (2 * half), keys.shape[2]), _F)
    scale = _F(1) / np.sqrt(_F(2 * half))
    for i in range(count):
        begin(
            packed.tables, packed.starts, packed.turns, rows[who[i]], length[who[i]],
            x[i], cos[i], sin[i],
        )  # fmt: skip
    for layer in range(len(ask)):
        for i in range(count):
            normed(x[i], packed.before_attention[layer], y[i])
            fill(asked[i], _F(0))
            fill(gated[i], _F(0))
        add_product(ask[layer], y, asked, count)
        for i in range(count):
            s, n = who[i], length[who[i]]
            query = asked[i, :width]
            turn(query, cos[i], sin[i])
            turn(asked[i, width : 2 * width], cos[i], sin[i])
            copy(asked[i, width : 2 * width], keys[s, layer, n])
            copy(asked[i, 2 * width :], values[s, layer, n])
            for k in range(width):
                query[k] *= scale
            attend(query, keys[s, layer, : n + 1], values[s, layer, : n + 1], 2 * half, odds, y[i])
        add_product(answer[layer], y, x, count)
        for i in range(count):
            normed(x[i], packed.before_gate[layer], y[i])
        add_product(gate[layer], y, gated, count)
        for i in range(count):
            for k in range(inner):
                opened[i, k] = silu(gated[i, k]) * gated[i, inner + k]
        add_product(back[layer], opened, x, count)
    for i in range(count):
        normed(x[i], packed.norm, states[who[i]])
        length[who[i]] += 1
