"""A MIDI file as it is to be played: whatever its channels are told, in seconds.

A score keeps notes; a file has the pedal, bends, volume, pan and later instruments beside them, in
any of its tracks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from studio.music.conductor import TempoEvent
from studio.music.score import TICKS_PER_BEAT, Clock, TempoMark, Track
from studio.music.smf import CONTROL, OFF, ON, EventFile
from studio.music.tempo import MICROSECONDS_PER_MINUTE
from studio.music.tracks import FilePart

_PEDAL, _ALL_NOTES_OFF = 64, 123  # controllers
_STANDARD = TempoMark(0, 500_000)  # what the MIDI standard says where a file names no tempo


class ChannelMessage(NamedTuple):
    """A status byte with its channel, and two data bytes, at a time from the file's start."""

    seconds: float
    status: int
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class PlaybackPart:
    """A part of a file: its notes alone as `track`, timed by `clock`, and all `messages` of its
    channels but for other parts' notes."""

    track: Track
    clock: Clock
    messages: tuple[ChannelMessage, ...]


@dataclass(frozen=True, slots=True)
class Playback:
    """A file's parts, and how long it sounds: until the last key or pedal is let go."""

    parts: tuple[PlaybackPart, ...]
    duration_seconds: float

    @property
    def note_count(self) -> int:
        return sum(len(part.track.notes) for part in self.parts)


def playback_of(
    file: EventFile,
    parts: Sequence[FilePart],
    tracks: Sequence[Track],
    tempos: Sequence[TempoEvent],
) -> Playback:
    """The file in all its tempos; `tracks` are its parts' notes."""
    scale = TICKS_PER_BEAT / file.ticks_per_quarter
    marks = {0: _STANDARD}
    for tick, bpm in tempos:
        marks[tick] = TempoMark(tick, round(MICROSECONDS_PER_MINUTE / bpm))
    clock = Clock.of(120, [marks[tick] for tick in sorted(marks)])
    last_tick = 0
    played = []
    for part, track in zip(parts, tracks, strict=True):
        messages = _messages(file, part)
        pedal = (tick for tick, status, first, _ in messages if is_pedal(status, first))
        last_tick = max(last_tick, *(note[1] for note in part.notes), *pedal)
        timed = (ChannelMessage(clock.seconds_at(tick * scale), *rest) for tick, *rest in messages)
        played.append(PlaybackPart(track, clock, tuple(timed)))
    return Playback(tuple(played), clock.seconds_at(last_tick * scale))


def is_pedal(status: int, controller: int) -> bool:
    """Whether a message moves the sustain pedal."""
    return status & 0xF0 == CONTROL and controller == _PEDAL


def _messages(file: EventFile, part: FilePart) -> list[tuple[int, int, int, int]]:
    """What the part's channels are told, by tick, and in the file's order at one; keys that are
    never let go are, where its last note ends."""
    told = [
        message
        for number, track in enumerate(file.tracks)
        for message in track.messages
        if message[1] & 0x0F in part.channels
        and (number == part.track or message[1] & 0xF0 not in (ON, OFF))
    ]
    end = max(note[1] for note in part.notes)
    told += [(end, CONTROL | channel, _ALL_NOTES_OFF, 0) for channel in part.channels]
    return sorted(told, key=itemgetter(0))
