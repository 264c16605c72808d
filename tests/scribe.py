"""A technique that writes bar by bar, as the Transformer does, but random numbers: for tests of
what is done with such a technique, not of how it plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.catalog import Card, Model
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import TICKS_PER_BEAT, Note, Score, Track
from studio.techniques import Commission, Technique, techniques
from studio.techniques.arcnn.settings import MendKnobs
from studio.techniques.losses import Loss
from studio.techniques.transformer.settings import ExtendKnobs, Knobs, PartKnobs, Settings

MODEL = "pop-scribe"
PARTS = (
    Part("Bass", 33, 1, 28, 55),
    Part("Keys", 4, 5, 45, 86),
    Part("Drums", 0, 4, 36, 51, is_drum=True),
)


def write(
    module: Any, parts: Sequence[Part], commission: Commission, rngs: Sequence[np.random.Generator]
) -> Technique.Barwise:
    """As many notes a bar as were asked for, four where nothing was."""
    melody, kept = commission.melody, commission.kept
    notes: list[list[list[Note]]] = [[[] for _ in parts] for _ in rngs]
    for bar in range(melody.bars):
        for take, rng in zip(notes, rngs, strict=True):
            for i, part in enumerate(parts):
                count = round(commission.asked[i].density) or 4
                drawn = _bar(part, bar * melody.metre.bar_ticks, melody.metre.bar_ticks, count, rng)
                if kept is not None and (i, bar) not in kept.rewritten:
                    first = bar * melody.metre.bar_ticks
                    last = first + melody.metre.bar_ticks
                    drawn = [n for n in kept.parts[i].notes if first <= n.start_tick < last]
                take[i] += drawn
        yield partial(_scores, melody, parts, notes)


def _scores(
    melody: Score, parts: Sequence[Part], notes: list[list[list[Note]]], since: int = 0
) -> list[Score]:
    """What there is of each take."""
    return [
        melody.with_tracks(
            [
                *melody.tracks,
                *(
                    Track(part.name, tuple(mine), part.program, part.is_drum)
                    for part, mine in zip(parts, take, strict=True)
                ),
            ]
        )
        for take in notes
    ]


def _bar(
    part: Part, first: int, bar_ticks: int, count: int, rng: np.random.Generator
) -> list[Note]:
    ticks = bar_ticks // count // 120 * 120 or 120
    pitches = rng.integers(part.low, part.high + 1, count).tolist()
    return [
        Note(first + i * ticks, pitch, ticks, part.velocity)
        for i, pitch in enumerate(pitches)
        if (i + 1) * ticks <= bar_ticks
    ]


def extend(
    module: Any, melody: Score, plan: ChordPlan, knobs: ExtendKnobs, rng: np.random.Generator
) -> tuple[Score, ChordPlan]:
    """A note a bar, on the tonic's chord."""
    ticks, added = melody.metre.bar_ticks, knobs.extension_duration
    start = melody.bars * ticks
    pitches = rng.integers(60, 73, added).tolist()
    new = [Note(start + i * ticks, p, TICKS_PER_BEAT) for i, p in enumerate(pitches)]
    track = replace(melody.tracks[0], notes=(*melody.tracks[0].notes, *new))
    units = added * ticks // plan.unit_ticks
    longer = replace(
        plan,
        triads=(*plan.triads, *(plan.key.tonic,) * units),
        sevenths=(*plan.sevenths, *(0,) * units) if plan.sevenths else (),
    )
    return melody.with_tracks([track]), longer


class Scribe(Technique):
    """Plays with nothing, and learns nothing."""

    id, title, description = "scribe", "Scribe", "Writes down random numbers."
    losses = {"note_loss": Loss("Note loss", "There is none.")}  # noqa: RUF012
    Settings, Knobs, PartKnobs, ExtendKnobs = Settings, Knobs, PartKnobs, ExtendKnobs
    MendKnobs = MendKnobs

    def network(self, parts: Sequence[Part], settings: Any) -> Any:
        raise NotImplementedError

    def build(self, parts: Sequence[Part], settings: Any, weights: Any, device: str) -> None:
        return None

    def play(
        self, player: Any, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Any,
        rng: np.random.Generator,
    ) -> Score:  # fmt: skip
        asked = (PartKnobs(),) * len(parts)
        *_, whole = write(player, parts, Commission(melody, plan, knobs, asked), [rng])
        return whole()[0]

    def trainer(self, *_: Any) -> Any:
        raise NotImplementedError

    def write(
        self, player: Any, parts: Sequence[Part], commission: Commission,
        rngs: Sequence[np.random.Generator],
    ) -> Technique.Barwise:  # fmt: skip
        return write(player, parts, commission, rngs)

    def extend(
        self, player: Any, melody: Score, plan: ChordPlan, knobs: Any, rng: np.random.Generator
    ) -> tuple[Score, ChordPlan]:
        return extend(player, melody, plan, knobs, rng)

    def mend(
        self, player: Any, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Any,
        rng: np.random.Generator,
    ) -> tuple[Technique.Change, ...]:  # fmt: skip
        """The second note becomes a C5, the last one goes; nothing of one that has just one."""
        notes = melody.tracks[0].notes
        if len(notes) < 2 or not knobs.maximum_input_notes_to_remove:
            return ()
        second, last = notes[1], notes[-1]
        options = ((72, 0.5), (None, 0.25))
        return (
            Technique.Change(second, replace(second, pitch=72), 0.5, 0.1, options),
            Technique.Change(last, None, 0.75, 0.1, options),
        )

    def remark(self, melody: Score) -> str:
        return "It was read upside down." if melody.tracks[0].notes[0].pitch < 50 else ""


def hire(patch: pytest.MonkeyPatch, models: Path, id: str = MODEL, genre: str = "pop") -> Path:
    """Makes the technique known, and a model of it in the folder `models`."""
    patch.setitem(techniques()[0], "scribe", Scribe())
    card = Card(
        id=id, title=genre.capitalize(), genre=genre, technique="scribe",
        description="Bass, keys and drums. Good at being quick.", parts=PARTS, data="Nothing.",
        licence="None.", follows="Nothing.", layout=genre, harmony="pop", per_beat=False,
        settings={}, parameters=1, reproduce="",
    )  # fmt: skip
    Model(card, {"weight": np.zeros(1)}).write(models / id, [])
    return models / id
