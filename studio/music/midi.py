"""Reading and writing MIDI files: the only parser, with the limits that keep a bad file harmless.

Reading goes through symusic, behind size limits (mido and pretty_midi take gigabytes for a forged
header). Writing goes through mido, event by event, because the order matters to other programs:
a program change after the first note plays as piano there.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import NamedTuple, cast

import mido
import numpy as np
import symusic
from symusic.core import ScoreTick, TrackTick

from studio.ground.errors import BadMidi, BadScore
from studio.music.conductor import Conductor, KeyEvent, Marker, MetreEvent, TempoEvent
from studio.music.harmony import chord_marks
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
from studio.music.tempo import MICROSECONDS_PER_MINUTE, main_tempo_bpm, tempo_marks, within
from studio.music.theory import Key, parse_key, pitch_class_name

MAX_BYTES = 5_000_000
MAX_TRACKS = 64
MAX_NOTES = 100_000
MAX_SECONDS = 3600.0
MAX_BARS_IN_FILE = 8_000
MAX_TEMPOS = 20_000
DRUM_CHANNEL = 9
VOLUME, PAN = 7, 10  # controllers


@dataclass(frozen=True, slots=True)
class MidiFile:
    """What was read: the score, in `remarks` each thing that was moved, cut or dropped, and what
    the file's conductor says."""

    score: Score
    remarks: tuple[str, ...] = ()
    conductor: Conductor = field(default_factory=Conductor)


def read(data: bytes) -> MidiFile:
    """A Standard MIDI File as a score with every track that has notes, in its own order.

    Raises BadMidi where it is not one, holds no notes or is outside the limits of this module.
    """
    if len(data) > MAX_BYTES:
        raise BadMidi(f"This file is larger than {MAX_BYTES // 10**6} MB: choose a shorter piece.")
    if data[:4] != b"MThd":
        raise BadMidi("This is not a MIDI file: choose a file that ends in .mid.")
    try:
        parsed = cast(ScoreTick, symusic.Score.from_midi(data))
    except (RuntimeError, ValueError, MemoryError, UnicodeDecodeError) as error:
        raise BadMidi("This MIDI file is damaged and cannot be read: export it again.") from error
    return _accept(parsed)


