"""Plans the chords of a melody: key first, then the tune moved to C, then the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from studio.chords.inputs import UNKNOWN, rows, shifted, tune_of
from studio.chords.keys import signatures_of
from studio.chords.planner import Floats, Planner, ask_by_parts, told_by_like_places
from studio.chords.search import (
    RELATIVE_TONIC,
    best_path,
    echoed,
    likely_sevenths,
    perturbed,
    worth,
)
from studio.music.harmony import ChordPlan, unit_ticks
from studio.music.roll import HEARD_BARS
from studio.music.score import Metre, Note
from studio.music.theory import NO_CHORD, TRIADS, Chord, Key

_ADVENTUROUS, _DRAWS = (0.3, 1.0), 6  # risks of the further plans, draws for each that is wanted
_SHARED_BARS = 8  # of neighbouring parts of a long tune
_OTHER = 1 / 8  # share of units in which two plans must differ


class Constraints(TypedDict, total=False):
    """What is known beforehand: `style`, one of `harmony.STYLES`; whether chords may change
    `per_beat`, else they last half a bar; `key`, or only its `signature`, a major tonic, which
    counts only where it is heard, too, if it is `doubtful`; `known` chords by unit, which the
    others follow."""

    style: str | None
    per_beat: bool
    key: Key | None
    signature: int | None
    doubtful: bool
    known: Mapping[int, int | Chord] | None


@dataclass(frozen=True, slots=True)
class _Search:
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
    risk: float = 0.0,
    rng: np.random.Generator | None = None,
    **given: Unpack[Constraints],
) -> ChordPlan:
    """Key and chords for `bars` bars under all voices of a melody.

    `risk` 0 gives the likeliest plan, 1 adventurous ones, drawn with `rng`.
    """
    search = _search(planner, notes, bars, metre, given)
    odds = perturbed(search.odds, risk, rng) if rng is not None else search.odds
    return _written(search, _path(search, odds))


def plans(
    planner: Planner,
    notes: Sequence[Note],
    bars: int,
    metre: Metre,
    count: int,
    *,
    rng: np.random.Generator,
    **given: Unpack[Constraints],
) -> list[ChordPlan]:
    """Up to `count` plans to choose from, best first; any two differ in an eighth of their units
    at least, so a short tune or one with most chords fixed may have fewer.

    The first is that of `plan` without risk, the others are drawn with `rng`; the same seed gives
    the same plans.
    """
    search = _search(planner, notes, bars, metre, given)
    best = _path(search, search.odds)
    drawn = [
        _path(search, perturbed(search.odds, float(risk), rng))
        for risk in np.linspace(*_ADVENTUROUS, max(count - 1, 0) * _DRAWS)
    ]
    drawn.sort(key=lambda path: -worth(path, search.odds, search.strong, search.transition))
    kept = [best]
    for path in drawn:
        if len(kept) < count and all(np.mean(path != other) >= _OTHER for other in kept):
            kept.append(path)
    return [_written(search, path) for path in kept]


def _search(
    planner: Planner, notes: Sequence[Note], bars: int, metre: Metre, given: Constraints
) -> _Search:
    style, per_beat = given.get("style"), given.get("per_beat", False)
    key, signature = given.get("key"), given.get("signature")
    ticks = unit_ticks(metre, per_beat)
    units = max(bars, 1) * metre.bar_ticks // ticks
    tune = tune_of(notes, metre, units, ticks)
    fixed = {
        unit: chord if isinstance(chord, Chord) else Chord(chord)
        for unit, chord in (given.get("known") or {}).items()
        if 0 <= unit < units
    }
    told = np.full(units, UNKNOWN)
    for unit, chord in fixed.items():
        told[unit] = chord.triad
    if key is not None:
        signature = key.signature
    if signature is not None:
        found = np.full(units, signature)
    if signature is None or given.get("doubtful"):
        heard = signatures_of(planner, notes, tune, ticks, style, told)
        common = int(np.bincount(heard).argmax())
        if common != signature:
            key, signature, found = None, common, heard
    key_known = key is not None
    key = key or Key(signature)
    inputs = rows(tune, -found, True, shifted(told, -found), style)
    longest, shared = (bars * tune.units_a_bar for bars in (HEARD_BARS, _SHARED_BARS))
    chords, sevenths = ask_by_parts(planner, inputs, longest, shared)
    odds = chords[:, :TRIADS]
    if not per_beat:  # a beat is too short to know a place by
        odds = echoed(odds, told_by_like_places(inputs))
    return _Search(
        key,
        key_known,
        ticks,
        -found,
        odds,
        sevenths,
        np.arange(units) * ticks % metre.bar_ticks == 0,
        fixed,
        planner.transition,
    )


def _path(search: _Search, odds: Floats) -> NDArray[np.int64]:
    """The best path in C."""
    given = {
        unit: int(shifted(np.array(chord.triad), search.shifts[unit]))
        for unit, chord in search.fixed.items()
    }
    minor = search.key.minor if search.key_known else None
    return best_path(odds, search.strong, search.transition, minor, given)


def _written(search: _Search, path: NDArray[np.int64]) -> ChordPlan:
    """The plan of a path, moved back."""
    key = search.key
    if not search.key_known and path[-1] == RELATIVE_TONIC:
        key = Key((key.tonic + 9) % 12, minor=True)
    sevenths = likely_sevenths(path, search.sevenths)
    for unit, chord in search.fixed.items():
        sevenths[unit] = chord.seventh
    triads = shifted(path, -search.shifts)
    sevenths = np.where(triads == NO_CHORD, 0, sevenths)
    texts = [search.fixed.get(unit, Chord(NO_CHORD)).written for unit in range(len(path))]
    written = tuple(texts) if any(texts) else ()
    return ChordPlan(key, search.ticks, tuple(triads.tolist()), tuple(sevenths.tolist()), written)
