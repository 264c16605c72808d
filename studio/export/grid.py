"""The places on the page where notes stand: in each beat the simplest grid that its onsets fit."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Metre, Note

EIGHTH = 2 * STEP_TICKS
_EXACT = 3  # ticks by which other programs' rounding moves a note
_LOOSE = 40  # a triplet thirty-second: no onset is written farther from where it was played

Places = tuple[int, ...]  # ticks in a beat, its own start and end included

# Places inside an eighth, or inside a beat in triplets, and by how many ticks notes must fit them
# better than plain eighths to be written so.
_THIRTY_SECONDS = 36
_IN_AN_EIGHTH: Mapping[Places, int] = {
    (): 0, (120,): 4, (60, 120, 180): _THIRTY_SECONDS, (80, 160): 40,
}  # fmt: skip
_TRIPLETS, _TRIPLETS_COST = (0, 160, 320, 480), 14
_PLAIN: Mapping[int, Places] = {480: (0, 240, 480)}


@dataclass(frozen=True, slots=True)
class Grid:
    """The places of each beat, by its number, `beat_ticks` long: a quarter, or the metre's unit
    where that is shorter. `ends_are_meant`: short rests are the tune's, and not how keys are let
    go."""

    beat_ticks: int
    beats: Mapping[int, Places]
    ends_are_meant: bool = False

    def nearest(self, tick: int) -> int:
        """The place nearest to a tick."""
        beat, inside = divmod(tick, self.beat_ticks)
        return beat * self.beat_ticks + _nearest(inside, self._places(beat))

    def held_to(self, tick: int) -> int:
        """The eighth, or triplet eighth, at a tick or next after it."""
        beat, inside = divmod(tick, self.beat_ticks)
        places = self._places(beat)
        if places != _TRIPLETS:
            places = tuple(place for place in places if place % min(EIGHTH, self.beat_ticks) == 0)
        return beat * self.beat_ticks + next(place for place in places if place >= inside)

    def _places(self, beat: int) -> Places:
        plain = _PLAIN.get(self.beat_ticks, (0, self.beat_ticks))
        return self.beats.get(beat, plain)


def grid_of(notes: Sequence[Note], metre: Metre) -> Grid:
    """The grid of a part. Where all its onsets stand on some grid to a few ticks, it is taken at
    its word; else it was played by hand, and triplets and thirty-seconds must fit clearly better.
    """
    beat_ticks = min(TICKS_PER_BEAT, metre.beat_ticks)
    starts = [note.start_tick for note in notes]
    exact = _fitted(starts, beat_ticks, _EXACT)
    if exact is None:
        return Grid(beat_ticks, _fitted(starts, beat_ticks, _LOOSE) or {})
    whole = _fitted([*starts, *(note.end_tick for note in notes)], beat_ticks, _EXACT)
    if whole is not None and _in_eighths(whole) <= _in_eighths(exact):
        grid = Grid(beat_ticks, whole, ends_are_meant=True)
        if _ends_are_meant(notes, grid):
            return grid
    return Grid(beat_ticks, exact)


def _ends_are_meant(notes: Sequence[Note], grid: Grid) -> bool:
    """Whether a part is one line that mostly goes from note to note, or rests for an eighth: then
    the shorter rests are meant, too."""
    onsets = sorted({grid.nearest(note.start_tick) for note in notes})
    short_rests = 0
    for note in notes:
        end = grid.nearest(note.end_tick)
        at = bisect_right(onsets, grid.nearest(note.start_tick))
        following = onsets[at] if at < len(onsets) else grid.held_to(end)
        if end > following:
            return False
        short_rests += end < min(following, grid.held_to(end))
    return 4 * short_rests <= len(notes)


def _fitted(ticks: Iterable[int], beat_ticks: int, most: int) -> dict[int, Places] | None:
    """The simplest places of each beat with no tick farther than `most` from its own; None where a
    beat has none."""
    inside: dict[int, list[int]] = defaultdict(list)
    for tick in ticks:
        inside[tick // beat_ticks].append(tick % beat_ticks)
    result: dict[int, Places] = {}
    for beat, played in inside.items():
        misses = {
            places: max(abs(tick - _nearest(tick, places)) for tick in played)
            for places in _grids(beat_ticks)
        }
        fit = [places for places, miss in misses.items() if miss <= most]
        if not fit:
            return None
        result[beat] = min(fit, key=lambda places: misses[places] + _grids(beat_ticks)[places])
    return result


@cache
def _grids(beat_ticks: int) -> Mapping[Places, int]:
    """The places that a beat may have, with their cost in ticks."""
    if beat_ticks < STEP_TICKS:
        return {(0, beat_ticks): 0}
    if beat_ticks == STEP_TICKS:
        return {(0, STEP_TICKS): 0, (0, STEP_TICKS // 2, STEP_TICKS): _THIRTY_SECONDS}
    if beat_ticks == EIGHTH:
        return {(0, *inner, EIGHTH): cost for inner, cost in _IN_AN_EIGHTH.items()}
    halves = product(_IN_AN_EIGHTH.items(), repeat=2)
    grids = {
        (0, *first, EIGHTH, *(EIGHTH + place for place in second), beat_ticks): cost + more
        for (first, cost), (second, more) in halves
    }
    return {**grids, _TRIPLETS: _TRIPLETS_COST}


def _in_eighths(beats: Mapping[int, Places]) -> set[int]:
    """Which places inside an eighth are in use."""
    return {place % EIGHTH for places in beats.values() for place in places}


def _nearest(tick: int, places: Places) -> int:
    return min(places, key=lambda place: abs(place - tick))
