"""Plans the chords of a melody: key first, then the tune moved to C, then the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.chords.inputs import UNKNOWN, rows, shifted, tune_of
from studio.chords.keys import signatures_of
from studio.chords.model import Floats, Planner, ask, load, told_by_like_places
from studio.chords.search import (
    RELATIVE_TONIC,
    best_path,
    echoed,
    likely_sevenths,
    perturbed,
    worth,
)
from studio.music.harmony import ChordPlan, unit_ticks
from studio.music.score import Metre, Note
from studio.music.theory import NO_CHORD, TRIADS, Chord, Key

__all__ = ["Planner", "load", "plan", "plans"]

_ADVENTUROUS, _DRAWS = (0.3, 1.0), 6  # risks of the further plans, draws for each that is wanted
_OTHER = 1 / 8  # share of units in which two plans must differ


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is known of a tune before the search; triads and odds in C, moved there by `shifts`
    (unit,) semitones. `odds` (unit, TRIADS), `sevenths` (unit, CHORDS, SEVENTHS)."""

    key: Key
    key_known: bool
    ticks: int
    shifts: NDArray[np.int64]
    odds: Floats
    sevenths: Floats
    strong: NDArray[np.bool_]
    fixed: Mapping[int, Chord]
    transition: Floats


def plan(
    planner: Planner,
    notes: Sequence[Note],
    bars: int,
    metre: Metre,
    *,
    style: str | None = None,
    per_beat: bool = False,
    key: Key | None = None,
    signature: int | None = None,
    known: Mapping[int, int | Chord] | None = None,
    risk: float = 0.0,
    rng: np.random.Generator | None = None,
) -> ChordPlan:
    """Key and chords for `bars` bars under all voices of a melody.

    `style` is one of `inputs.STYLES`; chords last half a bar, or a beat. `signature`, a major
    tonic, tells the key but for its mode, `key` all of it. `known` fixes chords by
    unit, and the others follow them; `risk` 0 gives the likeliest plan, 1 adventurous ones, drawn
    with `rng`.
    """
    heard = _heard(planner, notes, bars, metre, style, per_beat, key, signature, known)
    odds = perturbed(heard.odds, risk, rng) if rng is not None else heard.odds
    return _written(heard, _path(heard, odds))


def plans(
    planner: Planner,
    notes: Sequence[Note],
    bars: int,
    metre: Metre,
    count: int,
    *,
    style: str | None = None,
    per_beat: bool = False,
    key: Key | None = None,
    signature: int | None = None,
    known: Mapping[int, int | Chord] | None = None,
    rng: np.random.Generator,
) -> list[ChordPlan]:
    """Up to `count` plans to choose from, best first; any two differ in an eighth of their units
    at least, so a short tune or one with most chords fixed may have fewer.

    The first is that of `plan` without risk, the others are drawn with `rng`; the same seed gives
    the same plans.
    """
    heard = _heard(planner, notes, bars, metre, style, per_beat, key, signature, known)
    best = _path(heard, heard.odds)
    drawn = [
        _path(heard, perturbed(heard.odds, float(risk), rng))
        for risk in np.linspace(*_ADVENTUROUS, max(count - 1, 0) * _DRAWS)
    ]
    drawn.sort(key=lambda path: -worth(path, heard.odds, heard.strong, heard.transition))
    kept = [best]
    for path in drawn:
        if len(kept) < count and all(np.mean(path != other) >= _OTHER for other in kept):
            kept.append(path)
    return [_written(heard, path) for path in kept]


def _heard(
    planner: Planner,
    notes: Sequence[Note],
    bars: int,
    metre: Metre,
    style: str | None,
    per_beat: bool,
    key: Key | None,
    signature: int | None,
    known: Mapping[int, int | Chord] | None,
) -> _Heard:
    ticks = unit_ticks(metre, per_beat)
    units = max(bars, 1) * metre.bar_ticks // ticks
    tune = tune_of(notes, metre, units, ticks)
    fixed = {
        unit: chord if isinstance(chord, Chord) else Chord(chord)
        for unit, chord in (known or {}).items()
        if 0 <= unit < units
    }
    given = np.full(units, UNKNOWN)
    for unit, chord in fixed.items():
        given[unit] = chord.triad
    key_known = key is not None
    if key is not None:
        signature = key.signature
    if signature is None:
        found = signatures_of(planner, notes, tune, ticks, style, given)
        signature = int(np.bincount(found).argmax())
    else:
        found = np.full(units, signature)
    key = key or Key(signature)
    inputs = rows(tune, -found, True, shifted(given, -found), style)
    answer = ask(planner, inputs[None])
    odds = answer.chords[0, :, :TRIADS]
    if not per_beat:  # a beat is too short to know a place by
        odds = echoed(odds, told_by_like_places(inputs))
    return _Heard(
        key,
        key_known,
        ticks,
        -found,
        odds,
        answer.sevenths[0],
        np.arange(units) * ticks % metre.bar_ticks == 0,
        fixed,
        planner.transition,
    )


def _path(heard: _Heard, odds: Floats) -> NDArray[np.int64]:
    """The best path in C."""
    given = {
        unit: int(shifted(np.array(chord.triad), heard.shifts[unit]))
        for unit, chord in heard.fixed.items()
    }
    minor = heard.key.minor if heard.key_known else None
    return best_path(odds, heard.strong, heard.transition, minor, given)


def _written(heard: _Heard, path: NDArray[np.int64]) -> ChordPlan:
    """The plan of a path, moved back."""
    key = heard.key
    if not heard.key_known and path[-1] == RELATIVE_TONIC:
        key = Key((key.tonic + 9) % 12, minor=True)
    sevenths = likely_sevenths(path, heard.sevenths)
    for unit, chord in heard.fixed.items():
        sevenths[unit] = chord.seventh
    triads = shifted(path, -heard.shifts)
    sevenths = np.where(triads == NO_CHORD, 0, sevenths)
    return ChordPlan(key, heard.ticks, tuple(triads.tolist()), tuple(sevenths.tolist()))
