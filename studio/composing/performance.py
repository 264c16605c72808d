"""A request as a band plays it: the melody on the grid, its chords, then notes bar by bar.

The piece holds the melody note for note, then the model's parts, chord marks and a key. Its recipe
(melody, model, knobs, seed) gives the same bytes again on the same machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from studio.arrangement import Arrangement, Form, Take, arranged, begin
from studio.composing.choosing import Passage, as_chosen, choose
from studio.composing.edits import spliced
from studio.composing.lead_in import later, plan_later
from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.recipe import Edit, Recipe
from studio.composing.request import Chosen, Request, Veto, Wishes
from studio.composing.written_chords import on_written_chords
from studio.ground.device import device_name
from studio.ground.errors import BadKnob
from studio.measures import Nearest
from studio.music import midi
from studio.music.harmony import ChordPlan, implied_triads
from studio.music.score import Note, Score, Track
from studio.music.swing import SWUNG_UNITS, straighten_swing, swing
from studio.music.theory import NO_CHORD, PLAIN
from studio.techniques import Commission, Technique, technique

if TYPE_CHECKING:
    from studio.composing.band import Band

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Composition:
    """A finished piece; `seconds` is what composing took on `device`. `nearest` is the passage of
    the model's training songs that the band is most like; None where the band is too sparse to
    tell, or the model has no index of its songs. `report`: what must be known of how the melody
    was read."""

    score: Score
    plan: ChordPlan
    recipe: Recipe
    device: str
    seconds: float
    nearest: Nearest | None = None
    report: tuple[str, ...] = ()

    @property
    def midi(self) -> bytes:
        """The piece as a MIDI file."""
        return midi.write(self.score)

    def edited(self, edit: Edit) -> Composition:
        """The piece after an edit, and its recipe with that; raises BadScore where it does not
        fit."""
        return replace(self, score=edit.applied(self.score), recipe=self.recipe.then(edit))

    def in_rhythm(
        self, part: str, bar: int, bars: Iterable[int] = (), played: Score | None = None
    ) -> Composition:
        """The piece with a part in the rhythm of its `bar`, or in one that was `played`, in `bars`
        or to the end of the section; raises as `Edit.of_rhythm`."""
        notes = played.tracks[0].notes if played else ()
        taps = [(note.start_tick, note.duration_ticks, note.velocity) for note in notes]
        form = str(self.recipe.form or "")
        edit = Edit.of_rhythm(self.score, part, bar, bars, taps, form)
        return self.edited(edit)

    def note(self, part: str, number: int) -> Note:
        """A note of a part of the band, counted from 1; raises BadKnob where there is none."""
        notes = {track.name: track.notes for track in self.score.tracks[1:]}.get(part, ())
        if not 1 <= number <= len(notes):
            raise BadKnob(f"There is no note {number} of {part} in this piece.")
        return notes[number - 1]

    def on_instruments(self, programs: Mapping[str, int]) -> Composition:
        """The piece on the instruments that somebody chose, by the part's name; others are as they
        are."""
        piece = self
        for name, track in zip(self.score.part_names, self.score.tracks, strict=True):
            program = programs.get(name, track.program)
            if not track.is_drum and program != track.program:
                piece = piece.edited(Edit(name, program=program))
        return piece


@dataclass(frozen=True, slots=True)
class Splice:
    """Where a performance goes into a `piece` that is there: `bars`, from 0, by the parts' names;
    what the technique is to go on from, if it can; `marks_plan` as in a `Rewrite`."""

    piece: Score
    bars: Mapping[str, Collection[int]]
    kept: Technique.EarlierBand | None
    marks_plan: bool

    def into(self, played: Score) -> Score:
        """The piece with its bars from what was played."""
        score = spliced(self.piece, played.with_tracks(played.tracks[1:]), self.bars)
        if self.marks_plan:
            return replace(score, key=played.key, chords=played.chords)
        return score


@dataclass(frozen=True, slots=True)
class Performance:
    """A request as a band reads it, before the first note: `knobs` and `wishes`, a set for each
    part, are the technique's own. `melody` and `plan` are counted from the bar in which the band
    comes in, the `lead_in` ticks before it left out."""

    band: Band
    request: Request
    melody: QuantisedMelody
    plan: ChordPlan
    knobs: Any
    wishes: tuple[object, ...]
    splice: Splice | None = None
    lead_in: int = 0
    form: Form | None = None  # that the piece is arranged in, after the lead-in
    began: float = field(default_factory=time.perf_counter)
    drums: dict[int, Take | None] = field(default_factory=dict)  # of each seed, as far as they are

    @classmethod
    def of(
        cls,
        band: Band,
        request: Request,
        melody: QuantisedMelody | None = None,
        splice: Splice | None = None,
    ) -> Performance:
        """Reads a request; `melody` is the request's, where it has been quantised already, for a
        splice from its first bar."""
        request.check()
        played = request if splice else request.after_lead_in
        began = time.perf_counter()
        kind = technique(band.card.technique)
        knobs = kind.Knobs.parse(request.knobs)
        wishes = _wishes(band, kind, request.parts)
        _vetoes(band, request.vetoes)
        if request.arrangement:
            request.arrangement.check(band.card.parts)
        melody = melody or QuantisedMelody.of(played.melody, played.chords)
        chords, risk = played.chords, request.chord_risk
        key = request.wanted_key
        plan = melody.plan(band.planner, band.card, chords, risk, request.seed, key)
        waits = 0 if splice else request.lead_in
        form = None
        if request.arrangement:
            form = request.arrangement.form_of(melody.line, melody.bars, waits)
        lead_in = waits * request.melody.metre.bar_ticks
        return cls(band, request, melody, plan, knobs, wishes, splice, lead_in, form, began)

    @property
    def played(self) -> Request:
        """What is asked for after the lead-in."""
        return self.request.after_lead_in if self.lead_in else self.request

    @property
    def swings(self) -> bool:
        return swings(self.band, self.melody)

    @property
    def commission(self) -> Commission:
        """What a technique that writes bar by bar is asked for."""
        kept = self.splice.kept if self.splice else None
        vetoes = _vetoes(self.band, self.played.vetoes)
        return Commission(self.melody.line, self.plan, self.knobs, self.wishes, kept, vetoes)

    @property
    def choices(self) -> int:
        """Among how many takes each passage is chosen: 1 where nobody can choose."""
        card, wanted = self.band.card, self.request.choices
        alone = technique(card.technique).can("retrace")  # it chooses among drafts of its own
        if self.band.critic is None or self.splice or alone:
            return 1
        return card.choices if wanted is None else wanted

    def play(self, seeds: Sequence[int]) -> Iterator[Callable[[], list[Composition]]]:
        """What makes pieces of what there is of a band for each seed, after every bar where the
        technique gives that, after every passage where a critic chooses: only those that somebody
        wants are made."""
        if self.request.chosen or self.choices > 1:
            if len(seeds) == 1:
                yield from self._chosen(seeds[0])
            else:
                pieces = [last(self._chosen(seed))() for seed in seeds]
                yield lambda: [piece for [piece] in pieces]
            return
        module, parts = self.band.module, self.band.card.parts
        kind = technique(self.band.card.technique)
        rngs = [np.random.default_rng(seed) for seed in seeds]
        most = min(self.played.bars or self.melody.bars, self.melody.bars)
        if not kind.can("write"):
            line, plan, knobs = self.melody.line, self.plan, self.knobs
            whole = [kind.play(module, parts, line, plan, knobs, rng) for rng in rngs]
            yield partial(self._compositions, lambda: whole, seeds, most, True)
            return
        for bars, scores in enumerate(kind.write(module, parts, self.commission, rngs), 1):
            yield partial(self._compositions, scores, seeds, bars, bars == most)
            if bars == most:
                return

    def _chosen(self, seed: int) -> Iterator[Callable[[], list[Composition]]]:
        """As `play`, of a band that a critic chooses, or has chosen."""
        most = min(self.played.bars or self.melody.bars, self.melody.bars)
        critic = self.band.critic
        if self.request.chosen or critic is None:
            passages = as_chosen(self, seed, most)
        else:
            passages = choose(self, critic, seed, most)
        for one in passages:
            yield partial(self._choice, one, seed, one.bars == most)

    def _choice(self, one: Passage, seed: int, finished: bool) -> list[Composition]:
        seconds = time.perf_counter() - self.began
        return [self._composition(one.score(), seed, one.bars, finished, seconds, one.chosen)]

    def _compositions(
        self, played: Callable[[], list[Score]], seeds: Sequence[int], bars: int, finished: bool
    ) -> list[Composition]:
        seconds = time.perf_counter() - self.began
        takes = zip(seeds, played(), strict=True)
        return [self._composition(take, seed, bars, finished, seconds) for seed, take in takes]

    def _composition(
        self, played: Score, seed: int, bars: int, finished: bool, seconds: float,
        chosen: tuple[Chosen, ...] = (),
    ) -> Composition:  # fmt: skip
        """One take as a piece: cut at its last bar line, swung, put in, named, compared."""
        melody, end = self.melody.melody, bars * self.request.melody.metre.bar_ticks
        band = [_until(track, end) for track in played.tracks[1:]]
        even = on_written_chords(
            band, self.band.card.parts, melody.tracks[0], self.plan, self.request.voiced
        )
        arranged = self._arranged(even, seed, bars)
        parts = [swing(track) for track in arranged] if self.swings else arranged
        plan = plan_later(self._heard([melody.tracks[0], *even]), self.lead_in)
        whole = self.request.melody
        even = [later(track, self.lead_in) for track in even]
        tracks = (whole.tracks[0], *(later(track, self.lead_in) for track in parts))
        score = replace(whole, tracks=tracks, key=str(plan.key), chords=plan.marks())
        if self.splice is not None:
            score = self.splice.into(score)
            names = {part.name for part in self.band.card.parts}
            even = [self.even(track) for track in score.tracks[1:] if track.name in names]
        near = None
        if finished and self.band.copies is not None:
            on_grid = score.with_tracks((score.tracks[0], *even))
            near = self.band.copies.nearest(on_grid, self.plan.key.signature)
        recipe = self._recipe(seed, bars, chosen)
        device = device_name(self.band.device)
        remark = technique(self.band.card.technique).remark(self.melody.line)
        report = (remark,) if remark else ()
        return Composition(score, plan, recipe, device, seconds, near, report)

    def _arranged(self, even: Sequence[Track], seed: int, bars: int) -> Sequence[Track]:
        """The parts so far as they are to be arranged."""
        wanted, form, parts = self.request.arrangement, self.form, self.band.card.parts
        if wanted is not None and self._waits:
            wanted = wanted.from_bar(self._waits)
        if wanted is None or form is None:
            return even
        line = self.melody.line
        if seed not in self.drums:
            self.drums[seed] = begin(parts, line, form, wanted, seed, self.swings)
        return arranged(even, parts, line, form, wanted, self.plan, self.drums[seed], bars)

    def _heard(self, tracks: Sequence[Track]) -> ChordPlan:
        """The plan; where the technique finds chords of its own, with those that sound."""
        plan = self.plan
        if not technique(self.band.card.technique).harmonises:
            return plan
        notes = [note for track in tracks for note in track.notes]
        sung = implied_triads(notes, len(plan.triads), plan.unit_ticks)
        theirs = [bool(symbol) for symbol in plan.written] + [False] * len(sung)
        theirs = [kept or new == NO_CHORD for kept, new in zip(theirs, sung, strict=False)]
        triads = [
            old if kept else new for kept, old, new in zip(theirs, plan.triads, sung, strict=False)
        ]
        sevenths = [
            old if kept else PLAIN for kept, old in zip(theirs, plan.sevenths, strict=False)
        ]
        return replace(plan, triads=tuple(triads), sevenths=tuple(sevenths))

    def even(self, track: Track) -> Track:
        """A part of the piece as the model wrote it."""
        return straighten_swing(track) if self.swings else track

    def _recipe(self, seed: int, bars: int, chosen: tuple[Chosen, ...]) -> Recipe:
        request, card = self.request, self.band.card
        return Recipe(
            request.melody,
            card.id,
            seed,
            asdict(self.knobs),
            self.band.weights_id,
            card.technique,
            request.chords,
            request.chord_risk,
            request.parts,
            None if bars == self.melody.bars else bars + self.request.lead_in * bool(self.lead_in),
            key=request.key,
            voiced=request.fills_chords,
            vetoes=request.vetoes,
            chain=request.chain,
            chosen=chosen,
            waits=self.lead_in > 0,
            arrangement=self._settled,
        )

    @property
    def _settled(self) -> Arrangement | None:
        """The arrangement with the form that was heard, so that it can be seen and changed."""
        wanted, form = self.request.arrangement, self.form
        return replace(wanted, form=str(form.later(self._waits))) if wanted and form else None

    @property
    def _waits(self) -> int:
        """The bars for which the band waits."""
        return self.lead_in // self.request.melody.metre.bar_ticks


def last(items: Iterable[T]) -> T:
    """The last of one or more items."""
    *_, item = items
    return item


def swings(band: Band, melody: QuantisedMelody) -> bool:
    """Whether the band plays swung eighths to a melody."""
    return melody.swung or (band.card.swings and melody.melody.metre.unit in SWUNG_UNITS)


def _wishes(band: Band, kind: Technique, parts: Wishes) -> tuple[object, ...]:
    """The part knobs in the parts' order."""
    names = [part.name for part in band.card.parts]
    for name in parts:
        if name not in names:
            raise BadKnob(f"This band has no part called {name!r}: it has {', '.join(names)}.")
    if not kind.PartKnobs.fields():
        if any(parts.values()):
            raise BadKnob(f"The parts of {band.card.title} take no wishes: choose a Transformer.")
        return ()
    return tuple(kind.PartKnobs.parse(parts.get(name, {})) for name in names)


def _vetoes(band: Band, vetoes: Sequence[Veto]) -> tuple[Technique.Veto, ...]:
    """The vetoes as the technique knows its parts; raises BadKnob for one that it cannot keep."""
    if vetoes and not technique(band.card.technique).can("retrace"):
        raise BadKnob(f"{band.card.title} takes no vetoes: choose an AR-CNN.")
    names = [part.name for part in band.card.parts]
    for name, *_ in vetoes:
        if name not in names:
            raise BadKnob(f"This band has no part called {name!r}: it has {', '.join(names)}.")
    return tuple(
        Technique.Veto(names.index(name), start, end, pitch) for name, start, end, pitch in vetoes
    )


def _until(track: Track, end_tick: int) -> Track:
    """The part cut at a bar line."""
    notes = [note for note in track.notes if note.start_tick < end_tick]
    cut = [replace(n, duration_ticks=min(n.end_tick, end_tick) - n.start_tick) for n in notes]
    return replace(track, notes=tuple(cut))
