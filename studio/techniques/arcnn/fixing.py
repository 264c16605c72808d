"""A melody with the notes changed that the network finds out of place.

What was meant is asked for as of a noisy channel (Shannon 1948): the odds of a note in all that is
around it, times the odds that one who means it plays what was played. Slips are few and short, and
not made twice: what comes again between the same neighbours is meant. The
other voices are written along, several times, for a note is wrong in a harmony; they do not know
the notes that the melody alone makes doubtful, or the harmony would bend to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadKnob
from studio.music.score import STEP_TICKS, Note
from studio.techniques.arcnn.draft import Draft
from studio.techniques.arcnn.edits import OPTIONS
from studio.techniques.arcnn.odds import Odds, narrowed
from studio.techniques.arcnn.settings import MendKnobs
from studio.techniques.arcnn.symbols import HIDDEN, REST, Cells, symbol_of
from studio.techniques.arcnn.writing import FILLING, Writing
from studio.techniques.lazy import torch

SLIPS = 0.1  # of the notes that somebody plays
_REACH = 1.5  # semitones by which a slip grows e times less likely
_HARMONIES = 4  # that are written along
_GROUPS = 3  # of notes that are hidden in turn, so that each is judged by its neighbours
_AT_ONCE = 12  # of so many notes one is changed in a look
_BREATH = 1  # step between two notes that are not tied
_EVEN = 0.5  # of what is meant: a note, or a rest, that is less likely goes
_NUCLEUS = 0.9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Span:
    """A note of the melody's voice, or a rest: its steps and symbol."""

    start: int
    end: int
    symbol: int

    @classmethod
    def of(cls, note: Note, semitones: int) -> Span:
        """A note on the grid, moved by so many semitones."""
        start, end = note.start_tick // STEP_TICKS, -(-note.end_tick // STEP_TICKS)
        return cls(start, max(end, start + 1), symbol_of(note.pitch + semitones))


def rests(notes: Sequence[Span], steps: int) -> list[Span]:
    """What is silent between notes, from the first to the last, for longer than a breath."""
    found = []
    ordered = sorted(notes, key=lambda span: span.start)
    for one, other in pairwise(ordered):
        if other.start > one.end + _BREATH:
            found.append(Span(one.end, min(other.start, steps), REST))
    return found


@dataclass(frozen=True, slots=True)
class Repair:
    """What becomes of a span: another symbol, its odds and the old one's, and the likeliest."""

    span: Span
    symbol: int
    probability: float
    probability_before: float
    options: tuple[tuple[int, float], ...]


