"""Reading and writing MIDI files, with the limits that keep a bad file harmless.

Reading goes through `smf`, `tracks` and `conductor`: other parsers refuse or tear what players
play, and mido and pretty_midi take gigabytes for a forged header. Writing goes through mido, event
by event, because the order matters to other programs: a program change after the first note plays
as piano there.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import mido

from studio.ground.errors import BadMidi, BadScore
from studio.music import encodings, file_facts, smf
from studio.music.conductor import Conductor, conductor_of
from studio.music.harmony import chord_marks
from studio.music.playback import Playback as Playback
from studio.music.playback import PlaybackPart as PlaybackPart
from studio.music.playback import playback_of
from studio.music.score import (
    TEMPO_RANGE_BPM,
    TICKS_PER_BEAT,
    ChordMark,
    Clock,
    Metre,
    Note,
    Score,
    TempoMark,
    Track,
    one_at_a_time,
)
from studio.music.smf import MAX_NOTES as MAX_NOTES
from studio.music.smf import MAX_TRACKS as MAX_TRACKS
from studio.music.smf import EventFile
from studio.music.tempo import MICROSECONDS_PER_MINUTE, main_tempo_bpm, tempo_marks, within
from studio.music.theory import Key, parse_key, pitch_class_name
from studio.music.tracks import DRUM_CHANNEL, FilePart, parts_of

SUFFIXES = (".mid", ".midi", ".kar", ".rmi", ".smf")  # of files that are read
MAX_BYTES = 5_000_000
MAX_SECONDS = 3600.0
_TOO_LONG = "This MIDI file is longer than an hour: cut it to a few minutes."
MAX_BARS_IN_FILE = 8_000
MAX_TEMPOS = 20_000
VOLUME, PAN = 7, 10  # controllers


@dataclass(frozen=True, slots=True)
class Source:
    """Where a track of a score was in its file, by file tracks from 0, and in `losses` what of it
    is not in its notes, a sentence each."""

    track: int
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MidiFile:
    """What was read: the score, in `remarks` each thing that was moved, cut or dropped, what the
    file's conductor says, and the `sources` of the score's tracks."""

    score: Score
    remarks: tuple[str, ...] = ()
    conductor: Conductor = field(default_factory=Conductor)
    sources: tuple[Source, ...] = ()


def read(data: bytes) -> MidiFile:
    """A Standard MIDI File as a score with every part that has notes, in the file's order.

    Raises BadMidi where it is not one, holds no notes or is outside the limits of this module.
    """
    return _accept(_parse(data))


def read_path(path: Path) -> MidiFile:
    """The MIDI file at `path`; raises BadMidi where it cannot be opened, and what `read` raises."""
    return read(_bytes(path))


def read_playback(path: Path) -> Playback:
    """The MIDI file at `path` as it is to be played; raises BadMidi as `read_path` does."""
    file = _parse(_bytes(path))
    decode = partial(encodings.decoded, encoding=encodings.encoding_of(file_facts.names(file)))
    parts = _parts(file, decode)
    scale = TICKS_PER_BEAT / file.ticks_per_quarter
    tracks = [_track(part, number, scale, 0) for number, part in enumerate(parts, start=1)]
    playback = playback_of(file, parts, tracks, conductor_of(file, decode).tempos)
    if playback.duration_seconds > MAX_SECONDS:
        raise BadMidi(_TOO_LONG)
    return playback


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadMidi(f"{path.name} cannot be opened: check its name and place.") from error


def _parse(data: bytes) -> EventFile:
    if len(data) > MAX_BYTES:
        raise BadMidi(f"This file is larger than {MAX_BYTES // 10**6} MB: choose a shorter piece.")
    return smf.parse(data)


def _parts(file: EventFile, decode: Callable[[bytes], str]) -> list[FilePart]:
    parts = parts_of(file, decode)
    count = sum(len(part.notes) for part in parts)
    if not count:
        raise BadMidi("This MIDI file holds no notes: choose one with a melody in it.")
    if len(parts) > MAX_TRACKS or count > MAX_NOTES:
        raise smf.too_much()
    return parts


def _accept(file: EventFile) -> MidiFile:
    encoding = encodings.encoding_of(file_facts.names(file))
    decode = partial(encodings.decoded, encoding=encoding)
    parts = _parts(file, decode)
    remarks = file_facts.remarks(file, decode, encoding)
    scale = TICKS_PER_BEAT / file.ticks_per_quarter
    last_tick = max(note[1] for part in parts for note in part.notes) * scale
    said = conductor_of(file, decode)
    metre, metre_start = _metre(said, last_tick)
    # a pickup written as a short first bar must not shift the bars that follow
    shift = -metre_start % metre.bar_ticks
    events = said.moved(shift)
    if len(events.tempos) > MAX_TEMPOS:
        raise BadMidi(f"This MIDI file has more than {MAX_TEMPOS:,} tempos: export it again.")
    tempos = tempo_marks(events.tempos)
    remarks += _tempo_remarks(events)
    tempo_bpm = main_tempo_bpm(tempos, round(last_tick) + shift)
    too_long = Clock.of(tempo_bpm, tempos).seconds_at(last_tick) > MAX_SECONDS
    if too_long or last_tick > MAX_BARS_IN_FILE * metre.bar_ticks:
        raise BadMidi(_TOO_LONG)
    markers = [ChordMark(marker.tick, marker.text) for marker in events.markers]
    score = Score(
        tuple(_track(part, number, scale, shift) for number, part in enumerate(parts, start=1)),
        tempo_bpm,
        metre,
        _key(events),
        chord_marks(markers, metre.bar_ticks),
        tempos=within(tempos, 0, round(last_tick) + shift),
    )
    sources = tuple(Source(part.track, part.losses) for part in parts)
    return MidiFile(score, tuple(remarks), events, sources)


def _track(part: FilePart, number: int, scale: float, shift: int) -> Track:
    notes = []
    for start, end, pitch, velocity in part.notes:
        start_tick = round(start * scale)
        length = max(round(end * scale) - start_tick, 1)
        notes.append(Note(start_tick + shift, pitch, length, velocity))
    return Track(part.name or f"Track {number}", tuple(notes), part.program, part.is_drum)


def _tempo_remarks(events: Conductor) -> list[str]:
    low, high = TEMPO_RANGE_BPM
    return [
        f"The tempo of {bpm:.4g} bpm was moved to {low if bpm < low else high:g} bpm."
        for bpm in dict.fromkeys(event.bpm for event in events.tempos)
        if not low - 0.5 <= bpm <= high + 0.5
    ][:4]


def _metre(said: Conductor, last_tick: float) -> tuple[Metre, int]:
    """The metre that holds longest, and the tick from which its bars count."""
    if not said.metres:
        return Metre(), 0
    ends = [*(event.tick for event in said.metres[1:]), max(last_tick, said.metres[-1].tick)]
    held: dict[tuple[int, int], float] = {}
    for (tick, *name), end in zip(said.metres, ends, strict=True):
        held[name[0], name[1]] = held.get((name[0], name[1]), 0) + end - tick
    beats, unit = max(held, key=lambda name: held[name])
    start = next(event.tick for event in said.metres if event[1:] == (beats, unit))
    try:
        return Metre(beats, unit), start
    except BadScore:
        return Metre(), 0


def _key(said: Conductor) -> str | None:
    if not said.keys or not -7 <= said.keys[0].sharps <= 7:
        return None
    return str(Key.of_signature(said.keys[0].sharps, bool(said.keys[0].mode)))


class Fader(NamedTuple):
    """How loud a part is and where it stands: controller 7, 0 to 127, of which 100 is plain, and
    controller 10, 0 (left) to 127, of which 64 is the middle."""

    volume: int = 100
    pan: int = 64


def write(score: Score, faders: Sequence[Fader] = ()) -> bytes:
    """A type 1 MIDI file: a conductor track, then one named track a part in the score's order.

    Tempo, metre, key and chords (as markers) stand in the first track; each part has its program
    change at tick 0 before any note, and its fader where `faders`, one a part, are given; drums are
    on channel 10. Parts that share a channel share the loudest one's fader. The same score gives
    the same bytes.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_conductor_track(score))
    melodic_channels = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    melodic = cycle(melodic_channels)
    channels = [DRUM_CHANNEL if track.is_drum else next(melodic) for track in score.tracks]
    on_channel: dict[int, Fader] = {}
    for channel, fader in zip(channels, faders, strict=False):
        on_channel[channel] = max(fader, on_channel.get(channel, fader))
    for track, channel in zip(score.tracks, channels, strict=True):
        file.tracks.append(_part(track, channel, on_channel.get(channel)))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _conductor_track(score: Score) -> mido.MidiTrack:
    one = TempoMark(0, round(MICROSECONDS_PER_MINUTE / score.tempo_bpm))
    first, *later = (
        (tick, mido.MetaMessage("set_tempo", tempo=microseconds))
        for tick, microseconds in score.tempos or (one,)
    )
    events: list[tuple[int, mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=score.title)),
        first,
        (
            0,
            mido.MetaMessage(
                "time_signature", numerator=score.metre.beats, denominator=score.metre.unit
            ),
        ),
    ]
    key = parse_key(score.key) if score.key else None
    if key is not None:
        name = pitch_class_name(key.tonic, key) + "m" * key.minor
        events.append((0, mido.MetaMessage("key_signature", key=name)))
    events += [(c.start_tick, mido.MetaMessage("marker", text=c.symbol)) for c in score.chords]
    return _delta_track(sorted([*events, *later], key=lambda event: event[0]))


def _part(track: Track, channel: int, fader: Fader | None) -> mido.MidiTrack:
    notes: list[tuple[int, int, mido.Message]] = []
    for note in one_at_a_time(track).notes:
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)
        # at one tick notes end before others begin, or a repeated note would be cut at once
        notes += [(note.start_tick, 1, on), (note.end_tick, 0, off)]
    notes.sort(key=lambda event: (event[0], event[1], event[2].note))
    head: list[tuple[int, mido.Message | mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=track.name)),
        (0, mido.Message("program_change", channel=channel, program=track.program)),
    ]
    if fader is not None:
        for control, value in ((VOLUME, fader.volume), (PAN, fader.pan)):
            message = mido.Message("control_change", channel=channel, control=control, value=value)
            head.append((0, message))
    return _delta_track(head + [(tick, message) for tick, _, message in notes])


def _delta_track(events: list[tuple[int, mido.Message | mido.MetaMessage]]) -> mido.MidiTrack:
    track = mido.MidiTrack()
    now = 0
    for tick, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    return track
