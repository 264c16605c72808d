"""How a piece is written: all hidden cells in their order, then anew what breaks the rules, as long
as that breaks fewer; and gone on from another way where something is vetoed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.techniques.arcnn import rules
from studio.techniques.arcnn.draft import Draft
from studio.techniques.arcnn.edits import OPTIONS, Edit, Look
from studio.techniques.arcnn.faults import faults
from studio.techniques.arcnn.network import nearest
from studio.techniques.arcnn.odds import NEVER, Odds, narrowed
from studio.techniques.arcnn.order import FINE_STAGE, stages
from studio.techniques.arcnn.symbols import HIDDEN, REST, Cells, Mask
from studio.techniques.lazy import Tensor, torch

FILLING = 24  # looks in which all cells are written at most
_ROUNDS = 6  # of repair, each of two looks
_NUCLEUS, _FINE = 0.98, 0.8  # of beats and eighths; of sixteenths, which else flicker
_ANCHORS = 0.3  # of the cells of a repair, those that are drawn first
_FILLS, _REPAIRS = 0, 1  # set the chance of a look apart from that of a repair


@dataclass(frozen=True, slots=True)
class Veto:
    """A symbol that a voice may not sing from step `start` to `end`."""

    voice: int
    start: int
    end: int
    symbol: int


@dataclass(frozen=True, slots=True)
class Writing:
    """The `free` cells are written in the order of `rank`, both (step, voice), in at most so many
    `looks`, at a `risk`, in at most so many `notes`."""

    odds: Odds
    free: Mask
    rank: Cells
    looks: int
    risk: float
    notes: int

    def candidates(self, symbols: Cells, struck: Cells, seeds: Sequence[int]) -> Draft:
        """A candidate for each seed, of a piece (step, voice)."""
        draft = Draft.of(symbols, struck, self.free, seeds)
        self.go_on(draft)
        return draft

    def go_on(self, draft: Draft) -> None:
        """Does what is left to do after the looks that a draft has had."""
        todo = stages(self.free, self.rank, min(self.looks, FILLING))
        everyone = range(len(draft.seeds))
        for now in todo[len(draft.looks) :]:
            cells = torch.from_numpy(now).expand(len(draft.seeds), -1, -1)
            self.look(draft, cells, draft.chance(_FILLS, everyone))
        most = min(max(self.looks - FILLING, 0) // 2, _ROUNDS)
        for _ in range(most - (len(draft.looks) - len(todo)) // 2):
            if not self.repair(draft):
                return

    def without(self, veto: Veto) -> Writing:
        """The same, with a veto."""
        steps = slice(veto.start, veto.end)
        return replace(self, odds=self.odds.without(veto.voice, steps, veto.symbol))

    def vetoed(self, draft: Draft, veto: Veto) -> Draft:
        """A draft of one candidate gone on from anew before the first edit that a veto, which is
        already kept to, is of: what was written before it stays, and what comes after has the
        chance that it had."""
        edit = next((one for one in draft.edits(0) if _breaks(one, veto)), None)
        if edit is None:
            return draft
        draft = draft.alone(0, edit.look)
        self.go_on(draft)
        return draft

    def seen(self, draft: Draft) -> tuple[Tensor, Tensor]:
        """Symbols and strokes, (look, step, voice), that each look at a draft of one candidate saw:
        what was to be written is hidden."""
        filled = len(stages(self.free, self.rank, min(self.looks, FILLING)))
        symbols, struck = [], []
        for number in range(len(draft.looks)):
            then = draft.alone(0, number)
            repaired = max(number - filled, 0) // 2 * 2 + filled + 2  # of both looks of a repair
            for look in draft.looks[number:repaired] if number >= filled else ():
                then.symbols[0, look.step, look.voice] = HIDDEN
            symbols.append(then.symbols)
            struck.append(then.struck)
        return torch.cat(symbols), torch.cat(struck)

    def repair(self, draft: Draft) -> bool:
        """Writes the notes anew that break a rule; each candidate keeps it if it breaks fewer.
        Whether there was anything to do."""
        everyone = range(len(draft.seeds))
        chance = draft.chance(_REPAIRS, everyone)
        pairs = zip(draft.symbols.numpy(), chance, strict=True)
        faulty = np.stack([faults(one, self.free, rng) for one, rng in pairs])
        todo = np.flatnonzero(faulty.any((1, 2)))
        if not len(todo):
            return False
        hide = torch.from_numpy(faulty[todo])
        some = Draft(
            draft.symbols[todo].masked_fill(hide, HIDDEN),
            draft.struck[todo].masked_fill(hide, 0),
            [draft.seeds[i] for i in todo.tolist()],
        )
        shares = np.stack([chance[i].random(self.free.shape) for i in todo])
        first = hide & torch.from_numpy(shares < _ANCHORS)
        for now in (first, hide & ~first):
            self.look(some, now, [chance[i] for i in todo])
        self.keep(draft, some, todo)
        return True

    def keep(self, draft: Draft, some: Draft, which: NDArray[np.int64]) -> None:
        """Takes over of other drafts of some candidates those that break no more rules."""
        pairs = zip(some.symbols.numpy(), draft.symbols[which].numpy(), strict=True)
        better = np.array([rules.breaks(new) <= rules.breaks(old) for new, old in pairs])
        better &= self.begun(some).numpy() <= self.notes
        old = draft.symbols.numpy().copy(), draft.struck.numpy().copy()
        for look in some.looks:
            kept = look.where(better[look.candidate])
            at = which[kept.candidate], kept.step, kept.voice
            draft.looks.append(
                replace(kept, candidate=at[0], before=old[0][at], struck_before=old[1][at])
            )
        draft.symbols[which[better]] = some.symbols[better]
        draft.struck[which[better]] = some.struck[better]

    def look(self, draft: Draft, now: Tensor, chance: Sequence[np.random.Generator]) -> None:
        """One look, which writes the cells `now` (candidate, step, voice)."""
        told, strokes = self.odds(draft.symbols, draft.struck)
        at = now.nonzero(as_tuple=True)
        told, stroke = told[at], strokes[at].sigmoid()
        candidate, step, voice = at
        full = self.without_room(draft, now)
        told = torch.where(full[:, None], self.held(draft, told, at), told)
        fine = torch.from_numpy(self.rank >= FINE_STAGE * self.rank.shape[1])[step, voice]
        narrow = torch.where(
            fine[:, None], narrowed(told, self.risk, _FINE), narrowed(told, self.risk, _NUCLEUS)
        )
        many = now.sum((1, 2)).tolist()
        noise = [rng.gumbel(size=(n, told.shape[1])) for rng, n in zip(chance, many, strict=True)]
        strikes = [rng.random(n) for rng, n in zip(chance, many, strict=True)]
        after = (narrow + torch.from_numpy(np.concatenate(noise))).argmax(-1)
        struck = ((torch.from_numpy(np.concatenate(strikes)) < stroke) & ~full).long()
        likelihood, likely = told.topk(OPTIONS)
        columns = (
            candidate, step, voice, draft.symbols[at], draft.struck[at], after, struck,
            told.gather(-1, after[:, None])[:, 0].exp(), likely, likelihood.exp(),
        )  # fmt: skip
        draft.looks.append(Look(*(column.numpy() for column in columns)))
        draft.symbols[at] = after
        draft.struck[at] = struck

    def without_room(self, draft: Draft, now: Tensor) -> Tensor:
        """Which of the cells (cell,) may begin no note, since as many are there as may be."""
        room = self.notes - self.begun(draft)
        candidate = now.nonzero(as_tuple=True)[0]
        turn = torch.cat([torch.arange(n) for n in now.sum((1, 2)).tolist()])
        return turn >= room[candidate]

    def begun(self, draft: Draft) -> Tensor:
        """How many notes begin in the free cells of each candidate, (candidate,)."""
        symbols, free = draft.symbols, torch.from_numpy(self.free)
        before = torch.roll(symbols, 1, 1)
        before[:, 0] = HIDDEN
        begins = ((symbols != before) | (draft.struck > 0)) & (symbols != REST) & free
        return (begins & (symbols != HIDDEN)).sum((1, 2))

    def held(self, draft: Draft, told: Tensor, at: tuple[Tensor, ...]) -> Tensor:
        """The logarithms of the odds (cell, symbol) of what stands beside each cell in its voice,
        or of a rest: no note begins there."""
        where, none = nearest(draft.symbols)
        sides = draft.symbols.expand(2, -1, -1, -1).gather(2, where)
        anew = draft.struck.gather(1, where[1]) > 0  # what follows would begin there once more
        none[1] |= anew & (sides[0] != sides[1])
        sides = torch.stack([side[at] for side in sides.masked_fill(none, REST)])
        may = torch.zeros_like(told, dtype=torch.bool).scatter(-1, sides.T, value=True)
        return told.masked_fill(~may, NEVER).log_softmax(-1)


def _breaks(edit: Edit, veto: Veto) -> bool:
    same = (edit.voice, edit.symbol) == (veto.voice, veto.symbol)
    return same and edit.start < veto.end and veto.start < edit.end
