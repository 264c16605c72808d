"""Standard MIDI Files as events, read as far as they make sense.

Files that people have are wrapped in RIFF, name lengths that are not theirs, keep running status
where the standard ends it, or break off. What a player would still play is read here; that a track
broke off is told. Time and memory are bounded by the bytes and by MAX_EVENTS, whatever they claim.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from studio.ground.errors import BadMidi

MAX_TRACKS = 64  # with notes
MAX_NOTES = 100_000
MAX_EVENTS = 5 * MAX_NOTES
_MAX_CHUNKS = 1_000
TEXT, COPYRIGHT, NAME, INSTRUMENT, LYRIC, MARKER, CUE = range(1, 8)
PREFIX, END, TEMPO, METRE, KEY = 0x20, 0x2F, 0x51, 0x58, 0x59
OFF, ON, TOUCH, CONTROL, PROGRAM, PRESSURE, BEND = (0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0)
SYSEX = -1
_SYSEX, _SONG_POSITION, _ESCAPE, _META = 0xF0, 0xF2, 0xF7, 0xFF
_ONE_BYTE = (0xF1, 0xF3)
_HEADER_BYTES, _LONGEST_HEADER = 14, 1_000
_WRAPPER_BYTES = 4096  # of what other programs put before a file; a RIFF may have more
_DEFAULT_TEMPO = (500_000).to_bytes(3, "big")  # microseconds a quarter note


@dataclass(slots=True)
class EventTrack:
    """The events of one file track, times in the file's ticks from its start.

    `messages` are (tick, status byte with its channel, first, second data byte), the second 0 where
    there is none; `metas` (tick, kind, content), kind `SYSEX` for a system message; the track ends
    at `end_tick`, and `is_whole` says whether it could be read to there.
    """

    messages: list[tuple[int, int, int, int]] = field(default_factory=list)
    metas: list[tuple[int, int, bytes]] = field(default_factory=list)
    end_tick: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file's tracks, of which the file says there are `track_count`; `format` is 0, 1 or 2, and
    `is_filmed` says that time was counted in a film's frames, so that its one tempo is a guess."""

    tracks: tuple[EventTrack, ...]
    ticks_per_quarter: float
    format: int
    track_count: int
    is_filmed: bool = False


def parse(data: bytes) -> EventFile:
    """The events of a Standard MIDI File; raises BadMidi where the bytes are none, have no time
    base or more events than anybody plays."""
    limit = len(data) if data[:4] == b"RIFF" else _WRAPPER_BYTES
    start = data.find(b"MThd", 0, limit)
    if start < 0:
        raise BadMidi("This is not a MIDI file: choose a file that ends in .mid.")
    if len(data) < start + _HEADER_BYTES:
        raise _damaged()
    length, format_, count, division = struct.unpack_from(">IHHH", data, start + 4)
    if length > _LONGEST_HEADER:
        raise _damaged()
    tracks: list[EventTrack] = []
    room = MAX_EVENTS
    if data[start - 8 : start - 4] == b"data":  # of a RIFF, which may hold a sound bank behind it
        end = start + int.from_bytes(data[start - 4 : start], "little")
        data = data[:end] if b"DLS " in data[end : end + 5] else data
    at = _next_track(data, start + 8 + length)
    while at >= 0:
        if len(tracks) == _MAX_CHUNKS:
            raise too_much()
        track, at = _track(data, at + 8, room)
        room -= len(track.messages) + len(track.metas)
        tracks.append(track)
    format_ = max(format_, 1) if len(tracks) > 1 else format_
    is_filmed = division >= 0x8000
    ticks = _ticks_of_frames(division, tracks) if is_filmed else float(division)
    if not ticks:
        raise BadMidi("This MIDI file has no time base (zero ticks a beat): export it again.")
    return EventFile(tuple(tracks), ticks, format_, count, is_filmed)


def too_much() -> BadMidi:
    """The refusal of a file that is larger than any piece."""
    return BadMidi(
        "This MIDI file has more than 64 tracks or 100,000 notes: choose a shorter piece."
    )


