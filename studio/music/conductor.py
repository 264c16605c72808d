"""What a MIDI file says beside its notes, as it says it: what is believed of it is for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class TempoEvent(NamedTuple):
    """Quarter notes a minute, more than 0, from `tick` on."""

    tick: int
    bpm: float


class MetreEvent(NamedTuple):
    """A time signature from `tick` on; any numbers that a file can hold, so maybe no metre."""

    tick: int
    beats: int
    unit: int


class KeyEvent(NamedTuple):
    """A key signature from `tick` on: sharps, or flats below 0, as the file has them; `mode` is 0
    for major, 1 for minor, anything else where the file writes rubbish."""

    tick: int
    sharps: int
    mode: int


class Marker(NamedTuple):
    """A marker's text at `tick`."""

    tick: int
    text: str


@dataclass(frozen=True, slots=True)
class Conductor:
    """The events of all tracks of a file that hold for all of them, by tick, those of one tick in
    file order. Ticks are those of the score that was read (480 a quarter); the file itself begins
    at `origin_tick`, for reading may move all by a pickup."""

    tempos: tuple[TempoEvent, ...] = ()
    metres: tuple[MetreEvent, ...] = ()
    keys: tuple[KeyEvent, ...] = ()
    markers: tuple[Marker, ...] = ()
    origin_tick: int = 0
