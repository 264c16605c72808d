"""Melodies that go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from studio.composing.performance import swings
from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.request import Request
from studio.ground.errors import BadKnob
from studio.music.harmony import write_chords
from studio.music.melody import melody_to_json
from studio.music.score import MAX_BARS, Score, Track
from studio.music.swing import swing
from studio.techniques import technique

if TYPE_CHECKING:
    from studio.composing.band import Band


@dataclass(frozen=True, slots=True)
class Extension:
    """A melody that went on: all of it, and its chords as text."""

    melody: Score
    chords: str

    def to_json(self) -> dict[str, object]:
        """As a job hands it on."""
        return {"melody": melody_to_json(self.melody), "chords": self.chords}


def extend(band: Band, request: Request) -> Extension:
    """See `Band.extend`."""
    request.check()
    kind, card, mine = technique(band.card.technique), band.card, request.melody.tracks[0]
    if not kind.can("extend"):
        raise BadKnob(f"{card.title} cannot go on with a melody: choose a Transformer.")
    chosen = kind.ExtendKnobs.parse(request.knobs)
    melody = QuantisedMelody.of(request.melody)
    if melody.bars + chosen.extension_duration > MAX_BARS:
        raise BadKnob(
            f"A melody can have up to {MAX_BARS} bars, and this one has {melody.bars}: extend it "
            "by less."
        )
    plan = melody.plan(band.planner, card, request.chords, seed=request.seed)
    rng = np.random.default_rng(request.seed)
    longer, plan = kind.extend(band.module, melody.line, plan, chosen, rng)
    end = melody.bars * request.melody.metre.bar_ticks
    added = Track("", tuple(note for note in longer.tracks[0].notes if note.start_tick >= end))
    if swings(band, melody):
        added = swing(added)
    line = replace(mine, notes=(*mine.notes, *added.notes))
    score = replace(request.melody, tracks=(line,), key=str(plan.key), chords=())
    return Extension(score, write_chords(plan, request.melody.metre))
