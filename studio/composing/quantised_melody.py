"""A melody as the models hear it, and the chord plans that one may play under it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio.catalog import Card
from studio.chords import Constraints, Planner, plan, plans
from studio.composing.guide import guide
from studio.ground.errors import BadKnob
from studio.music.harmony import ChordPlan, read_chart, read_chords, unit_ticks
from studio.music.score import (
    MAX_BARS,
    STEP_TICKS,
    Note,
    Score,
    Track,
    map_notes,
    quantise,
    top_line,
)
from studio.music.swing import SWUNG_UNITS, is_swung, straighten_swing
from studio.music.theory import Key, parse_key

PLANS = 4  # to choose from
_CHORDS, _PLANS = 1, 3  # set the chords' randomness apart from the band's
_IN_KEY = 0.85  # a melody in its own key leaves it for some notes only


@dataclass(frozen=True, slots=True)
class QuantisedMelody:
    """All `voices` of a melody of one track on the sixteenth grid, made even where it was `swung`;
    how many bars the piece has."""

    melody: Score
    voices: Track
    bars: int
    swung: bool

    @classmethod
    def of(cls, melody: Score, chords: str = "") -> QuantisedMelody:
        """A melody as the models hear it; of one without notes, a tune on the chords of a chart."""
        if not melody.tracks[0].notes:
            bars, beat = len(read_chart(chords)), unit_ticks(melody.metre, per_beat=True)
            by_beat = read_chords(chords, bars, melody.metre, beat)
            return cls(melody, guide(by_beat, beat, bars, melody.metre), bars, False)
        swung = melody.metre.unit in SWUNG_UNITS and is_swung(melody.tracks[0].notes)
        even = straighten_swing(melody.tracks[0]) if swung else melody.tracks[0]
        voices = quantise(even, STEP_TICKS)
        # a note that rounds up past the last bar line, or is held a little over it, adds no bar
        bars = max(min(melody.bars, replace(melody, tracks=(voices,)).bars, MAX_BARS), 1)
        end = bars * melody.metre.bar_ticks

        def inside(note: Note) -> Note:
            start = min(note.start_tick, end - STEP_TICKS)
            return replace(note, start_tick=start, duration_ticks=min(note.end_tick, end) - start)

        return cls(melody, map_notes(voices, inside), bars, swung)

    @property
    def line(self) -> Score:
        """Its highest voice, as a score."""
        return replace(self.melody, tracks=(top_line(self.voices),))

    @property
    def key(self) -> Key | None:
        """The key that the melody's file names, unless the notes deny it."""
        key = self._named_key
        if key is None:
            return None
        notes = self.melody.tracks[0].notes
        inside = sum(note.duration_ticks for note in notes if note.pitch % 12 in key.scale)
        whole = sum(note.duration_ticks for note in notes)
        return key if inside >= _IN_KEY * whole else None

    @property
    def _named_key(self) -> Key | None:
        return parse_key(self.melody.key) if self.melody.key else None

    def plan(
        self, planner: Planner, card: Card, chords: str = "", risk: float = 0.0, seed: int = 0,
        key: Key | None = None,
    ) -> ChordPlan:  # fmt: skip
        """Its chords in the style of a model; `chords`, `risk` and `key` as in a `Request`. Raises
        BadKnob for a chord that is none or a risk out of range."""
        if not 0 <= risk <= 1:
            raise BadKnob("Chord risk must be from 0 to 1.")
        rng = np.random.default_rng([seed, _CHORDS])
        notes, metre, given = self.voices.notes, self.melody.metre, self._given(card, chords, key)
        return self._spelt(plan(planner, notes, self.bars, metre, risk=risk, rng=rng, **given), key)

    def plans(
        self, planner: Planner, card: Card, chords: str = "", seed: int = 0, count: int = PLANS,
        key: Key | None = None,
    ) -> list[ChordPlan]:  # fmt: skip
        """Up to `count` plans to choose from, the likeliest first; all keep `chords` and `key`."""
        rng = np.random.default_rng([seed, _PLANS])
        notes, metre, given = self.voices.notes, self.melody.metre, self._given(card, chords, key)
        found = plans(planner, notes, self.bars, metre, count, rng=rng, **given)
        return [self._spelt(each, key) for each in found]

    def _spelt(self, plan: ChordPlan, key: Key | None) -> ChordPlan:
        """The plan with sharps or flats as in the key that is set, or in the file's."""
        named = key or self._named_key
        if named is None or named.signature != plan.key.signature:
            return plan
        return replace(plan, key=replace(plan.key, flats=named.flats))

    def _given(self, card: Card, chords: str, wanted: Key | None) -> Constraints:
        metre, key = self.melody.metre, wanted or self.key
        ticks = unit_ticks(metre, card.per_beat)
        return {
            "style": card.harmony,
            "per_beat": card.per_beat,
            # a minor tune is often marked as its relative major, a major one hardly as its minor
            "key": key if key and key.minor else wanted,
            "signature": key.signature if key else None,
            # programs write C major into files whose key they do not know
            "doubtful": wanted is None and key is not None and key.signature == 0,
            "known": read_chords(chords, self.bars, metre, ticks),
        }
