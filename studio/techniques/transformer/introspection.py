"""What the network thought as it wrote a note: what it was drawn from, and its attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import KIT
from studio.music.roll import LOW_PITCH, PITCHES
from studio.techniques.introspection import END, QUESTIONS, Option, Seen, Thought
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.prefill import block, prefill, rotate
from studio.techniques.transformer.decoding.sampling import Limits, distributions
from studio.techniques.transformer.decoding.step import empty_cache
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import ROLE, SOUND, STEP, Floats


class Watcher:
    """Waits for one note of a band to be written, and keeps what the network thought. `wanted` is
    its step, sound and role as in a sheet; `shift` semitones from the piece's key to C; `names` the
    parts' names by role; `cut` what narrows the choices."""

    def __init__(
        self,
        weights: DecoderWeights,
        wanted: tuple[int, int, int],
        shift: int,
        names: Mapping[int, str],
        cut: str,
    ) -> None:
        self.thought: Thought | None = None
        self._weights, self._shift = weights, shift
        self._wanted, self._names, self._cut = wanted, names, cut

    def __call__(
        self,
        note: list[int],
        state: Floats,
        limits: Limits,
        chosen: NDArray[np.int64],
        rows: v.Rows,
    ) -> None:
        if self._wanted != (note[STEP], note[SOUND], note[ROLE]):
            return
        alone = Limits._make(np.ascontiguousarray(column[:1]) for column in limits)
        probs, nuclei = distributions(self._weights, state, alone, chosen)
        first = note[STEP] - int(chosen[0])
        self.thought = Thought(
            {
                question: self._options(i, probs[i], nuclei[i], int(chosen[i]))
                for i, question in enumerate(QUESTIONS)
            },
            self._seen(rows, first),
            first,
            self._cut,
        )

    def _options(
        self, question: int, probs: Floats, nucleus: NDArray[np.bool_], taken: int
    ) -> list[Option]:
        order = np.argsort(-probs, kind="stable")
        return [
            Option(self._value(question, i), float(probs[i]), bool(nucleus[i]), i == taken)
            for i in order.tolist()
            if probs[i] > 0
        ]

    def _value(self, question: int, place: int) -> int | str:
        if question == 0 and place == v.END:
            return END
        if question == 1:
            return self._name(place)
        if question == 2:
            return KIT[place - v.DRUM_PITCH] if place >= PITCHES else self._pitch(place)
        return v.DURATIONS[place] if question == 3 else place

    def _name(self, role: int) -> str:
        return self._names.get(role, v.ROLES[role])

    def _pitch(self, sound: int) -> int:
        return sound + LOW_PITCH - self._shift

    def _seen(self, rows: v.Rows, first: int) -> list[Seen]:
        """Rows with their share; times are counted from where reading began, so that the last
        bar's row tells where that was."""
        shares = attention_shares(self._weights, rows)
        start = first - int(rows[rows[:, v.KIND] == v.BAR][-1, v.TIME])
        return [
            self._row(row, start, share)
            for row, share in zip(rows.tolist(), shares.tolist(), strict=True)
        ]

    def _row(self, row: Sequence[int], start: int, weight: float) -> Seen:
        kind = ("start", "part", "bar", "chord", "melody", "note", "")[row[v.KIND]]
        others = {v.MELODY_ROLE: "Melody", v.NO_ROLE: ""}
        who = others[row[v.ROLE]] if row[v.ROLE] in others else self._name(row[v.ROLE])
        sound = row[v.SOUND]
        pitch = None
        if sound < PITCHES:
            pitch = self._pitch(sound)
        elif sound < v.NO_SOUND:
            pitch = KIT[sound - v.DRUM_PITCH]
        return Seen(kind, who, start + row[v.TIME], pitch, weight)


def attention_shares(weights: DecoderWeights, rows: v.Rows) -> Floats:
    """How much of its attention the last of `rows` (n, COLUMNS) gave to each of them and to itself,
    (n,): the mean over layers and heads, adding up to 1."""
    count, layers = len(rows), len(weights.attention_norm)
    cache = empty_cache(weights, 1, count)
    prefill(weights, cache, 0, rows)  # the keys of all rows, the last one's too
    half = len(weights.rotary_frequencies)
    by_head = (-1, len(weights.norm) // (2 * half), 2 * half)
    places = np.full(half, count - 1)
    places[half // 2 :] = rows[-1, v.TIME]
    angles = (places * weights.rotary_frequencies).astype(np.float32)
    cos, sin = np.cos(angles), np.sin(angles)
    total = np.zeros(count, np.float32)

    def attention(layer: int, query: Floats, _key: Floats, _value: Floats) -> Floats:
        query = rotate(query.reshape(by_head)[0], cos, sin) / np.float32(2 * half) ** 0.5
        scores = np.einsum("hf,nhf->hn", query, cache.keys[0, layer].reshape(by_head))
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        total[:] += shares.mean(0)
        values = cache.values[0, layer].reshape(by_head)
        return np.asarray(np.einsum("hn,nhf->hf", shares, values).reshape(-1), np.float32)

    x = weights.column_embeddings[rows[-1, :-1] + weights.offsets[:-1]].sum(0)
    for layer in range(layers):
        x = block(weights, layer, x, partial(attention, layer))
    return np.asarray(total / layers, np.float32)
