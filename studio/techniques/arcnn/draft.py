"""Candidates of a piece as they are written, and what was written so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from studio.techniques.arcnn.edits import Edit, Look
from studio.techniques.arcnn.symbols import HIDDEN, Cells, Mask
from studio.techniques.lazy import Tensor, torch


@dataclass(slots=True)
class Draft:
    """Candidates of a piece: symbols and strokes (candidate, step, voice), the seed of each, and
    what was written so far."""

    symbols: Tensor
    struck: Tensor
    seeds: Sequence[int]
    looks: list[Look] = field(default_factory=list)

    @classmethod
    def of(cls, symbols: Cells, struck: Cells, free: Mask, seeds: Sequence[int]) -> Draft:
        """As many candidates as seeds, their `free` cells hidden; all arrays (step, voice)."""
        many = (len(seeds), -1, -1)
        return cls(
            torch.from_numpy(np.where(free, HIDDEN, symbols)).expand(many).clone(),
            torch.from_numpy(np.where(free, 0, struck)).expand(many).clone(),
            seeds,
        )

    def alone(self, candidate: int, looks: int | None = None) -> Draft:
        """One of the candidates, as it was after so many looks, or as it is."""
        mine = [look.where(look.candidate == candidate) for look in self.looks]
        mine = [replace(look, candidate=np.zeros_like(look.candidate)) for look in mine]
        one = Draft(
            self.symbols[candidate : candidate + 1].clone(),
            self.struck[candidate : candidate + 1].clone(),
            [self.seeds[candidate]],
            mine[:looks],
        )
        for look in reversed(mine[len(one.looks) :]):
            at = (look.candidate, look.step, look.voice)
            one.symbols[at] = torch.from_numpy(look.before)
            one.struck[at] = torch.from_numpy(look.struck_before)
        return one

    def edits(self, candidate: int) -> list[Edit]:
        """What was written into a candidate, in its order."""
        return [
            edit for number, look in enumerate(self.looks) for edit in look.edits(number, candidate)
        ]

    def chance(self, kind: int, which: Sequence[int]) -> list[np.random.Generator]:
        """The chance of the next look, of each candidate its own: where a candidate is written
        again from a look on, its odds may differ, but its chance does not."""
        return [np.random.default_rng([self.seeds[i], len(self.looks), kind]) for i in which]
