"""What was written, edit by edit: the replay of a piece is a list of edits, and the piece after so
many of them is the first so many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from studio.techniques.arcnn.symbols import Cells

OPTIONS = 5  # the likeliest symbols of a cell that are told


@dataclass(frozen=True, slots=True)
class Edit:
    """Cells `start` to `end` of a voice, in steps, that one look at the piece wrote: `before` their
    symbols until then, HIDDEN where nothing was, `symbol` what they are now, `probability` how
    likely that was, and the likeliest `options` with theirs. `struck`: sung anew where the pitch
    was there before."""

    look: int
    voice: int
    start: int
    end: int
    before: tuple[int, ...]
    symbol: int
    struck: bool
    probability: float
    options: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """All that one look at the candidates wrote, cell by cell: the candidate, step and voice of
    each (cell,), the symbol and stroke that were there, those that are there now, their
    probability, and the likeliest symbols (cell, OPTIONS) with theirs."""

    candidate: Cells
    step: Cells
    voice: Cells
    before: Cells
    struck_before: Cells
    after: Cells
    struck: Cells
    probability: NDArray[np.float32]
    likely: Cells
    likelihood: NDArray[np.float32]

    def where(self, cells: NDArray[np.bool_]) -> Look:
        """What it wrote into some of its cells, (cell,)."""
        return Look(*(getattr(self, one.name)[cells] for one in fields(self)))

    def edits(self, number: int, candidate: int) -> list[Edit]:
        """The changes of a candidate: neighbours of one pitch are one edit, the likeliest first."""
        mine = self.where(
            (self.candidate == candidate) & ((self.after != self.before) | (self.struck > 0))
        )
        order = np.lexsort((mine.step, mine.voice))
        if not len(order):
            return []
        step, voice, after = mine.step[order], mine.voice[order], mine.after[order]
        begins = (np.diff(step) != 1) | (np.diff(voice) != 0) | (np.diff(after) != 0)
        begins |= mine.struck[order][1:] > 0
        runs = np.split(order, np.flatnonzero(begins) + 1)
        found = [mine._edit(number, run) for run in runs]
        return sorted(found, key=lambda edit: -edit.probability)

    def _edit(self, number: int, run: Cells) -> Edit:
        first, surest = run[0], run[self.probability[run].argmax()]
        likely, likelihood = self.likely[surest].tolist(), self.likelihood[surest].tolist()
        return Edit(
            number,
            int(self.voice[first]),
            int(self.step[first]),
            int(self.step[run[-1]]) + 1,
            tuple(self.before[run].tolist()),
            int(self.after[first]),
            bool(self.struck[first]),
            float(self.probability[surest]),
            tuple(zip(likely, likelihood, strict=True)),
        )


def replayed(symbols: Cells, struck: Cells, edits: Sequence[Edit]) -> tuple[Cells, Cells]:
    """Symbols and strokes (step, voice) after some edits."""
    symbols, struck = symbols.copy(), struck.copy()
    for edit in edits:
        symbols[edit.start : edit.end, edit.voice] = edit.symbol
        struck[edit.start : edit.end, edit.voice] = 0
        struck[edit.start, edit.voice] = edit.struck
    return symbols, struck
