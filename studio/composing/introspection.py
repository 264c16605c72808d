"""What a model thought as it wrote a note of a piece."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from studio.composing.performance import Performance
from studio.composing.recipe import Recipe
from studio.composing.rewrites import perform
from studio.ground.errors import BadKnob
from studio.music.score import STEP_TICKS, Note, Track, quantise
from studio.techniques import Thought, technique

if TYPE_CHECKING:
    from studio.composing.band import Band


def think(band: Band, recipe: Recipe, part: str, note: Note) -> Thought:
    """See `Band.think`."""
    kind, parts = technique(band.card.technique), band.card.parts
    if not kind.can("think"):
        raise BadKnob(f"{band.card.title} draws all notes at once: choose a Transformer.")
    names = [one.name for one in parts]
    if part not in names:
        raise BadKnob(f"This band has no part called {part[:40]!r}: it has {', '.join(names)}.")
    bar = note.start_tick // recipe.melody.metre.bar_ticks + 1
    match recipe.before(part, bar):
        case None:
            performance = Performance.of(band, recipe.request)
        case before, wanted:
            performance, _ = perform(band, band.replay(before).score, wanted)
    on_grid = quantise(performance.even(Track(part, (note,))), STEP_TICKS).notes[0]
    rng = np.random.default_rng(performance.request.seed)
    commission, index = performance.commission, names.index(part)
    thought = kind.think(band.module, parts, commission, rng, index, on_grid)
    if thought is None:
        raise BadKnob(
            f"The model wrote no such note in {part}: it was changed since, or set to close the "
            "piece. Choose another one."
        )
    return replace(thought, swung=performance.swings)
