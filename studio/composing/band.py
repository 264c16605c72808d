"""A model in memory, ready to play: what it plays is asked of it as a request, all that was done to
a piece since is in its recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from studio.arrangement import Arrangement
from studio.catalog import GENRES, Card, Model
from studio.chords import Planner
from studio.chords import load as load_planner
from studio.composing.chain import Chain, Step
from studio.composing.choosing import chances
from studio.composing.last_writing import LastWriting
from studio.composing.lead_in import later, note_earlier, plan_later, thought_later
from studio.composing.mending import Mended, mend
from studio.composing.performance import Composition, Performance, last, swings
from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.recipe import Edit, Recipe, Rewrite
from studio.composing.request import Request
from studio.composing.rewrites import perform
from studio.ground.device import choose_device, prepare_torch
from studio.ground.errors import BadKnob
from studio.measures import CopyIndex
from studio.music.harmony import ChordPlan, write_chords
from studio.music.melody import melody_to_json
from studio.music.score import STEP_TICKS, Note, Score, Track, quantise
from studio.music.swing import straighten_swing, swing
from studio.music.theory import read_key
from studio.techniques import Critic, Technique, Thought, technique


@dataclass(frozen=True, slots=True)
class Extension:
    """A melody that went on: all of it, and its chords as text."""

    melody: Score
    chords: str
    chain: Chain

    def to_json(self) -> dict[str, object]:
        """As a job hands it on."""
        melody, chain = melody_to_json(self.melody), self.chain.to_json()
        return {"melody": melody, "chords": self.chords, "chain": chain}


@dataclass(frozen=True, slots=True)
class Band:
    """A model in memory. `card` says what it plays, `module` is its technique's to read;
    `weights_id` tells whether it has learned on since; `critic` chooses among its takes."""

    card: Card
    planner: Planner
    module: Any
    weights_id: str
    device: str
    copies: CopyIndex | None = None
    critic: Critic | None = None

    @classmethod
    def of(
        cls, card: Card, weights: Mapping[str, NDArray[Any]], weights_id: str, device: str = "auto"
    ) -> Band:
        """A band with these weights; raises BadModel where they do not fit the card."""
        chosen = choose_device(device)
        prepare_torch()
        kind = technique(card.technique)
        module = kind.build(card.parts, kind.Settings.parse(card.settings), weights, chosen)
        return cls(card, load_planner(), module, weights_id, chosen)

    def compose(self, request: Request) -> Composition:
        """The band to a melody, of the request's own seed. Raises BadScore for an empty or too long
        melody, BadKnob for a knob, seed, part or chord that is none."""
        [piece] = last(Performance.of(self, request).play([request.seed]))()
        return piece

    def arranged(self, request: Request, changes: Mapping[str, object] | None) -> Request:
        """The request with the arrangement that is usual for the band's genre, and `changes` to
        it; as it is where these are None. Raises BadKnob for what is no arrangement."""
        if changes is None:
            return request
        return replace(request, arrangement=self.usual(self.card, changes))

    @staticmethod
    def usual(card: Card, changes: Mapping[str, object] = MappingProxyType({})) -> Arrangement:
        """The arrangement that is usual for a model's genre, with `changes` to it; no weights are
        needed for it. Raises BadKnob for what is no arrangement."""
        genre = GENRES.get(card.genre)
        return Arrangement.usual({**(genre.arrangement if genre else {}), **changes})

    def stream(self, request: Request) -> Iterator[Composition]:
        """As `compose`, with what there is of the piece after every bar; a technique that plays all
        at once gives it whole. Only the last, whole one has been compared with the training
        songs."""
        return (piece() for piece in self.growing(request))

    def growing(self, request: Request) -> Iterator[Callable[[], Composition]]:
        """As `stream`, but each time with what makes the piece of what there is by then, once: of a
        long one, nobody looks at every bar."""
        for pieces in Performance.of(self, request).play([request.seed]):
            yield cache(partial(_only, pieces))

    def takes(self, request: Request) -> list[Composition]:
        """As many bands as are asked for, on the same chords, of the seed and those that follow
        it."""
        performance = Performance.of(self, request)
        if request.chord_risk:  # all recipes name the chords that were drawn with the first seed
            plan = plan_later(performance.plan, performance.lead_in)
            chords = write_chords(plan, request.melody.metre)
            voiced = request.fills_chords  # what was drawn is no more than a plan
            fixed = replace(request, chords=chords, chord_risk=0.0, voiced=voiced)
            performance = Performance.of(self, fixed, performance.melody)
        return last(performance.play(request.seeds))()

    def extend(self, request: Request) -> Extension:
        """The melody with more bars, in the model's style and its own; `chords` are of what there
        is, `knobs` those of the technique's extension. Where there are no notes yet, a melody on
        the chords.

        Raises BadKnob where the technique cannot extend, or the piece would be too long; and what
        `compose` raises.
        """
        request.check()
        kind = technique(self.card.technique)
        if not kind.can("extend"):
            raise BadKnob(f"{self.card.title} cannot go on with a melody: choose a Transformer.")
        chosen = kind.ExtendKnobs.parse(request.knobs)
        played, lead_in = request.after_lead_in, request.lead_in * request.melody.metre.bar_ticks
        melody = QuantisedMelody.of(played.melody, played.chords)
        line = melody.line if request.melody.bars else request.melody
        whole = melody.bars + request.lead_in
        if line.bars and whole + chosen.extension_duration > request.melody.most_bars:
            raise BadKnob(
                f"A melody can have up to {request.melody.longest}, and this one has {whole}: "
                "extend it by less."
            )
        key = request.wanted_key
        plan = melody.plan(self.planner, self.card, played.chords, seed=request.seed, key=key)
        rng = np.random.default_rng(request.seed)
        longer, plan = kind.extend(self.module, line, plan, chosen, rng)
        end = line.bars and melody.bars * request.melody.metre.bar_ticks
        added = Track("", tuple(note for note in longer.tracks[0].notes if note.start_tick >= end))
        if swings(self, melody):
            added = swing(added)
        mine = request.melody.tracks[0]
        longer_track = replace(mine, notes=(*mine.notes, *later(added, lead_in).notes))
        score = replace(request.melody, tracks=(longer_track,), key=str(plan.key), chords=())
        step = self.step("extend", request, chosen, score.bars - request.melody.bars)
        chain = Chain.of(request.melody, request.chain, step)
        plan = plan_later(plan, lead_in)
        return Extension(score, write_chords(plan, request.melody.metre), chain)

    def mend(self, request: Request) -> Mended:
        """The melody with the notes changed that the model finds out of place; raises BadKnob where
        its technique mends none, and what `compose` raises."""
        return mend(self, request)

    def step(self, act: Literal["fix", "extend"], request: Request, knobs: Any, count: int) -> Step:
        """What it did to a tune as it was asked to, turned by a technique's `knobs`; so many notes
        or bars came of it."""
        return Step(
            act, self.card.id, self.card.name, self.weights_id, request.seed, asdict(knobs),
            request.chords, request.key, count,
        )  # fmt: skip

    def rewrite(self, piece: Score, recipe: Recipe, wanted: Rewrite) -> Composition:
        """A piece with bars of some parts written anew, all else untouched to the note, and its
        recipe with that. No bars are those in which `wanted.chords` differ from the piece's.

        A technique that writes bar by bar goes on from the notes that stay; another one plays the
        melody anew, and its bars are put in at the bar lines. Raises BadKnob for a part that the
        band does not play, for the melody, for a bar outside of it, and where no bar is named;
        BadScore for a part that is none; and what `compose` raises.
        """
        performance, done = perform(self, piece, wanted, recipe)
        [new] = last(performance.play([wanted.seed]))()
        if done.marks_plan:
            done = replace(done, knobs=new.recipe.knobs)
        return replace(new, recipe=recipe.then(done))

    def replay(self, recipe: Recipe) -> Composition:
        """The piece that a recipe describes, byte for byte on the machine that made it, if this is
        the model that it names. Raises BadScore and BadKnob where an edit does not fit."""
        piece = self.compose(recipe.request)
        for change in (*recipe.rewrites, *recipe.edits):
            match change:
                case Edit():
                    piece = piece.edited(change)
                case Rewrite():
                    piece = self.rewrite(piece.score, piece.recipe, change)
        return piece

    def think(self, recipe: Recipe, part: str, note: Note) -> Thought:
        """What the model thought as it wrote a note of a part of a piece: the odds it was drawn
        from, and what was looked at. A note of a bar that was written anew is asked for where that
        was done last.

        Raises BadKnob where the technique cannot tell, or the model wrote no such note.
        """
        kind, parts = technique(self.card.technique), self.card.parts
        if not kind.can("think"):
            raise BadKnob(f"{self.card.title} draws all notes at once: choose a Transformer.")
        names = [one.name for one in parts]
        if part not in names:
            raise BadKnob(f"This band has no part called {part[:40]!r}: it has {', '.join(names)}.")
        match recipe.before(part, note.start_tick // recipe.melody.metre.bar_ticks + 1):
            case None:
                performance = Performance.of(self, recipe.request)
            case before, wanted:
                performance, _ = perform(self, self.replay(before).score, wanted, recipe)
        lead_in, thought = performance.lead_in, None
        if mine := note_earlier(note, lead_in):
            on_grid = quantise(performance.even(Track(part, (mine,))), STEP_TICKS).notes[0]
            asked = performance.request
            rngs = chances(asked.chosen, asked.seed)
            commission, index = performance.commission, names.index(part)
            thought = kind.think(self.module, parts, commission, rngs, index, on_grid)
        if thought is None:
            raise BadKnob(
                f"The model wrote no such note in {part}: it was changed since, or set to a "
                "written chord or to close the piece. Choose another one."
            )
        return replace(thought_later(thought, lead_in), swung=performance.swings)

    def doubts(self, piece: Score) -> Critic.Doubts:
        """What its critic doubts of a piece, bar by bar, and note by note in the parts that the
        model plays; raises BadKnob where it has none, or the piece lacks one of them."""
        if self.critic is None:
            raise BadKnob(f"{self.card.title} has no critic: train one, or choose another model.")
        melody = QuantisedMelody.of(piece.with_tracks(piece.tracks[:1]), "")
        key = read_key(piece.key) if piece.key else melody.plan(self.planner, self.card).key
        names = [part.name for part in self.card.parts]
        parts = [track for track in piece.tracks[1:] if track.name in names]
        if [track.name for track in parts] != names:
            raise BadKnob(
                f"This piece lacks parts of {self.card.title}, so its critic does not know it: "
                "choose a piece of that band."
            )
        if swings(self, melody):
            parts = [straighten_swing(part) for part in parts]
        return self.critic.doubts(piece.with_tracks([*melody.line.tracks, *parts]), key.signature)

    def retrace(self, recipe: Recipe) -> Sequence[Technique.Written]:
        """The edits in which what a recipe asked for last was written, the band or bars of it, in
        their order. Raises as `last_writing`."""
        return self.last_writing(recipe).edits()

    def denoise(self, recipe: Recipe) -> Sequence[Technique.Fog]:
        """What each look at the piece thought of what it did not know, in the same writing."""
        return self.last_writing(recipe).fog()

    def last_writing(self, recipe: Recipe) -> LastWriting:
        """What a recipe asked of the model last, to be told of. Raises BadKnob where the technique
        does not write edit by edit."""
        if not technique(self.card.technique).can("retrace"):
            raise BadKnob(f"{self.card.title} has no replay: choose an AR-CNN.")
        match next(recipe.rewritten(), None):
            case None:
                return LastWriting(Performance.of(self, recipe.request))
            case before, wanted:
                piece = self.replay(before).score
                return LastWriting(perform(self, piece, wanted, recipe)[0])

    @staticmethod
    def plans(card: Card, request: Request) -> list[ChordPlan]:
        """Chord plans to choose from, the likeliest first: no weights are needed for them."""
        request.check()
        played, lead_in = request.after_lead_in, request.lead_in * request.melody.metre.bar_ticks
        melody = QuantisedMelody.of(played.melody, played.chords)
        found = melody.plans(
            load_planner(), card, played.chords, request.seed, key=request.wanted_key
        )
        return [plan_later(plan, lead_in) for plan in found]


def _only(pieces: Callable[[], list[Composition]]) -> Composition:
    [piece] = pieces()
    return piece


def load_band(folder: Path, device: str = "auto") -> Band:
    """Reads and builds a model; raises BadModel where it is missing or damaged."""
    model = Model.read(folder)
    digest = hashlib.sha256(model.card.weights(folder).read_bytes()).hexdigest()
    band = Band.of(model.card, model.weights, digest[:16], device)
    critic = Critic.of(model.critic, band.device) if model.critic else None
    return replace(band, copies=model.copies, critic=critic)
