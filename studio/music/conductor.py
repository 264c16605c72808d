"""What a MIDI file says beside its notes, as it says it: what is believed of it is for others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from studio.music import smf
from studio.music.smf import EventFile
from studio.music.tempo import MICROSECONDS_PER_MINUTE, TICKS_PER_BEAT


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

    def moved(self, ticks: int) -> Conductor:
        """All of it later by so many ticks."""
        return Conductor(
            tuple(event._replace(tick=event.tick + ticks) for event in self.tempos),
            tuple(event._replace(tick=event.tick + ticks) for event in self.metres),
            tuple(event._replace(tick=event.tick + ticks) for event in self.keys),
            tuple(event._replace(tick=event.tick + ticks) for event in self.markers),
            self.origin_tick + ticks,
        )


def conductor_of(file: EventFile, decode: Callable[[bytes], str]) -> Conductor:
    """What a file's tracks, any of them, say for all; events that are cut short say nothing."""
    scale = TICKS_PER_BEAT / file.ticks_per_quarter
    tempos: list[TempoEvent] = []
    metres: list[MetreEvent] = []
    keys: list[KeyEvent] = []
    markers: list[Marker] = []
    for at, kind, content in sorted(
        (meta for track in file.tracks for meta in track.metas), key=itemgetter(0)
    ):
        tick = round(at * scale)
        if kind == smf.TEMPO and any(content[:3]) and len(content) >= 3:
            microseconds = int.from_bytes(content[:3], "big")
            tempos.append(TempoEvent(tick, MICROSECONDS_PER_MINUTE / microseconds))
        elif kind == smf.METRE and len(content) >= 2:
            metres.append(MetreEvent(tick, content[0], 2 ** min(content[1], 32)))
        elif kind == smf.KEY and len(content) >= 2:
            keys.append(KeyEvent(tick, int.from_bytes(content[:1], signed=True), content[1]))
        elif kind == smf.MARKER:
            markers.append(Marker(tick, decode(content)))
    return Conductor(tuple(tempos), tuple(metres), tuple(keys), tuple(markers))
