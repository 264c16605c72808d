"""Tempo: how ticks and seconds follow each other, and which tempo a file's events mean."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studio.ground.errors import BadScore

TICKS_PER_BEAT = 480
TEMPO_RANGE_BPM = (20.0, 300.0)
MICROSECONDS_PER_MINUTE = 60_000_000
_SLOWEST, _FASTEST = (round(MICROSECONDS_PER_MINUTE / bpm) for bpm in TEMPO_RANGE_BPM)
_STANDARD = 500_000  # what a MIDI file means that names no tempo
_NO_MAP = "The tempos of this piece are damaged: ask for the piece again."
_STEADY = 0.25  # of the music that a tempo must hold for to be the tempo of a piece


class TempoMark(NamedTuple):
    """A quarter note lasts `quarter_microseconds`, as MIDI counts, from `start_tick` on."""

    start_tick: int
    quarter_microseconds: int

    @property
    def bpm(self) -> float:
        """Quarter notes a minute, two decimals."""
        return round(MICROSECONDS_PER_MINUTE / self.quarter_microseconds, 2)


@dataclass(frozen=True, slots=True)
class Clock:
    """The seconds of ticks and the ticks of seconds: from each of `ticks`, at `seconds`, a tick
    lasts `seconds_per_tick`. The first tick is 0, and so is its second."""

    ticks: tuple[int, ...]
    seconds: tuple[float, ...]
    seconds_per_tick: tuple[float, ...]

    @classmethod
    def of(cls, tempo_bpm: float, marks: Sequence[TempoMark] = ()) -> Clock:
        """One tempo, or where there are marks, the first at tick 0, theirs."""
        if not marks:
            return cls((0,), (0.0,), (60.0 / tempo_bpm / TICKS_PER_BEAT,))
        ticks = tuple(mark.start_tick for mark in marks)
        each = tuple(mark.quarter_microseconds / 1e6 / TICKS_PER_BEAT for mark in marks)
        seconds = [0.0]
        for begin, end, per_tick in zip(ticks, ticks[1:], each, strict=False):
            seconds.append(seconds[-1] + (end - begin) * per_tick)
        return cls(ticks, tuple(seconds), each)

    def seconds_at(self, tick: float) -> float:
        """When a tick is, counted from tick 0; before it as in the first tempo."""
        place = max(bisect_right(self.ticks, tick) - 1, 0)
        return self.seconds[place] + (tick - self.ticks[place]) * self.seconds_per_tick[place]

    def span(self, first_tick: float, last_tick: float) -> float:
        """How many seconds lie between two ticks; exact where the tempo is one."""
        if len(self.ticks) == 1:
            return (last_tick - first_tick) * self.seconds_per_tick[0]
        return self.seconds_at(last_tick) - self.seconds_at(first_tick)

    def tick_at(self, seconds: float) -> float:
        """The tick, whole or not, that is reached after so many seconds."""
        place = max(bisect_right(self.seconds, seconds) - 1, 0)
        return self.ticks[place] + (seconds - self.seconds[place]) / self.seconds_per_tick[place]


def tempo_map(marks: Iterable[Sequence[int]]) -> tuple[TempoMark, ...]:
    """Marks by tick, none that changes nothing; empty where the tempo is one. Raises BadScore for
    what is no map: one begins at tick 0, and all tempos are in `TEMPO_RANGE_BPM`."""
    try:
        found = sorted(TempoMark(*mark) for mark in marks)
    except TypeError as error:
        raise BadScore(_NO_MAP) from error
    for mark in found:
        if any(type(number) is not int for number in mark):
            raise BadScore(_NO_MAP)
        if not _FASTEST <= mark.quarter_microseconds <= _SLOWEST:
            raise BadScore(_NO_MAP)
    if len({mark.start_tick for mark in found}) < len(found) or (found and found[0].start_tick):
        raise BadScore(_NO_MAP)
    kept = changes(found)
    return kept if len(kept) > 1 else ()


def tempo_marks(events: Iterable[tuple[int, float]]) -> tuple[TempoMark, ...]:
    """A file's tempo events (tick, bpm) as marks from tick 0 on, by tick; of several at one tick
    the last counts, and a tempo out of `TEMPO_RANGE_BPM` is moved to its border."""
    found = {0: _STANDARD}
    for tick, bpm in sorted(events, key=lambda event: event[0]):
        wanted = round(MICROSECONDS_PER_MINUTE / max(bpm, 1e-3))
        found[max(tick, 0)] = min(max(wanted, _FASTEST), _SLOWEST)
    return changes(TempoMark(*mark) for mark in sorted(found.items()))


def changes(marks: Iterable[TempoMark]) -> tuple[TempoMark, ...]:
    """Marks without those that change nothing."""
    kept: list[TempoMark] = []
    for mark in marks:
        if not kept or kept[-1].quarter_microseconds != mark.quarter_microseconds:
            kept.append(mark)
    return tuple(kept)


def within(marks: Sequence[TempoMark], first_tick: int, last_tick: int) -> tuple[TempoMark, ...]:
    """The marks that are in force from one tick until before another, counted from the first."""
    before = max((i for i, mark in enumerate(marks) if mark.start_tick <= first_tick), default=0)
    inside = (mark for mark in marks[before:] if mark.start_tick < max(last_tick, first_tick + 1))
    return changes(TempoMark(max(m.start_tick - first_tick, 0), m.quarter_microseconds)
                   for m in inside)  # fmt: skip


def main_tempo_bpm(marks: Sequence[TempoMark], last_tick: int) -> float:
    """The tempo that holds longest until a tick; where none holds for a quarter of the music, as in
    a performance that breathes, the one in the middle of them all."""
    ends = [*(mark.start_tick for mark in marks[1:]), max(last_tick, marks[-1].start_tick + 1)]
    held: dict[float, int] = {}
    for mark, end in zip(marks, ends, strict=True):
        held[mark.bpm] = held.get(mark.bpm, 0) + end - mark.start_tick
    longest, whole = max(held, key=lambda bpm: held[bpm]), sum(held.values())
    if held[longest] >= _STEADY * whole:
        return longest
    passed = 0
    for bpm in sorted(held):
        passed += held[bpm]
        if 2 * passed >= whole:
            return bpm
    return longest
