"""Reads rows into a memory of keys and values, many at once or one for each of several sequences.

The same as `Network.read`, without torch: `prefill` as products of matrices, `advance` in compiled
loops that read each weight once for all sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.attention import fits, read_each
from studio.techniques.transformer.decoding.packed import Packed
from studio.techniques.transformer.network import EPSILON
from studio.techniques.transformer.sheet import Floats

_AT_ONCE = 256  # rows that are read as one product
_F = np.float32
_FULL = "More rows than the memory was made for."
_NO_ROW = "A row outside the vocabulary."


class Memory(NamedTuple):
    """Keys, already turned, and values of the rows read so far, `length` (sequences,) of them.
    A sequence whose length is set to 0 has forgotten all."""

    keys: Floats  # (sequences, layers, longest, width)
    values: Floats
    length: NDArray[np.int64]


def memory(packed: Packed, sequences: int, longest: int) -> Memory:
    """An empty memory for `sequences`, each of at most `longest` rows."""
    layers, width = packed.before_attention.shape
    room = (sequences, layers, longest, width)
    return Memory(np.zeros(room, _F), np.zeros(room, _F), np.zeros(sequences, np.int64))


def share(memory: Memory, from_: int, to: Sequence[int]) -> None:
    """Lets the sequences `to` remember what `from_` does, and nothing else."""
    length = int(memory.length[from_])
    for sequence in to:
        memory.keys[sequence, :, :length] = memory.keys[from_, :, :length]
        memory.values[sequence, :, :length] = memory.values[from_, :, :length]
        memory.length[sequence] = length


def prefill(packed: Packed, memory: Memory, sequence: int, rows: v.Rows) -> Floats:
    """Reads `rows` (n, COLUMNS), one or more, after what the sequence remembers; returns what is
    known after the last, (width,). Raises ValueError for rows that do not fit the memory or the
    vocabulary."""
    _check(packed, memory, sequence, rows)
    for first in range(0, len(rows), _AT_ONCE):
        [state] = _read(packed, memory, [sequence], [rows[first : first + _AT_ONCE]])
    return state


def prefill_each(packed: Packed, memory: Memory, rows: Sequence[v.Rows], states: Floats) -> None:
    """Reads the rows of every sequence, as `prefill` does for one, and writes what is known then
    into `states` (sequences, width). Weights are read once for all."""
    for sequence, mine in enumerate(rows):
        _check(packed, memory, sequence, mine)
    states[:] = _read(packed, memory, range(len(rows)), rows)


def _check(packed: Packed, memory: Memory, sequence: int, rows: v.Rows) -> None:
    sizes = np.diff(packed.starts)
    if not len(rows) or ((rows[:, :-1] < 0) | (rows[:, :-1] >= sizes)).any():
        raise ValueError(_NO_ROW)
    if memory.length[sequence] + len(rows) > memory.keys.shape[2]:
        raise ValueError(_FULL)


def advance(
    packed: Packed, memory: Memory, rows: v.Rows, active: NDArray[np.bool_], states: Floats
) -> None:
    """Reads a row of `rows` (sequences, COLUMNS) for each sequence that is `active` (sequences,),
    and writes what is known then into its row of `states` (sequences, width). Raises ValueError
    for rows that do not fit the memory or the vocabulary, before any is read."""
    who = np.flatnonzero(active)
    if not fits(packed.starts, rows, who):
        raise ValueError(_NO_ROW)
    if (memory.length[who] >= memory.keys.shape[2]).any():
        raise ValueError(_FULL)
    read_each(packed, memory.keys, memory.values, memory.length, rows, who, states)


def _read(
    packed: Packed, memory: Memory, who: Sequence[int], rows: Sequence[v.Rows]
) -> list[Floats]:
    """What is known after the last row of each of the sequences `who`."""
    half, width = len(packed.turns), len(packed.norm)
    split = (-1, width // (2 * half), 2 * half)
    ends = np.cumsum([len(mine) for mine in rows])
    places = [slice(int(end) - len(mine), int(end)) for end, mine in zip(ends, rows, strict=True)]
    together = np.concatenate(rows)
    x = packed.tables[together[:, :-1] + packed.starts[:-1]].sum(1)
    where = np.empty((len(together), half), _F)
    for sequence, place, mine in zip(who, places, rows, strict=True):
        before = int(memory.length[sequence])
        where[place, : half // 2] = np.arange(before, before + len(mine))[:, None]
    where[:, half // 2 :] = together[:, -1:]
    cos, sin = np.cos(where * packed.turns)[:, None], np.sin(where * packed.turns)[:, None]
    heard = np.empty_like(x)
    for layer in range(len(packed.before_attention)):
        asked = normed(x, packed.before_attention[layer]) @ packed.ask[layer]
        query, key, value = np.split(asked, 3, axis=1)
        key = turned(key.reshape(split), cos, sin).reshape(-1, width)
        query = turned(query.reshape(split), cos, sin) * _F(1 / (2 * half) ** 0.5)
        for sequence, place in zip(who, places, strict=True):
            before = int(memory.length[sequence])
            count = before + place.stop - place.start
            keys = memory.keys[sequence, layer, :count]
            values = memory.values[sequence, layer, :count]
            keys[before:], values[before:] = key[place], value[place]
            heard[place] = _heard(query[place], keys.reshape(split), values.reshape(split), before)
        x = x + heard @ packed.answer[layer]
        open_, up = np.split(normed(x, packed.before_gate[layer]) @ packed.gate[layer], 2, axis=1)
        with np.errstate(over="ignore"):
            x = x + (open_ / (1 + np.exp(-open_)) * up) @ packed.back[layer]
    for sequence, mine in zip(who, rows, strict=True):
        memory.length[sequence] += len(mine)
    return [normed(x[place.stop - 1], packed.norm) for place in places]


def _heard(query: Floats, keys: Floats, values: Floats, before: int) -> Floats:
    """Attention of rows over all up to themselves, (rows, width); the first of them has `before`
    others before it. `query`, `keys` and `values` (rows, heads, HEAD)."""
    later = np.triu(np.full((len(query), len(keys)), -np.inf, _F), before + 1)
    odds: Floats = query.transpose(1, 0, 2) @ keys.transpose(1, 2, 0) + later
    np.exp(odds - odds.max(-1, keepdims=True), out=odds)
    odds /= odds.sum(-1, keepdims=True)
    found: Floats = odds @ values.transpose(1, 0, 2)
    return found.transpose(1, 0, 2).reshape(len(query), -1)


def normed(x: Floats, gain: Floats) -> Floats:
    result: Floats = x / np.sqrt(np.square(x).mean(-1, keepdims=True) + _F(EPSILON)) * gain
    return result


def turned(x: Floats, cos: Floats, sin: Floats) -> Floats:
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)
