"""The rows that the network has before it as it writes.

They are at most as many as it learned from: when they are full, it reads the last bars again and
goes on from there, so that a bar costs the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.techniques.changes import Onward
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.prefill import prefill, prefill_each
from studio.techniques.transformer.decoding.sampling import Limits
from studio.techniques.transformer.decoding.step import copy_cache, decode_step, empty_cache
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import (
    LENGTH,
    ROLE,
    STEP,
    Floats,
    frame,
    note_row,
    opening,
)
from studio.techniques.transformer.task import Task

LONGEST = 640  # rows: as many as were learned from
_AGAIN = 220  # rows that are read again when those are full
_ROOM_OF_LEADER = 2  # bars: what it reads again, all the others need not
_FRAME = 8  # rows of a bar beside its notes, about
MOST_NOTES = 96  # a bar

# sees a note as it is written: the note, the state and the limits that it was sampled from, its
# five choices, and the rows before it
Watch = Callable[[list[int], Floats, Limits, NDArray[np.int64], v.Rows], None]


class Takes:
    """The bands in the making, each with its own chance: their `notes` so far by take, the step at
    which the last one of each role `ends`, the hidden `states` (takes, width) of the network after
    what it has read of each, and the bar from which it has read. `watch` sees the notes of the
    first take."""

    def __init__(
        self,
        weights: DecoderWeights,
        task: Task,
        rngs: Sequence[np.random.Generator],
        watch: Watch | None = None,
    ) -> None:
        self.weights, self.rngs, self.watch = weights, [*rngs], watch
        self.notes: list[list[list[int]]] = [[] for _ in rngs]
        self.ends = [dict.fromkeys(task.sheet.roles, 0) for _ in rngs]
        self.states = np.zeros((len(rngs), weights.norm.shape[0]), np.float32)
        self._task = task
        self._cache = empty_cache(weights, len(rngs), LONGEST + 1)
        self._origins = [0] * len(rngs)
        self._leader: int | None = None  # from which all go on
        self._rows: list[list[int]] = []  # that the first take has read, where it is watched
        self._read_from(0, 0, 0)
        copy_cache(self._cache, 0, range(1, len(rngs)))
        self.states[1:] = self.states[0]

    @property
    def count(self) -> int:
        return len(self.rngs)

    @property
    def room(self) -> list[int]:
        """How many notes each take's bar may have."""
        return [min(MOST_NOTES, LONGEST - rows) for rows in self._cache.length.tolist()]

    def go_on(self, onward: Onward) -> None:
        """Lets all takes go on from one of them, each with the chance that is given for it."""
        self._leader, self.rngs = onward.take, [*onward.rngs]

    def begin_bar(self, bar: int) -> None:
        """Reads what is known before the notes of a bar are written, for all takes; where the bar
        may not fit, the last bars again before it. Where all go on from one, it alone reads."""
        leader, self._leader = self._leader, None
        for take in range(self.count) if leader is None else [leader]:
            self._make_room(take, bar, 1 if leader is None else _ROOM_OF_LEADER)
        sheet = self._task.sheet
        frames = {
            origin: frame(sheet.from_bar(origin), bar - origin) for origin in set(self._origins)
        }
        if self.watch is not None:
            self._rows += frames[self._origins[0]]
        rows = [np.array(frames[origin], np.int64) for origin in self._origins]
        if leader is None:
            prefill_each(self.weights, self._cache, rows, self.states)
        else:
            self.states[leader] = prefill(self.weights, self._cache, leader, rows[leader])
            self._follow(leader)

    def _follow(self, leader: int) -> None:
        others = [other for other in range(self.count) if other != leader]
        copy_cache(self._cache, leader, others)
        for other in others:
            self.notes[other] = list(self.notes[leader])
            self.ends[other] = dict(self.ends[leader])
            self._origins[other] = self._origins[leader]
            self.states[other] = self.states[leader]

    def show(self, note: list[int], limits: Limits, chosen: NDArray[np.int64]) -> None:
        """Shows a note of the first take to who watches, before it is read."""
        if self.watch is not None:
            rows = np.array(self._rows, np.int64)
            self.watch(note, self.states[0], limits, chosen, rows)

    def read(self, written: Sequence[list[int] | None]) -> None:
        """Adds one note for each take, where there is one, and reads it."""
        bar_steps = self._task.sheet.bar_steps
        rows = np.tile(np.array(v.EMPTY, np.int64), (self.count, 1))
        for take, note in enumerate(written):
            if note is None:
                continue
            self.notes[take].append(note)
            ends, role = self.ends[take], note[ROLE]
            ends[role] = max(ends[role], note[STEP] + note[LENGTH])
            first = self._origins[take] * bar_steps
            rows[take] = note_row(v.NOTE, [note[STEP] - first, *note[1:]], bar_steps)
            if self.watch is not None and take == 0:
                self._rows.append(rows[take].tolist())
        active = np.array([note is not None for note in written])
        decode_step(self.weights, self._cache, rows, active, self.states)

    def _make_room(self, take: int, bar: int, bars: int) -> None:
        """Where the next `bars` may not fit, only the last bars are kept in the cache."""
        origin, rows = self._origins[take], int(self._cache.length[take])
        expected = max(MOST_NOTES // 2, 2 * rows // max(bar - origin, 1))
        if rows + bars * expected < LONGEST or bar - origin < 2:
            return
        starts = np.array([note[STEP] for note in self.notes[take]])
        first = bar - 1
        while first > origin + 1:
            count = int((starts >= (first - 1) * self._task.sheet.bar_steps).sum())
            if count + (bar - first + 1) * _FRAME > _AGAIN:
                break
            first -= 1
        self._read_from(take, first, bar)

    def _read_from(self, take: int, origin: int, bar: int) -> None:
        """Forgets all of a take, and reads its bars from `origin` up to `bar`."""
        self._origins[take] = origin
        self._cache.length[take] = 0
        part = self._task.sheet.from_bar(origin)
        rows = opening(part, self._task.controls)
        first = origin * part.bar_steps
        heard = [n for n in self.notes[take] if n[STEP] >= first]
        for number in range(bar - origin):
            begin = first + number * part.bar_steps
            of_bar = [n for n in heard if begin <= n[STEP] < begin + part.bar_steps]
            rows += frame(part, number)
            rows += [note_row(v.NOTE, [n[STEP] - first, *n[1:]], part.bar_steps) for n in of_bar]
        if take == 0:
            self._rows = list(rows)
        self.states[take] = prefill(self.weights, self._cache, take, np.array(rows, np.int64))
