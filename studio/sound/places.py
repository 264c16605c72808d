"""Where each part of a band stands and how far in front, from what the parts are.

The melody, the bass and the kick are in the middle; the others stand to the left and right by
turns, so that both sides weigh the same. Instruments that are as wide as a piano are heard so, low
notes left; the kit as its drummer hears it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from studio.music.instruments import (
    CLOSED_HAT,
    CRASH,
    HIGH_TOM,
    LOW_TOM,
    MID_TOM,
    OPEN_HAT,
    RIDE,
)
from studio.music.score import Track

Pan = Callable[[int], float]
_BASSES = (*range(32, 40), 43, 58)  # of General MIDI: the bass family, double bass, tuba
_LOW_PITCH = 56.0  # below it on the mean the lowest part is the bass, where none is one by name
_SIDES = (-0.5, 0.5, -0.2, 0.2, -0.75, 0.75, -0.9, 0.9)
_ALONE, _ASIDE = -0.5, 0.15  # a part that has none opposite, and the melody then
# half the width of a part by General MIDI family, eight programs each
_WIDTHS = (0.7, 0.7, 0.35, 0.4, 0.0, 0.2, 0.5, 0.2, 0.2, 0.2, 0.0, 0.5, 0.5, 0.2, 0.4, 0.5)
_MANY = 8  # parts, of which each is as loud as in a smaller band
_MIDDLE_C, _SPAN, _STEPS = 60, 18.0, 3  # semitones from the middle to an edge, in so many steps
# KICK, SNARE and what the table does not know stand in the middle
_KIT_PANS = {
    CLOSED_HAT: 0.5, 44: 0.5, OPEN_HAT: 0.5, RIDE: -0.6, 53: -0.6, 59: -0.6, CRASH: -0.4, 52: 0.7,
    57: 0.7, 55: -0.6, HIGH_TOM: 0.3, 48: 0.3, MID_TOM: 0.0, LOW_TOM: -0.3, 43: -0.45, 41: -0.6,
    54: 0.5, 56: 0.3, 69: 0.6, 70: 0.6,
}  # fmt: skip


class Place(NamedTuple):
    """How loud a part is meant to be against the others, in dB; where it stands, -1 (left) to 1;
    half its width; and how much of it the room gives back, as an amplitude."""

    level_db: float = 0.0
    pan: float = 0.0
    width: float = 0.0
    room: float = 0.0


MELODY = Place(0.0, 0.0, 0.0, 0.32)
BASS = Place(-3.0, 0.0, 0.0, 0.1)
DRUMS = Place(-2.0, 0.0, 0.0, 0.3)
_OTHER = Place(-3.0, 0.0, 0.0, 0.35)


def places(tracks: Sequence[Track]) -> Iterator[Place]:
    """The place of each part; the first is the melody. Of very many each is softer, so that their
    sum leaves room for a fine gain."""
    basses = _basses(tracks)
    others = sum(not track.is_drum for track in tracks[1:]) - len(basses)
    sides = iter((_ALONE,) if others == 1 else _SIDES)
    softer_db = 10 * math.log10(max(len(tracks) / _MANY, 1))
    for index, track in enumerate(tracks):
        if track.is_drum:
            place = DRUMS
        elif index == 0:
            place = MELODY._replace(pan=_ASIDE if others == 1 else 0.0)
        elif index in basses:
            place = BASS
        else:
            place = _OTHER._replace(pan=next(sides, 0.0), width=_WIDTHS[track.program // 8])
        yield place._replace(level_db=place.level_db - softer_db)


def pan_of(track: Track, place: Place) -> Pan:
    """Where each pitch of a part is heard, -1 (left) to 1 (right)."""
    if track.is_drum:
        return lambda pitch: _KIT_PANS.get(pitch, 0.0)

    def pan(pitch: int) -> float:
        aside = min(max((pitch - _MIDDLE_C) / _SPAN, -1.0), 1.0)
        return min(max(place.pan + place.width * round(aside * _STEPS) / _STEPS, -1.0), 1.0)

    return pan


def middle(_pitch: int) -> float:
    """The pan of a part that stands in the middle, whatever it plays."""
    return 0.0


def _basses(tracks: Sequence[Track]) -> set[int]:
    """Which parts are basses: by their instrument, else the lowest, where it is low."""
    band = {i: track for i, track in enumerate(tracks) if i and not track.is_drum}
    named = {i for i, track in band.items() if track.program in _BASSES}
    means = [(np.mean([n.pitch for n in t.notes]), i) for i, t in band.items() if t.notes]
    if named or not means:
        return named
    low, lowest = min(means)
    return {lowest} if low < _LOW_PITCH else set()
