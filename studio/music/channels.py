"""What each channel of a MIDI file's track plays: its notes with their ends, programs, controllers.

A note ends where its key is let go; where the file does not say, at "all notes off", where the key
is struck again, or with the track.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.music.smf import BEND, CONTROL, OFF, ON, PRESSURE, PROGRAM, TOUCH, EventTrack

FileNote = tuple[int, int, int, int]  # start and end in the file's ticks, pitch, velocity
BENDS, PEDAL, AFTERTOUCH, TIMBRE, MPE = "pitch bends", "pedal", "aftertouch", "timbre", "MPE"
_ALL_OFF = (120, *range(123, 128))
_NAMES = {
    0: "sound banks", 1: "modulation", 2: "breath", 5: "portamento", 7: "volume", 10: "pan",
    11: "expression", 32: "sound banks", 64: PEDAL, 65: "portamento", 66: PEDAL, 67: PEDAL,
    69: PEDAL, 84: "portamento", **dict.fromkeys(range(70, 80), TIMBRE),
    **dict.fromkeys(range(91, 96), "effects"),
    **dict.fromkeys((6, 38, *range(96, 102), *range(120, 128)), ""),  # resets, numbers of others
}  # fmt: skip
_AT_REST = {7: 100, 10: 64, 11: 127, **dict.fromkeys(range(70, 80), 64)}  # others 0
_BEND_AT_REST = 0x40  # of its coarse byte
_MPE_ZONE = (100, 6)  # the registered parameter by which MPE is announced


@dataclass(slots=True)
class Channel:
    """One channel of one file track: `programs` counts the notes that begin under each program,
    None before one is set, `endless` those whose end is guessed, and `controls` says what else
    moves the sound."""

    program: int | None = None
    notes: list[FileNote] = field(default_factory=list)
    programs: Counter[int | None] = field(default_factory=Counter)
    endless: int = 0
    controls: set[str] = field(default_factory=set)
    # strokes and releases (velocity 0) of each key since it was last at rest, and how many sound
    _strokes: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _sounding: dict[int, int] = field(default_factory=dict)

    def strike(self, tick: int, pitch: int, velocity: int) -> None:
        self.programs[self.program] += 1
        self._strokes.setdefault(pitch, []).append((tick, velocity))
        self._sounding[pitch] = self._sounding.get(pitch, 0) + 1

    def release(self, tick: int, pitch: int) -> None:
        """Lets a key go; of several strokes on it the first ends first."""
        sounding = self._sounding.get(pitch)
        if not sounding:
            return
        strokes = self._strokes[pitch]
        strokes.append((tick, 0))
        if sounding > 1:
            self._sounding[pitch] = sounding - 1
            return
        del self._sounding[pitch], self._strokes[pitch]
        ends = (at for at, velocity in strokes if not velocity)
        for start, velocity in strokes:
            if velocity:
                self.notes.append((start, next(ends), pitch, velocity))

    def silence(self, tick: int) -> int:
        """Ends what sounds, each note where its key is struck again or at `tick`; how many did."""
        for pitch, strokes in self._strokes.items():
            following = [*strokes[1:], (tick, 0)]
            for (start, velocity), (end, again) in zip(strokes, following, strict=True):
                if velocity and not (again and start == end):
                    self.notes.append((start, end, pitch, velocity))
        count = sum(self._sounding.values())
        self._strokes.clear()
        self._sounding.clear()
        return count


def channels_of(
    track: EventTrack, programs: Mapping[int, int], beat_ticks: float
) -> dict[int, Channel]:
    """The channels of a track by number; `programs` are those set for them elsewhere, `beat_ticks`
    the ticks of a quarter note, which a note lasts that begins as the track ends."""
    found: dict[int, Channel] = {}
    for tick, status, first, second in track.messages:
        number, kind = status & 0x0F, status & 0xF0
        channel = found.get(number)
        if channel is None:
            channel = found[number] = Channel(programs.get(number))
        if kind == ON and second:
            channel.strike(tick, first, second)
        elif kind in (ON, OFF):
            channel.release(tick, first)
        elif kind == PROGRAM:
            channel.program = first
        elif kind == CONTROL:
            if first in _ALL_OFF:
                channel.silence(tick)
            if second != _AT_REST.get(first, 0):
                channel.controls.add(_NAMES.get(first, "controllers"))
            if (first, second) == _MPE_ZONE:
                channel.controls.add(MPE)
        elif kind == BEND and second != _BEND_AT_REST:
            channel.controls.add(BENDS)
        elif (kind == TOUCH and second) or (kind == PRESSURE and first):
            channel.controls.add(AFTERTOUCH)
    last_tick = track.messages[-1][0] if track.messages else 0
    until = track.end_tick if track.end_tick > last_tick else last_tick + round(beat_ticks)
    for channel in found.values():
        channel.endless = channel.silence(until)
        channel.controls.discard("")
    return found
