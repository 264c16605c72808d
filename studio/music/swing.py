"""Swing: eighths of which the second comes late, found, made even and given back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Note, Track, map_notes

SWUNG_UNITS = (1, 2, 4)  # of metres whose quarters can swing: 4/4, and cut time
TRIPLET_TICKS = TICKS_PER_BEAT // 3
SWUNG_TICK = 2 * TRIPLET_TICKS  # where a swung eighth begins in its beat
DOTTED_TICK = 3 * STEP_TICKS  # where it begins when it is written as a dotted rhythm
_HALF_BEAT = TICKS_PER_BEAT // 2
_NEAR = 34  # ticks by which people miss the place they mean


def is_swung(notes: Iterable[Note], late_tick: int = SWUNG_TICK) -> bool:
    """Whether the off-beat eighths come as late in the beat as `late_tick`, and are no triplets."""
    swung, straight, middle = off_beats(notes, late_tick)
    return swung >= 4 and swung >= 0.6 * (swung + straight) and middle < swung / 2


def straighten_swing(track: Track, late_tick: int = SWUNG_TICK, but: Collection[int] = ()) -> Track:
    """The track with swung eighths made even: what comes before `late_tick` in each beat becomes
    its first half, the rest its second, but in some beats, from 0, that stay as they are. Swing is
    2:1 (`SWUNG_TICK`), or 3:1 (`DOTTED_TICK`)."""
    return _bent(track, late_tick, _HALF_BEAT, but)


def unswung_beats(notes: Iterable[Note]) -> set[int]:
    """The beats, from 0, in which something begins between the beat and a swung eighth: triplets,
    sixteenths and even eighths in a piece that swings."""
    onsets = (divmod(note.start_tick, TICKS_PER_BEAT) for note in notes)
    return {beat for beat, place in onsets if _NEAR < place < SWUNG_TICK - _NEAR}


def swing(track: Track, late_tick: int = SWUNG_TICK) -> Track:
    """The track with even eighths swung, the reverse of `straighten_swing`."""
    return _bent(track, _HALF_BEAT, late_tick)


def off_beats(notes: Iterable[Note], late_tick: int) -> tuple[int, int, int]:
    """How many onsets stand on the late eighth, on the even one (or, in plain swing, on the last
    sixteenth), and on the triplet between."""
    places = np.array([note.start_tick % TICKS_PER_BEAT for note in notes])
    even = np.abs(places - _HALF_BEAT) <= _NEAR
    if late_tick == SWUNG_TICK:
        even |= np.abs(places - DOTTED_TICK) <= 8
    late = (np.abs(places - late_tick) <= _NEAR) & ~even
    middle = np.abs(places - TRIPLET_TICKS) <= _NEAR
    return int(late.sum()), int(even.sum()), int(middle.sum())


def _bent(track: Track, middle: int, wanted: int, but: Collection[int] = ()) -> Track:
    """The track with the place `middle` of every beat, `but` of some, moved to `wanted`, what lies
    between moved in proportion."""

    def bent(tick: int) -> int:
        beat, place = divmod(tick, TICKS_PER_BEAT)
        if beat in but:
            return tick
        if place < middle:
            place = round(place * wanted / middle)
        else:
            rest = TICKS_PER_BEAT - middle
            place = wanted + round((place - middle) * (TICKS_PER_BEAT - wanted) / rest)
        return beat * TICKS_PER_BEAT + place

    def moved(note: Note) -> Note:
        start = bent(note.start_tick)
        end = max(bent(note.end_tick), start + 1)
        return replace(note, start_tick=start, duration_ticks=end - start)

    return map_notes(track, moved)
