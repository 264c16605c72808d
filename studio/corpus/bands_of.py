"""What band a set of songs makes: for each part the instrument, range and loudness it has most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

import numpy as np

from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import LAYOUTS
from studio.corpus.reading import Song
from studio.music.instruments import (
    BASS_ACCENTS,
    JAZZ_KIT_ACCENTS,
    KEYS_ACCENTS,
    KIT,
    ROCK_KIT_ACCENTS,
    Part,
    kit_rows,
)
from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Note

_FLAT = 1.0  # velocities that spread less were typed in
_DRUMS, _BASS = "Drums", "Bass"
_OCTAVE = 12  # a part that cannot reach every pitch class cannot play every chord
_HIGHEST = 127
_FEW_PERCENT = 5  # of steps and songs, at either end, that a part need not do justice to
_MOST_VOICES = 6
_QUIETEST, _LOUDEST = 40, 96
# where the files have no dynamics: loudness of the shipped bands' parts
_VELOCITIES = {"Bass": 64, "Keys": 58, "Guitar": 58, "Strings": 66, "Winds": 62, "Drums": 82}
_OF_VOICES, _VOICE_VELOCITY = ("chorale", "voices"), 72
_MELODY_VELOCITY = Note(0, 60, 1).velocity  # what a melody has that was not played


@dataclass(frozen=True, slots=True)
class PartUse:
    """How a song plays a part: the General MIDI `program` that plays most of it, the pitches
    `low`-`high` between which nearly all of it lies, how many `voices` sound together nearly all of
    the time, and its mean `velocity` to a melody of the usual one, 0 where the file has no
    dynamics."""

    program: int
    low: int
    high: int
    voices: int
    velocity: int


def band_of(pieces: Sequence[LaidOut], first: Song) -> tuple[PartUse, ...]:
    """How a song plays each part, by its laid-out pieces; `first` is what of the song was laid out
    as the first of them."""
    programs = _programs(first, pieces[0])
    return tuple(
        PartUse(
            program,
            *_range(pieces, number),
            voices=_voices(pieces, number),
            velocity=_velocity(pieces, number),
        )
        for number, program in enumerate(programs, 1)
    )


def parts_of(layout: str, bands: Sequence[Sequence[PartUse]]) -> tuple[Part, ...]:
    """The parts of a band that learns from songs laid out so; none where there are no songs."""
    if not bands:
        return ()
    columns = zip(*bands, strict=True)
    return tuple(
        _part(title, layout, column)
        for title, column in zip(LAYOUTS[layout].parts, columns, strict=True)
    )


def _part(title: str, layout: str, played: Sequence[PartUse]) -> Part:
    drums = title == _DRUMS
    one_voice = title == _BASS or layout in _OF_VOICES
    loud = [one.velocity for one in played if one.velocity]
    usual = _VOICE_VELOCITY if layout in _OF_VOICES else _VELOCITIES[title]
    velocity = round(mean(loud)) if loud else usual
    low = round(float(np.percentile([one.low for one in played], _FEW_PERCENT)))
    high = round(float(np.percentile([one.high for one in played], 100 - _FEW_PERCENT)))
    low = max(min(low, (low + high - _OCTAVE) // 2), 0)
    return Part(
        title,
        0 if drums else Counter(one.program for one in played).most_common(1)[0][0],
        1 if one_voice else round(median(one.voices for one in played)),
        min(KIT) if drums else low,
        max(KIT) if drums else min(max(high, low + _OCTAVE), _HIGHEST),
        min(max(velocity, _QUIETEST), _LOUDEST),
        drums,
        _accents(title, layout),
    )


def mean_velocity(songs: Iterable[LaidOut], part: int) -> int:
    """The mean over songs of the mean velocity of their track `part`; 0 where there are none."""
    means = [
        float(np.mean([note.velocity for note in notes]))
        for notes in (song.score.tracks[part].notes for song in songs)
        if not is_flat(notes)
    ]
    return round(float(np.mean(means))) if means else 0


def is_flat(notes: Sequence[Note]) -> bool:
    """Whether a part was typed in rather than played."""
    return not notes or float(np.std([note.velocity for note in notes])) < _FLAT


def _programs(song: Song, laid_out: LaidOut) -> list[int]:
    """The notes of each part are looked for in the file's tracks, by beat and pitch; an octave away
    they count half."""
    votes: list[Counter[int]] = [Counter() for _ in laid_out.score.tracks[1:]]
    for track in song.score.tracks:
        if track.is_drum:
            continue
        there = {_place(note, note.pitch) for note in track.notes}
        near = {(beat, pitch % _OCTAVE) for beat, pitch in there}
        for vote, part in zip(votes, laid_out.score.tracks[1:], strict=True):
            places = [_place(note, note.pitch) for note in part.notes]
            hits = [(p in there) + ((p[0], p[1] % _OCTAVE) in near) for p in places]
            vote[track.program] += sum(hits)
    return [vote.most_common(1)[0][0] if vote else 0 for vote in votes]


def _place(note: Note, pitch: int) -> tuple[int, int]:
    """The beat, counted in whole sixteenths: swing that was made even stays within it."""
    return round(note.start_tick / STEP_TICKS) * STEP_TICKS // TICKS_PER_BEAT, pitch


def _range(pieces: Sequence[LaidOut], track: int) -> tuple[int, int]:
    pitches = [note.pitch for piece in pieces for note in piece.score.tracks[track].notes]
    low, high = np.percentile(pitches, (_FEW_PERCENT / 5, 100 - _FEW_PERCENT / 5)).tolist()
    return round(low), round(high)


def _velocity(pieces: Sequence[LaidOut], track: int) -> int:
    own, melody = mean_velocity(pieces, track), mean_velocity(pieces, 0)
    return min(max(own - melody + _MELODY_VELOCITY, _QUIETEST), _LOUDEST) if own and melody else 0


def _voices(pieces: Sequence[LaidOut], track: int) -> int:
    """How many notes sound together, or are struck together on a kit, nearly all of the time."""
    together: list[int] = []
    for piece in pieces:
        played = piece.score.tracks[track]
        counts: Counter[int] = Counter()
        for note in played.notes:
            last = note.start_tick + 1 if played.is_drum else note.end_tick
            counts.update(range(note.start_tick // STEP_TICKS, -(-last // STEP_TICKS)))
        together += counts.values()
    usual = float(np.percentile(together, 100 - _FEW_PERCENT))
    return min(max(round(usual), 1), _MOST_VOICES)


def _accents(title: str, layout: str) -> tuple[tuple[int, ...], ...]:
    """How people accent a rhythm section; strings, winds and voices are played evenly."""
    if title == _DRUMS:
        return kit_rows(JAZZ_KIT_ACCENTS if layout == "jazz" else ROCK_KIT_ACCENTS)
    if layout in (*_OF_VOICES, "symphony", "quartet"):
        return ()
    return (BASS_ACCENTS,) if title == _BASS else (KEYS_ACCENTS,)