def _damaged() -> BadMidi:
    return BadMidi("This MIDI file is damaged and cannot be read: export it again.")


def _ticks_of_frames(division: int, tracks: list[EventTrack]) -> float:
    """The ticks of a quarter note in a file that counts a film's frames, 0 where it counts none.
    Its beats are those of the tempo at its start, which then is its only one: no other may change
    when its notes sound."""
    rate = 256 - (division >> 8)
    frames_per_second = 30_000 / 1001 if rate == 29 else float(rate)
    tempo = _DEFAULT_TEMPO
    for track in tracks:
        for tick, kind, content in track.metas:
            if kind == TEMPO and tick == 0 and any(content[:3]):
                tempo = content[:3]
        track.metas = [meta for meta in track.metas if meta[1] != TEMPO]
    if tracks:
        tracks[0].metas.insert(0, (0, TEMPO, tempo))
    return frames_per_second * (division & 0xFF) * int.from_bytes(tempo, "big") / 1e6


def _next_track(data: bytes, at: int) -> int:
    """Where the next track's chunk is, -1 after the last; other programs' chunks are passed over,
    for they may have anything in them."""
    while data[at : at + 4] != b"MTrk" and data[at : at + 4].isalnum():
        after = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if after > len(data):
            break
        at = after
    return data.find(b"MTrk", at)


def _track(data: bytes, start: int, room: int) -> tuple[EventTrack, int]:
    """The track whose events begin at `start`, and where the next one's chunk is, -1 after the
    last. Its length is believed where a chunk or the file's end follows."""
    end = start + int.from_bytes(data[start - 4 : start], "big")
    following = data[end : end + 4]
    is_sure = end == len(data) or following == b"MTrk"
    if not is_sure:
        found = data.find(b"MTrk", start)
        fits = end + 8 + int.from_bytes(data[end + 4 : end + 8], "big") <= len(data)
        is_sure = following.isalnum() and fits and not 0 <= found < end
        if not is_sure:
            end = found if found >= 0 else len(data)
    track = EventTrack()
    try:
        read = _read_events(data[start:end], track, room)
    except IndexError:
        track.is_whole = False
    else:
        track.is_whole = read is not None or is_sure
        end = end if read is None else start + read
    return track, _next_track(data, end)


def _read_events(data: bytes, track: EventTrack, room: int) -> int | None:
    """Reads events into `track`; the bytes up to the one that says the track ends, None where none
    does. Raises IndexError where the bytes break off in an event or make no sense."""
    messages, metas = track.messages, track.metas
    tick = at = status = 0
    size = len(data)
    while at < size:
        delta = data[at]
        at += 1
        if delta > 0x7F:
            delta &= 0x7F
            for _ in range(3):
                byte = data[at]
                at += 1
                delta = delta << 7 | byte & 0x7F
                if byte < 0x80:
                    break
            else:
                raise IndexError("no time has more than four bytes")
        byte = data[at]
        tick += delta
        track.end_tick = tick
        if byte < _SYSEX:
            if byte > 0x7F:
                status = byte
                at += 1
            elif not status:
                raise IndexError("data of no message")
            if PROGRAM <= status < BEND:
                messages.append((tick, status, data[at] & 0x7F, 0))
                at += 1
            else:
                second = data[at + 1]
                messages.append((tick, status, data[at] & 0x7F, second if second < 0x80 else 0x7F))
                at += 2
        elif byte in (_META, _SYSEX, _ESCAPE):
            kind = data[at + 1] if byte == _META else SYSEX
            at += 2 if byte == _META else 1
            length = 0
            for _ in range(4):
                part = data[at]
                at += 1
                length = length << 7 | part & 0x7F
                if part < 0x80:
                    break
            if kind == END:
                return at
            if at + length > size:
                raise IndexError("longer than the track")
            metas.append((tick, kind, data[at : at + length]))
            at += length
        else:  # real-time messages have no place in a file; running status outlives them
            at += 3 if byte == _SONG_POSITION else 2 if byte in _ONE_BYTE else 1
        if len(messages) + len(metas) > room:
            raise too_much()
    return None
