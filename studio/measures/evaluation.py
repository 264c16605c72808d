"""How a band sounds beside what people played to the same melody, as a number a measure.

`MEASURES` is the list: a new measure is one entry there, and every table that is made of them has
it. Each takes the band's score, people's, and the signature of both, and is NaN where there is
nothing to measure.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from studio.ground.errors import BadScore
from studio.measures.band import clash, coverage, notes_per_bar, onset_likeness
from studio.measures.parts import drum_pattern, empty_bar_rate, in_key_rate
from studio.measures.tonal import harmony_agreement
from studio.music.score import STEP_TICKS, Score, Track
from studio.music.theory import Key, parse_key

Measure = Callable[[Score, Score, int | None], float]
_EIGHTH = 2 * STEP_TICKS


def validate(score: Score, people: Score) -> None:
    """Raises BadScore unless both have the same parts, melody first, in the same metre."""
    ours, theirs = ([(t.name, t.is_drum) for t in s.tracks[1:]] for s in (score, people))
    if not theirs:
        raise BadScore("There is no band to compare with: give what people play, melody first.")
    if ours != theirs:
        raise BadScore(f"The band plays {ours}, people {theirs}: compare bands of the same parts.")
    if score.metre != people.metre:
        raise BadScore(f"The band plays in {score.metre}, people in {people.metre}.")


def evaluate(score: Score, people: Score, signature: int | None = None) -> dict[str, float]:
    """All `MEASURES` of a band by name. `people` is what people played to the same melody (both
    melody first), `signature` the pitch class of the major tonic, that of people's key where None.

    Raises BadScore where the two have different parts or metres.
    """
    validate(score, people)
    if signature is None and (key := parse_key(people.key or "")) is not None:
        signature = key.signature
    return {name: measure(score, people, signature) for name, measure in MEASURES.items()}


def _pitched(score: Score) -> list[Track]:
    return [track for track in score.tracks[1:] if not track.is_drum]


def _harmony(score: Score, people: Score, _: int | None) -> float:
    sounding = any(track.notes for track in _pitched(people))
    return harmony_agreement(score, people) if sounding else math.nan


def _in_key(score: Score, _: Score, signature: int | None) -> float:
    notes = [note for track in _pitched(score) for note in track.notes]
    return in_key_rate(notes, Key(signature)) if notes and signature is not None else math.nan


def _empty(score: Score, people: Score, _: int | None) -> float:
    bars, bar_ticks = people.bars, people.metre.bar_ticks
    rates = [empty_bar_rate(track.notes, bars, bar_ticks) for track in score.tracks[1:]]
    return sum(rates) / len(rates)


def _drums(score: Score, _: Score, __: int | None) -> float:
    hits = [note for track in score.tracks[1:] if track.is_drum for note in track.notes]
    return drum_pattern(hits, _EIGHTH) if hits else math.nan


MEASURES: dict[str, Measure] = {
    "clash": lambda score, *_: clash(score),
    "harmony agreement": _harmony,
    "in key": _in_key,
    "bars with two parts": lambda score, *_: coverage(score),
    "groove (onset likeness)": lambda score, *_: onset_likeness(score),
    "notes a bar": lambda score, *_: notes_per_bar(score),
    "empty bars": _empty,
    "drums on eighths": _drums,
}
