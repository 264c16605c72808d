"""What a training file says beside its notes: where the metre changes, which track is which.

The bytes have passed `studio.music.midi.read` and its limits before they come here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import cast

import symusic
from symusic.core import ScoreSecond, ScoreTick

from studio.ground.errors import BadScore
from studio.music.melody import likeliest_melody
from studio.music.score import TICKS_PER_BEAT, Metre, Score, Track

_HEADER = struct.Struct(">4sIHHH")


def metre_changes(data: bytes, score: Score) -> tuple[tuple[int, Metre], ...]:
    """Each metre of the file and the tick of the score from which it holds, the first at tick 0.

    A first metre that does not outlast a bar of the second is a pickup and counts as that bar.
    """
    parsed = _parse(data)
    if parsed is None or not parsed.time_signatures:
        return ((0, score.metre),)
    shift = _shift_ticks(parsed, score)
    changes: list[tuple[int, Metre]] = []
    for signature in sorted(parsed.time_signatures, key=lambda signature: signature.time):
        tick = round(signature.time * TICKS_PER_BEAT / parsed.ticks_per_quarter) + shift
        try:
            metre = Metre(signature.numerator, signature.denominator)
        except BadScore:
            metre = Metre()  # as studio.music.midi reads it
        if changes and tick <= metre.bar_ticks:
            changes = []
        if not changes or changes[-1][1] != metre:
            changes.append((tick if changes else 0, metre))
    return tuple(changes)


def _shift_ticks(parsed: ScoreTick, score: Score) -> int:
    """By how much reading moved the score, so that a pickup does not shift its bars."""
    columns = [track.notes.numpy() for track in parsed.tracks if len(track.notes)]
    sounding = [c["time"][(c["velocity"] > 0) & (c["time"] >= 0)] for c in columns]
    first = min((int(times.min()) for times in sounding if len(times)), default=0)
    in_score = min((t.notes[0].start_tick for t in score.tracks if t.notes), default=0)
    return in_score - round(first * TICKS_PER_BEAT / parsed.ticks_per_quarter)


def seconds_of(data: bytes) -> list[list[tuple[float, float]]]:
    """When each note of each track with notes begins and ends, in seconds by the file's tempos, in
    the order of `studio.music.midi.read`'s tracks; of a file whose bars reading does not move."""
    parsed = _parse(data)
    if parsed is None:
        return []
    found = []
    for track in cast(ScoreSecond, parsed.to("second")).tracks:
        notes = track.notes.numpy()
        heard = notes["velocity"] > 0
        names = ("time", "pitch", "duration")
        rows = sorted(zip(*(notes[name][heard].tolist() for name in names), strict=True))
        found.append([(start, start + duration) for start, _, duration in rows])
    return [notes for notes in found if notes]


def named_track(data: bytes, tracks: Sequence[Track], number: int) -> int | None:
    """Where the MIDI file's track `number`, counted from 0, stands among the score's tracks, which
    leave out empty ones and keep channels apart: of several channels, the likeliest melody. None
    where that track is empty or there is none."""
    chunks = _track_chunks(data)
    if number >= len(chunks):
        return None
    first = _tracks_with_notes(data, chunks[:number])
    last = _tracks_with_notes(data, chunks[: number + 1])
    own = [track for track in tracks[first:last] if not track.is_drum]
    return tracks.index(own[likeliest_melody(own)], first) if own else None


def _track_chunks(data: bytes) -> list[bytes]:
    chunks = []
    at = 8 + _HEADER.unpack_from(data)[1]
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            chunks.append(data[at : at + 8 + length])
        at += 8 + length
    return chunks


def _tracks_with_notes(data: bytes, chunks: list[bytes]) -> int:
    division = _HEADER.unpack_from(data)[4]
    header = _HEADER.pack(b"MThd", 6, 1, len(chunks), division)
    parsed = _parse(header + b"".join(chunks)) if chunks else None
    return sum(bool(len(track.notes)) for track in parsed.tracks) if parsed else 0


def _parse(data: bytes) -> ScoreTick | None:
    try:
        return cast(ScoreTick, symusic.Score.from_midi(data))
    except (RuntimeError, ValueError, MemoryError, UnicodeDecodeError):
        return None