def read_path(path: Path) -> MidiFile:
    """The MIDI file at `path`; raises BadMidi where it cannot be opened, and what `read` raises."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadMidi(f"{path.name} cannot be opened: check its name and place.") from error
    return read(data)


def _accept(parsed: ScoreTick) -> MidiFile:
    ticks_per_quarter = parsed.ticks_per_quarter
    if ticks_per_quarter <= 0:
        raise BadMidi("This MIDI file has no time base (zero ticks a beat): export it again.")
    tracks = [track for track in parsed.tracks if len(track.notes)]
    count = sum(len(track.notes) for track in tracks)
    if not count:
        raise BadMidi("This MIDI file holds no notes: choose one with a melody in it.")
    if len(tracks) > MAX_TRACKS or count > MAX_NOTES:
        raise BadMidi(
            f"This MIDI file has more than {MAX_TRACKS} tracks or {MAX_NOTES:,} notes: "
            "choose a shorter piece."
        )
    remarks: list[str] = []
    scale = TICKS_PER_BEAT / ticks_per_quarter
    last_tick = max(int(track.end()) for track in tracks) * scale
    metre, metre_start = _metre(parsed, last_tick / scale)
    # a pickup written as a short first bar must not shift the bars that follow
    shift = -round(metre_start * scale) % metre.bar_ticks
    events = _events(parsed, scale, shift)
    if len(events.tempos) > MAX_TEMPOS:
        raise BadMidi(f"This MIDI file has more than {MAX_TEMPOS:,} tempos: export it again.")
    tempos = tempo_marks(events.tempos)
    remarks += _tempo_remarks(events)
    tempo_bpm = main_tempo_bpm(tempos, round(last_tick) + shift)
    too_long = Clock.of(tempo_bpm, tempos).seconds_at(last_tick) > MAX_SECONDS
    if too_long or last_tick > MAX_BARS_IN_FILE * metre.bar_ticks:
        raise BadMidi("This MIDI file is longer than an hour: cut it to a few minutes.")
    read_tracks = tuple(
        _track(track, number, scale, shift, remarks) for number, track in enumerate(tracks, start=1)
    )
    markers = [ChordMark(round(m.time * scale) + shift, _text(m, "text")) for m in parsed.markers]
    score = Score(
        read_tracks,
        tempo_bpm,
        metre,
        _key(parsed),
        chord_marks(markers, metre.bar_ticks),
        tempos=within(tempos, 0, round(last_tick) + shift),
    )
    return MidiFile(score, tuple(remarks), events)


def _events(parsed: ScoreTick, scale: float, shift: int) -> Conductor:
    def at(tick: int) -> int:
        return round(tick * scale) + shift

    return Conductor(
        tuple(TempoEvent(at(t.time), float(t.qpm)) for t in parsed.tempos),
        tuple(MetreEvent(at(s.time), s.numerator, s.denominator) for s in parsed.time_signatures),
        tuple(KeyEvent(at(k.time), int(k.key), int(k.tonality)) for k in parsed.key_signatures),
        tuple(Marker(at(m.time), _text(m, "text")) for m in parsed.markers),
        shift,
    )


def _track(track: TrackTick, number: int, scale: float, shift: int, remarks: list[str]) -> Track:
    columns = track.notes.numpy()
    starts = np.rint(columns["time"] * scale).astype(int) + shift
    ends = np.rint((columns["time"] + columns["duration"]) * scale).astype(int) + shift
    name = _text(track, "name") or f"Track {number}"
    usable = (starts >= 0) & (columns["velocity"] > 0)
    if not usable.all():
        remarks.append(f"{name}: {int((~usable).sum())} silent or misplaced notes were dropped.")
    notes = tuple(
        Note(start, pitch, max(end - start, 1), velocity)
        for start, end, pitch, velocity in zip(
            starts[usable].tolist(),
            ends[usable].tolist(),
            (columns["pitch"][usable] & 127).tolist(),
            np.minimum(columns["velocity"][usable], 127).tolist(),
            strict=True,
        )
    )
    return Track(name, notes, int(track.program) & 127, bool(track.is_drum))


def _tempo_remarks(events: Conductor) -> list[str]:
    low, high = TEMPO_RANGE_BPM
    return [
        f"The tempo of {bpm:.4g} bpm was moved to {low if bpm < low else high:g} bpm."
        for bpm in dict.fromkeys(event.bpm for event in events.tempos)
        if not low - 0.5 <= bpm <= high + 0.5
    ][:4]


def _metre(parsed: ScoreTick, last_tick: float) -> tuple[Metre, int]:
    """The metre that holds longest, and the file's tick from which its bars count."""
    signatures = sorted(parsed.time_signatures, key=lambda signature: signature.time)
    if not signatures:
        return Metre(), 0
    ends = [*(signature.time for signature in signatures[1:]), max(last_tick, signatures[-1].time)]
    held: dict[tuple[int, int], float] = {}
    for signature, end in zip(signatures, ends, strict=True):
        name = (signature.numerator, signature.denominator)
        held[name] = held.get(name, 0) + end - signature.time
    beats, unit = max(held, key=lambda name: held[name])
    start = next(s.time for s in signatures if (s.numerator, s.denominator) == (beats, unit))
    try:
        return Metre(beats, unit), start
    except BadScore:
        return Metre(), 0


def _key(parsed: ScoreTick) -> str | None:
    if not len(parsed.key_signatures):
        return None
    signature = parsed.key_signatures[0]
    if not -7 <= signature.key <= 7:
        return None
    return str(Key.of_signature(signature.key, bool(signature.tonality)))


def _text(item: object, attribute: str) -> str:
    try:
        return str(getattr(item, attribute))
    except UnicodeDecodeError:  # a name in an old encoding is not worth a refusal
        return ""


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