def repairs(
    odds: Odds, symbols: Cells, struck: Cells, spans: Sequence[Span], rank: Cells, knobs: MendKnobs,
    rng: np.random.Generator,
) -> list[Repair]:  # fmt: skip
    """What to change in the voice 0 of a piece (step, voice) of which the others are hidden;
    `spans` are that voice's notes and rests. Raises BadKnob where the knobs let nothing change."""
    share, notes = knobs.maximum_input_notes_to_remove, [s for s in spans if s.symbol != REST]
    may_remove = share * len(notes) // 100
    may_add, found = knobs.maximum_notes_to_add, list[Repair]()
    if not knobs.sampling_iterations:
        raise BadKnob("With 0 sampling iterations nothing is looked at: allow 1 or more.")
    if not may_remove and len(notes) == len(spans):
        raise BadKnob(
            f"{share} % of your {len(notes)} notes is not one, and there is no rest to fill: let "
            "more input notes be removed."
        )
    times = recurrence(spans)
    draft = _harmony(odds, symbols, struck, spans, rank, rng)
    now = list(spans)
    for _ in range(knobs.sampling_iterations):
        changed = {repair.span.start for repair in found}
        judged = zip(now, _judged(odds, draft, now, rng), strict=True)
        wrong = [
            (float(meant(span, told, times[span])[span.symbol]), span, told)
            for span, told in judged
            if span.start not in changed and (span.symbol == REST or may_remove)
        ]
        wrong = sorted((one for one in wrong if one[0] < _EVEN), key=lambda one: one[0])
        if not wrong or not may_add:
            break
        for _, span, told in wrong[: max(1, len(spans) // _AT_ONCE)]:
            may_remove -= span.symbol != REST
            may_add -= 1
            found.append(_drawn(span, told, knobs.creative_risk, rng))
            now[now.index(span)] = Span(span.start, span.end, found[-1].symbol)
            draft.symbols[:, span.start : span.end, 0] = found[-1].symbol
            if not may_add or (span.symbol != REST and not may_remove):
                break
    return sorted(found, key=lambda repair: repair.span.start)


def recurrence(spans: Sequence[Span]) -> dict[Span, int]:
    """How often each span comes, of that length and between such neighbours."""
    pitches = [REST, *(span.symbol for span in spans), REST]
    figures = [(*pitches[i : i + 3], span.end - span.start) for i, span in enumerate(spans)]
    often = Counter(figures)
    return {span: often[figure] for span, figure in zip(spans, figures, strict=True)}


def meant(span: Span, odds: Floats, times: int = 1) -> Floats:
    """How likely each symbol (symbol,) is what was meant where a span stands that comes so many
    times; a rest is no slip."""
    if span.symbol == REST:
        return odds
    slip = np.exp(-np.abs(np.arange(len(odds)) - span.symbol) / _REACH)
    slip[span.symbol] = slip[REST] = 0
    played = SLIPS**times * slip / slip.sum()
    played[span.symbol] = 1 - SLIPS**times
    result: Floats = odds * played / (odds @ played)
    return result


def _harmony(
    odds: Odds, symbols: Cells, struck: Cells, spans: Sequence[Span], rank: Cells,
    rng: np.random.Generator,
) -> Draft:  # fmt: skip
    """The piece with voices under the melody, several times."""
    alone = Draft.of(symbols, struck, np.zeros(symbols.shape, bool), [0])
    suspects = np.zeros(symbols.shape, bool)
    times = recurrence(spans)
    for span, told in zip(spans, _judged(odds, alone, spans, rng), strict=True):
        suspects[span.start : span.end, 0] = meant(span, told, times[span])[span.symbol] < _EVEN
    seeds = rng.integers(2**31, size=_HARMONIES).tolist()
    free = (symbols == HIDDEN) | suspects
    draft = Writing(odds, free, rank, FILLING, 1.0, free.size).candidates(symbols, struck, seeds)
    draft.symbols[:, :, 0] = torch.from_numpy(symbols[:, 0])
    return draft


def _judged(
    odds: Odds, draft: Draft, spans: Sequence[Span], rng: np.random.Generator
) -> list[Floats]:
    """The odds (symbol,) of what stands where each span begins, its own cells and those of a third
    of the others hidden; the mean of all candidates."""
    group = (rng.permutation(len(spans)) % _GROUPS).tolist()
    many, steps, voices = draft.symbols.shape
    hide = np.zeros((_GROUPS, 1, steps, voices), bool)
    for span, number in zip(spans, group, strict=True):
        hide[number, 0, span.start : span.end, 0] = True
    mask = torch.from_numpy(hide)
    symbols = draft.symbols.expand(_GROUPS, -1, -1, -1).masked_fill(mask, HIDDEN)
    told, strokes = odds(symbols.flatten(0, 1), draft.struck.repeat(_GROUPS, 1, 1))
    mean = told[:, :, 0].exp().view(_GROUPS, many, steps, -1).mean(1).double().numpy()
    anew = strokes[:, :, 0].sigmoid().view(_GROUPS, many, steps).mean(1).double().numpy()
    found = []
    for place, (span, number) in enumerate(zip(spans, group, strict=True)):
        here = mean[number, span.start].copy()
        if place:  # a note begins here: that of before would have to be struck anew, and so
            here[spans[place - 1].symbol] *= anew[number, span.start]
        if place + 1 < len(spans):  # would that which follows
            here[spans[place + 1].symbol] *= anew[number, spans[place + 1].start]
        found.append(here / here.sum())
    return found


def _drawn(span: Span, odds: Floats, risk: float, rng: np.random.Generator) -> Repair:
    """Another symbol for a span, of those that are likely to be meant."""
    others = meant(span, odds)
    others[span.symbol] = 0
    told = torch.from_numpy(others / others.sum()).log()
    chances = narrowed(told, risk, _NUCLEUS).exp().numpy()
    symbol = int(rng.choice(len(chances), p=chances / chances.sum()))
    likely = np.argsort(-odds)[:OPTIONS]
    options = tuple(zip(likely.tolist(), odds[likely].tolist(), strict=True))
    return Repair(span, symbol, float(odds[symbol]), float(odds[span.symbol]), options)
