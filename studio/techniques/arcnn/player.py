"""Voices to a melody, or some bars of them: asked for as cells, and written as notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from studio.music import roll
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import beat_steps, to_c
from studio.music.score import STEP_TICKS, Note, Score, Track
from studio.techniques.arcnn import fixing, legal, ranking, writing
from studio.techniques.arcnn.draft import Draft
from studio.techniques.arcnn.edits import OPTIONS, Edit
from studio.techniques.arcnn.memory import remembered
from studio.techniques.arcnn.network import Network
from studio.techniques.arcnn.odds import EDGE, Odds
from studio.techniques.arcnn.order import ranks
from studio.techniques.arcnn.settings import MendKnobs
from studio.techniques.arcnn.soprano import to_range
from studio.techniques.arcnn.symbols import (
    HIDDEN,
    REST,
    Cells,
    Mask,
    cells_of,
    pitch_of,
    places,
    repeated,
    symbol_of,
)
from studio.techniques.arcnn.writing import Writing
from studio.techniques.base import Barwise, Commission
from studio.techniques.changes import Change, Fog, Veto, Written
from studio.techniques.dynamics import followed

CANDIDATES, _FEWEST = 8, 2
_FULL_STEPS = 256  # a longer piece is chosen from fewer: nobody waits a minute for 64 bars
_AT_ONCE = 8  # looks whose odds are asked for together


def write(
    network: Network, parts: Sequence[Part], commission: Commission,
    rngs: Sequence[np.random.Generator],
) -> Barwise:  # fmt: skip
    """Voices for each generator. All bars are written at once, so each time all there is."""
    takes = [take(network, parts, commission, rng) for rng in rngs]
    for _ in range(commission.melody.bars):
        yield lambda since=0: takes


def draft_of(page: Page, commission: Commission, rng: np.random.Generator) -> tuple[Writing, Draft]:
    """The best of some candidates, gone on from anew where something is forbidden, and how it was
    written."""
    knobs = commission.knobs
    looks, risk, notes = (
        knobs.sampling_iterations, knobs.creative_risk, knobs.maximum_notes_to_add
    )  # fmt: skip
    how = Writing(page.odds, page.free, page.rank, looks, risk, notes)
    many = max(_FEWEST, min(CANDIDATES, CANDIDATES * _FULL_STEPS // page.steps))
    seeds = rng.integers(2**31, size=many).tolist()
    asked = repr((page.parts, replace(commission, vetoes=()), seeds))

    def first() -> Draft:
        drafts = how.candidates(page.symbols, page.struck, seeds)
        return drafts.alone(ranking.best(page.odds, drafts, page.free))

    draft = remembered(page.odds.network, (asked,), first)
    for count, one in enumerate(commission.vetoes, 1):
        veto, before = page.veto(one), draft
        how = how.without(veto)
        again = partial(how.vetoed, before, veto)
        draft = remembered(page.odds.network, (asked, commission.vetoes[:count]), again)
    draft = draft.alone(0)
    draft.symbols.masked_fill_(draft.symbols == HIDDEN, REST)  # where it may not look at all
    return how, draft


def retrace(
    network: Network, parts: Sequence[Part], commission: Commission, rng: np.random.Generator
) -> list[Written]:
    """The edits in which `take` writes the voices."""
    page = Page.of(network, parts, commission)
    _, draft = draft_of(page, commission, rng)
    return [page.written(edit) for edit in draft.edits(0)]


def denoise(
    network: Network, parts: Sequence[Part], commission: Commission, rng: np.random.Generator
) -> list[Fog]:
    """What each look of `retrace` thought of all cells that it did not know."""
    page = Page.of(network, parts, commission)
    how, draft = draft_of(page, commission, rng)
    found = []
    if draft.looks:
        symbols, struck = how.seen(draft)
        for first in range(0, len(symbols), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            odds, pitches = how.odds(symbols[some], struck[some])[0].exp().topk(OPTIONS)
            shares = (255 * odds.masked_fill((symbols[some] != HIDDEN)[..., None], 0)).round()
            found += [
                Fog(page.pitches(one), share.byte().numpy()[:, 1:])
                for one, share in zip(pitches.numpy(), shares, strict=True)
            ]
    return found


def take(
    network: Network, parts: Sequence[Part], commission: Commission, rng: np.random.Generator
) -> Score:
    """The melody with one voice for each part."""
    page, melody = Page.of(network, parts, commission), commission.melody
    (_, draft), shift = draft_of(page, commission, rng), page.shift
    line, strokes = draft.symbols[0].numpy(), draft.struck[0].numpy()
    tracks = []
    for index, part in enumerate(parts):
        notes = notes_of(line[:, index + 1], strokes[:, index + 1], part, -shift)
        loud = followed(notes, melody.tracks[0].notes, melody.metre)
        tracks.append(Track(part.name, tuple(loud), part.program))
    return melody.with_tracks([melody.tracks[0], *tracks])


def mend(
    network: Network, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: MendKnobs,
    rng: np.random.Generator,
) -> tuple[Change, ...]:  # fmt: skip
    """What is to be changed in a melody of one voice on the grid; see `fixing`."""
    page = Page.of(network, parts, Commission(melody, plan, knobs))
    line, repairs = melody.tracks[0].notes, fixing.repairs
    moved = page.shift + to_range([note.pitch for note in line])
    spans = {span: note for note in line for span in [fixing.Span.of(note, moved)]}
    rests = fixing.rests([*spans], page.steps)
    wanted = sorted([*spans, *rests], key=lambda span: span.start)
    loud = int(np.median([note.velocity for note in line]))
    found = []
    for repair in repairs(page.odds, page.symbols, page.struck, wanted, page.rank, knobs, rng):
        before, symbol = spans.get(repair.span), repair.symbol
        ticks = repair.span.start * STEP_TICKS, (repair.span.end - repair.span.start) * STEP_TICKS
        if symbol != REST and not 0 <= pitch_of(symbol) - moved <= 127:
            continue  # no piano goes so far
        after = None if symbol == REST else Note(ticks[0], pitch_of(symbol) - moved, ticks[1], loud)
        options = [
            (None if one == REST else pitch_of(one) - moved, share) for one, share in repair.options
        ]
        found.append(
            Change(before, after, repair.probability, repair.probability_before, tuple(options))
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Page:
    """A commission as cells: what is known and what is `free` to be written, (step, voice), the
    order in which that is done, and the odds to ask for; all moved by `shift` semitones."""

    parts: Sequence[Part]
    shift: int
    steps: int
    symbols: Cells
    struck: Cells
    free: Mask
    rank: Cells
    odds: Odds

    @classmethod
    def of(cls, network: Network, parts: Sequence[Part], commission: Commission) -> Page:
        melody, shift = commission.melody, to_c(commission.plan.key.signature)
        bar_steps = melody.metre.bar_ticks // STEP_TICKS
        steps = melody.bars * bar_steps
        symbols, struck = known(commission, len(parts), steps, shift)
        free = asked(commission, len(parts), steps, bar_steps)
        place = places(steps + 2 * EDGE, bar_steps, -EDGE % bar_steps)
        rank = ranks(place[EDGE:-EDGE], bar_steps, beat_steps(melody.metre), 1 + len(parts))
        may = legal.in_range(parts, steps, shift)
        may &= ~legal.off_tonic(commission, parts, steps, shift)
        against = legal.off_chord(commission.plan, 1 + len(parts), steps, shift)
        odds = Odds(network, place, may, against, bar_steps)
        return cls(parts, shift, steps, symbols, struck, free, rank, odds)

    def veto(self, asked: Veto) -> writing.Veto:
        """What is forbidden, in cells."""
        symbol = REST if asked.pitch is None else symbol_of(asked.pitch + self.shift)
        start, end = asked.start_tick // STEP_TICKS, -(-asked.end_tick // STEP_TICKS)
        return writing.Veto(asked.part + 1, start, end, symbol)

    def written(self, edit: Edit) -> Written:
        """An edit, in ticks and pitches."""
        return Written(
            edit.look,
            edit.voice - 1,
            edit.start * STEP_TICKS,
            edit.end * STEP_TICKS,
            self.pitch(edit.symbol),
            edit.struck,
            tuple(self.pitch(one) for one in edit.before if one != HIDDEN),
            edit.probability,
            tuple((self.pitch(one), share) for one, share in edit.options),
        )

    def pitches(self, symbols: Cells) -> NDArray[np.uint8]:
        """The same of symbols (step, voice, option) for the parts, 0 for a rest."""
        parts = symbols[:, 1:]
        return np.where(parts == REST, 0, parts + pitch_of(0) - self.shift).astype(np.uint8)

    def pitch(self, symbol: int) -> int | None:
        """The MIDI pitch of a symbol, as the piece has it; None for a rest."""
        return None if symbol == REST else pitch_of(symbol) - self.shift


def known(commission: Commission, voices: int, steps: int, shift: int) -> tuple[Cells, Cells]:
    """The melody, moved to a soprano's range, and what stays of an earlier band, as symbols and
    strokes (step, voice); HIDDEN where nothing is."""
    notes = commission.melody.tracks[0].notes
    octaves = to_range([note.pitch for note in notes])
    rolls = [roll.encode(roll.moved(notes, shift + octaves), steps)]
    kept = commission.kept
    for index in range(voices):
        mine = kept.parts[index].notes if kept else ()
        rolls.append(roll.encode(roll.moved(mine, shift), steps))
    symbols, struck = cells_of(rolls)
    if kept is None:
        symbols[:, 1:] = HIDDEN
    return symbols, struck


def asked(commission: Commission, voices: int, steps: int, bar_steps: int) -> Mask:
    """The cells to be written, (step, voice)."""
    free = np.zeros((steps, 1 + voices), bool)
    free[:, 1:] = commission.kept is None
    for index, bar in commission.kept.rewritten if commission.kept else ():
        free[bar * bar_steps : (bar + 1) * bar_steps, index + 1] = True
    return free


def notes_of(line: Cells, struck: Cells, part: Part, semitones: int) -> list[Note]:
    """A voice's symbols and strokes (step,) as notes."""
    new = ~repeated(line[:, None])[:, 0] | (struck > 0)
    begins = np.flatnonzero(new)
    ends = [*begins[1:].tolist(), len(line)]
    return [
        Note(
            start * STEP_TICKS, pitch_of(int(line[start])) + semitones, (end - start) * STEP_TICKS,
            part.velocity,
        )
        for start, end in zip(begins.tolist(), ends, strict=True)
        if line[start] != REST
    ]  # fmt: skip
