"""A score as sound, by one rule of loudness, wherever it is heard.

The parts are played at fixed levels (the melody a little forward), and one gain, the same for every
part, brings the peak of the plain mix close to 0.97. The sound lasts as long as the piece and a
tail of at most 2.5 seconds, cut where a 16-bit file would hold zeros.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from studio.ground import files
from studio.ground.errors import SoundError
from studio.music.midi import Playback
from studio.music.score import Score, Track
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, gain_for, peak_of
from studio.sound.wav import write_wav

TAIL_FRAMES = round(2.5 * SAMPLE_RATE_HZ)
MAX_MINUTES = 20
MELODY_LEVEL, BAND_LEVEL, DRUM_LEVEL = 1.0, 0.7, 0.7
_SILENCE = 2.0**-16  # half a step of a 16-bit sample


def render(
    piece: Score | Playback, synth: Engine, wav: Path, stems: Path | None = None
) -> tuple[Path, ...]:
    """The mix as a 16-bit stereo WAV, and where a folder for `stems` is given each part as one,
    named after it; returns these. A score's parts are played at our levels, a file as it is. Holds
    one stereo buffer at a time, however many parts there are.

    With stems it plays the piece twice: the gain is known once all is mixed. Raises SoundError for
    a piece without notes or over 20 minutes, and for a path that cannot be written.
    """
    if piece.note_count == 0:
        raise SoundError("There are no notes to play: record or open a melody first.")
    check_length(piece)
    mix = np.zeros((piece_frames(piece) + TAIL_FRAMES, 2), np.float32)
    for _, play in _players(piece, synth):
        play(mix)
    gain = gain_for(peak_of(mix))
    frames = piece_frames(piece) + tail_frames(mix[piece_frames(piece) :], gain)
    mix *= gain
    write_wav(mix[:frames], wav)
    del mix
    return () if stems is None else tuple(_write_stems(piece, synth, stems, gain, frames))


def _players(
    piece: Score | Playback, synth: Engine
) -> Iterator[tuple[str, Callable[[Audio], None]]]:
    """The name of each part, and what adds its sound to a buffer."""
    if isinstance(piece, Playback):
        for part in piece.parts:
            yield part.track.name, partial(synth.add_messages, part)
    else:
        for track, level in parts_of(piece):
            yield track.name, partial(synth.add_part, track, piece.clock, level=level)


def _write_stems(
    piece: Score | Playback, synth: Engine, folder: Path, gain: float, frames: int
) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SoundError(f"{folder} cannot be made: choose another folder.") from error
    for number, (name, play) in enumerate(_players(piece, synth), start=1):
        stem = np.zeros((piece_frames(piece) + TAIL_FRAMES, 2), np.float32)
        play(stem)
        stem *= gain
        path = folder / part_file(number, name)
        write_wav(stem[:frames], path)
        yield path


def play_part(score: Score, track: Track, level: float, synth: Engine) -> Audio:
    """A part of a score by itself before any gain, (frames, 2), as long as the piece and the
    longest tail."""
    audio = np.zeros((piece_frames(score) + TAIL_FRAMES, 2), np.float32)
    synth.add_part(track, score.clock, audio, level)
    return audio


def parts_of(score: Score) -> Iterator[tuple[Track, float]]:
    """Each part with the level at which it is played."""
    for index, track in enumerate(score.tracks):
        level = MELODY_LEVEL if index == 0 else BAND_LEVEL
        yield track, DRUM_LEVEL if track.is_drum else level


def piece_frames(piece: Score | Playback) -> int:
    """How long a piece is without its tail."""
    return math.ceil(piece.duration_seconds * SAMPLE_RATE_HZ)


def part_file(number: int, part: str) -> str:
    """What the sound of a part is called, the first part being 1: `02-bass.wav`."""
    return f"{number:02d}-{files.file_stem(part, 'part')}.wav"


def check_length(piece: Score | Playback) -> None:
    """Raises SoundError for a piece of over 20 minutes."""
    if piece.duration_seconds > MAX_MINUTES * 60:
        raise SoundError(f"The score is over {MAX_MINUTES} minutes long: play a shorter one.")


def tail_frames(tail: Audio, gain: float) -> int:
    """How many frames of the mix after the piece are heard; `tail` is before its gain."""
    heard = np.flatnonzero(np.abs(tail).max(axis=1) * gain >= _SILENCE)
    return int(heard[-1]) + 1 if heard.size else 0
