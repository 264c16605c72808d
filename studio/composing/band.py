"""A model in memory, ready to play: what it plays is asked of it as a request, all that was done to
a piece since is in its recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from studio.catalog import Card, Model
from studio.chords import Planner
from studio.chords import load as load_planner
from studio.composing import extension, introspection
from studio.composing.performance import Composition, Performance, last
from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.recipe import Edit, Recipe, Rewrite
from studio.composing.request import Request
from studio.composing.rewrites import perform
from studio.ground.device import choose_device, prepare_torch
from studio.measures import CopyIndex
from studio.music.harmony import ChordPlan, write_chords
from studio.music.score import Note, Score
from studio.techniques import Thought, technique


@dataclass(frozen=True, slots=True)
class Band:
    """A model in memory. `card` says what it plays, `module` is its technique's to read;
    `weights_id` tells whether it has learned on since."""

    card: Card
    planner: Planner
    module: Any
    weights_id: str
    device: str
    copies: CopyIndex | None = None

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

    def stream(self, request: Request) -> Iterator[Composition]:
        """As `compose`, with what there is of the piece after every bar; a technique that plays all
        at once gives it whole. Only the last, whole one has been compared with the training
        songs."""
        for pieces in Performance.of(self, request).play([request.seed]):
            yield pieces()[0]

    def takes(self, request: Request) -> list[Composition]:
        """As many bands as are asked for, on the same chords, of the seed and those that follow
        it."""
        performance = Performance.of(self, request)
        if request.chord_risk:  # all recipes name the chords that were drawn with the first seed
            chords = write_chords(performance.plan, request.melody.metre)
            fixed = replace(request, chords=chords, chord_risk=0.0)
            performance = Performance.of(self, fixed, performance.melody)
        return last(performance.play(request.seeds))()

    def extend(self, request: Request) -> extension.Extension:
        """The melody with more bars, in the model's style and its own; `chords` are of what there
        is, `knobs` those of the technique's extension.

        Raises BadKnob where the technique cannot extend, or the piece would be longer than 64 bars;
        and what `compose` raises.
        """
        return extension.extend(self, request)

    def rewrite(self, piece: Score, recipe: Recipe, wanted: Rewrite) -> Composition:
        """A piece with bars of some parts written anew, all else untouched to the note, and its
        recipe with that. No bars are those in which `wanted.chords` differ from the piece's.

        A technique that writes bar by bar goes on from the notes that stay; another one plays the
        melody anew, and its bars are put in at the bar lines. Raises BadKnob for a part that the
        band does not play, for the melody, for a bar outside of it, and where no bar is named;
        BadScore for a part that is none; and what `compose` raises.
        """
        performance, done = perform(self, piece, wanted)
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
                    score, whole = change.applied(piece.score), piece.recipe.then(change)
                    piece = replace(piece, score=score, recipe=whole)
                case Rewrite():
                    piece = self.rewrite(piece.score, piece.recipe, change)
        return piece

    def think(self, recipe: Recipe, part: str, note: Note) -> Thought:
        """What the model thought as it wrote a note of a part of a piece: the odds it was drawn
        from, and what was looked at. A note of a bar that was written anew is asked for where that
        was done last.

        Raises BadKnob where the technique cannot tell, or the model wrote no such note.
        """
        return introspection.think(self, recipe, part, note)

    @staticmethod
    def plans(card: Card, request: Request) -> list[ChordPlan]:
        """Chord plans to choose from, the likeliest first: no weights are needed for them."""
        request.check()
        melody = QuantisedMelody.of(request.melody)
        return melody.plans(load_planner(), card, request.chords, request.seed)


def load_band(folder: Path, device: str = "auto") -> Band:
    """Reads and builds a model; raises BadModel where it is missing or damaged."""
    model = Model.read(folder)
    digest = hashlib.sha256(model.card.weights(folder).read_bytes()).hexdigest()
    band = Band.of(model.card, model.weights, digest[:16], device)
    return replace(band, copies=model.copies)
