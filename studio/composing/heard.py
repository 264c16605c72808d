"""How a melody is heard, and the chord plans that a model may play under it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.catalog.catalog import Card
from studio.errors import BadKnob, BadScore
from studio.music.harmony import ChordPlan, read_chords, unit_ticks
from studio.music.score import MAX_BARS, STEP_TICKS, Note, Score, Track, map_notes, quantise
from studio.music.swing import is_swung, straighten_swing
from studio.music.theory import Key, parse_key

if TYPE_CHECKING:
    from studio.chords.model import Planner

PLANS = 4  # to choose from
MAX_SEED = 2**31 - 1
_CHORDS, _PLANS = 1, 3  # set the chords' randomness apart from the band's
_IN_KEY = 0.85  # a melody in its own key leaves it for some notes only


@dataclass(frozen=True, slots=True)
class Heard:
    """A melody as the models hear it: all `voices` on the sixteenth grid, made even where it was
    `swung`; how many bars the piece has."""

    melody: Score
    voices: Track
    bars: int
    swung: bool


def hear(melody: Score) -> Heard:
    """A melody of one track as the models hear it."""
    swung = melody.metre.unit == 4 and is_swung(melody.tracks[0].notes)
    even = straighten_swing(melody.tracks[0]) if swung else melody.tracks[0]
    voices = quantise(even, STEP_TICKS)
    # a note that rounds up past the last bar line, or is held a little over it, adds no bar
    bars = max(min(melody.bars, replace(melody, tracks=(voices,)).bars, MAX_BARS), 1)
    end = bars * melody.metre.bar_ticks

    def inside(note: Note) -> Note:
        start = min(note.start_tick, end - STEP_TICKS)
        return replace(note, start_tick=start, duration_ticks=min(note.end_tick, end) - start)

    return Heard(melody, map_notes(voices, inside), bars, swung)


def check(melody: Score, seed: int) -> None:
    """Raises BadScore for a melody that cannot be played to, BadKnob for a seed that is none."""
    if len(melody.tracks) != 1 or not melody.tracks[0].notes:
        raise BadScore("There is no melody yet: play one, choose a sample or import a file.")
    if melody.bars > MAX_BARS:
        raise BadScore(f"A melody can have up to {MAX_BARS} bars: shorten it.")
    if melody.metre.bar_ticks % STEP_TICKS:
        raise BadScore(f"The metre {melody.metre} has no sixteenths: choose another, such as 4/4.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise BadKnob(f"The seed must be a whole number from 0 to {MAX_SEED}.")


def plan_for(
    planner: Planner,
    card: Card,
    heard: Heard,
    chords: str = "",
    chord_risk: float = 0.0,
    seed: int = 0,
) -> ChordPlan:
    """The chord plan of a melody in the style of a model. `chords` and `chord_risk` as in
    `composing.compose`. Raises BadKnob for a chord that is none or a risk out of range."""
    from studio.chords.plan import plan

    if not 0 <= chord_risk <= 1:
        raise BadKnob("Chord risk must be from 0 to 1.")
    rng = np.random.default_rng([seed, _CHORDS])
    question = _question(card, heard, chords)
    return plan(planner, heard.voices.notes, **question, risk=chord_risk, rng=rng)


def plans_for(
    planner: Planner, card: Card, heard: Heard, chords: str = "", seed: int = 0, count: int = PLANS
) -> list[ChordPlan]:
    """Up to `count` plans to choose from, the likeliest first; all keep `chords`."""
    from studio.chords.plan import plans

    rng = np.random.default_rng([seed, _PLANS])
    question = _question(card, heard, chords)
    return plans(planner, heard.voices.notes, **question, count=count, rng=rng)


def _question(card: Card, heard: Heard, chords: str) -> dict[str, Any]:
    metre = heard.melody.metre
    ticks = unit_ticks(metre, card.per_beat)
    named = trusted_key(heard.melody)
    return {
        "bars": heard.bars,
        "metre": metre,
        "style": card.harmony,
        "per_beat": card.per_beat,
        # a minor tune is often marked with its relative major, hardly a major one with its minor
        "key": named if named and named.minor else None,
        "signature": named.signature if named else None,
        "known": read_chords(chords, heard.bars, metre, ticks),
    }


def trusted_key(melody: Score) -> Key | None:
    """The key that the melody's file names, unless the notes deny it: many programs write C major
    into every file."""
    key = parse_key(melody.key) if melody.key else None
    if key is None:
        return None
    notes = melody.tracks[0].notes
    inside = sum(note.duration_ticks for note in notes if note.pitch % 12 in key.scale)
    heard = sum(note.duration_ticks for note in notes)
    return key if inside >= _IN_KEY * heard else None
