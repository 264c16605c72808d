"""Where the network looked as it read its last row: the weights of its attention."""

from __future__ import annotations

import numpy as np

from studio.techniques.transformer.decoding.packed import Packed
from studio.techniques.transformer.decoding.step import memory, normed, prefill, turned
from studio.techniques.transformer.sheet import Floats
from studio.techniques.transformer.vocabulary import TIME, Rows


def look(packed: Packed, rows: Rows) -> Floats:
    """How much of its attention the last of `rows` (n, COLUMNS) gave to each of them and to itself,
    (n,): the mean over layers and heads, adding up to 1."""
    count = len(rows)
    mind = memory(packed, 1, count)
    half = len(packed.turns)
    width = len(packed.norm)
    split = (-1, width // (2 * half), 2 * half)
    prefill(packed, mind, 0, rows)  # the keys of all rows, the last one's too
    where = np.concatenate(
        [np.full(half // 2, count - 1), np.full(half - half // 2, rows[-1, TIME])]
    )
    angle = (where * packed.turns).astype(np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    x = packed.tables[rows[-1, :-1] + packed.starts[:-1]].sum(0)
    total = np.zeros(count, np.float32)
    for layer, (keys, values) in enumerate(zip(mind.keys[0], mind.values[0], strict=True)):
        asked = normed(x, packed.before_attention[layer]) @ packed.ask[layer][:, :width]
        query = turned(asked.reshape(split)[0], cos, sin) / np.float32(2 * half) ** 0.5
        odds = np.einsum("hf,nhf->hn", query, keys.reshape(split))
        weights = np.exp(odds - odds.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        total += weights.mean(0)
        heard = np.einsum("hn,nhf->hf", weights, values.reshape(split)).reshape(-1)
        x = x + heard @ packed.answer[layer]
        gates = normed(x, packed.before_gate[layer]) @ packed.gate[layer]
        open_, up = np.split(gates, 2)
        x = x + (open_ / (1 + np.exp(-open_)) * up) @ packed.back[layer]
    return np.asarray(total / len(packed.before_attention), np.float32)
