"""A score as stems and as their sum: in memory, or straight into WAV files.

One rule of loudness for all: the parts are played at fixed levels (the melody a little forward),
and one gain, the same for every stem, brings the peak of the mix close to 0.97. Every stem lasts
as long as the piece and a tail of at most 2.5 seconds, cut where a 16-bit file would hold zeros.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.errors import SoundError
from studio.music.score import Score, Track
from studio.sound.encode import write_wav
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, gain_for, peak_of

TAIL_SECONDS = 2.5
MAX_MINUTES = 20
MAX_STEM_BYTES = 2**30
MELODY_LEVEL, BAND_LEVEL, DRUM_LEVEL = 1.0, 0.7, 0.7
_SILENCE = 2.0**-16  # half a step of a 16-bit sample


@dataclass(frozen=True, eq=False)
class Stems:
    """One stem a track: `audio` is float32, (parts, frames, 2), below 1.0 in the mix."""

    audio: Audio
    sample_rate_hz: int = SAMPLE_RATE_HZ

    def mix(self) -> Audio:
        """The mix, (frames, 2): the sum of the stems and nothing else."""
        total: Audio = self.audio.sum(axis=0)
        return total


def render_stems(score: Score, synth: Engine) -> Stems:
    """All stems in memory, for mute, solo and volume without a new render.

    Raises SoundError for a score without notes, over 20 minutes, or of over 1 GiB of stems.
    """
    frames = _piece_frames(score) + _tail_frames()
    audio_bytes = len(score.tracks) * frames * 2 * 4
    if audio_bytes > MAX_STEM_BYTES:
        raise SoundError("These stems are too long to hold at once: write them to a folder.")
    audio = np.zeros((len(score.tracks), frames, 2), np.float32)
    for stem, (track, level) in zip(audio, _parts(score), strict=True):
        synth.add_part(track, score.seconds_per_tick, stem, level)
    mix = audio.sum(axis=0)
    gain = gain_for(peak_of(mix))
    audio *= gain
    return Stems(audio[:, : _heard_frames(mix, gain, _piece_frames(score))])


def write_mix(score: Score, synth: Engine, path: Path) -> None:
    """The mix as a 16-bit stereo WAV; holds one stereo buffer, however many parts there are.

    The same samples as `render_stems(score, synth).mix()`. Raises SoundError for a score without
    notes or over 20 minutes, and for a path that cannot be written.
    """
    mix, gain = _mixdown(score, synth)
    mix *= gain
    write_wav(mix, path)


def write_stems(score: Score, synth: Engine, folder: Path) -> tuple[Path, ...]:
    """Each stem as a 16-bit stereo WAV named after its part; holds one stereo buffer at a time.

    The samples of `render_stems`. Plays the score twice: the gain is known once all is mixed.
    Makes the folder where need be; raises what `write_mix` raises.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SoundError(f"{folder} cannot be made: choose another folder.") from error
    mix, gain = _mixdown(score, synth)
    heard_frames = len(mix)
    del mix
    paths = []
    for number, (track, level) in enumerate(_parts(score), start=1):
        stem = np.zeros((_piece_frames(score) + _tail_frames(), 2), np.float32)
        synth.add_part(track, score.seconds_per_tick, stem, level)
        stem *= gain
        paths.append(folder / _file_name(number, track.name))
        write_wav(stem[:heard_frames], paths[-1])
    return tuple(paths)


def _mixdown(score: Score, synth: Engine) -> tuple[Audio, float]:
    """The mix before its gain, cut to what is heard, (frames, 2), and the gain."""
    piece_frames = _piece_frames(score)
    mix = np.zeros((piece_frames + _tail_frames(), 2), np.float32)
    for track, level in _parts(score):
        synth.add_part(track, score.seconds_per_tick, mix, level)
    gain = gain_for(peak_of(mix))
    return mix[: _heard_frames(mix, gain, piece_frames)], gain


def _parts(score: Score) -> Iterator[tuple[Track, float]]:
    for index, track in enumerate(score.tracks):
        level = MELODY_LEVEL if index == 0 else BAND_LEVEL
        yield track, DRUM_LEVEL if track.is_drum else level


def _piece_frames(score: Score) -> int:
    if score.note_count == 0:
        raise SoundError("There are no notes to play: record or open a melody first.")
    if score.duration_seconds > MAX_MINUTES * 60:
        raise SoundError(f"The score is over {MAX_MINUTES} minutes long: play a shorter one.")
    return math.ceil(score.duration_seconds * SAMPLE_RATE_HZ)


def _tail_frames() -> int:
    return round(TAIL_SECONDS * SAMPLE_RATE_HZ)


def _heard_frames(mix: Audio, gain: float, piece_frames: int) -> int:
    tail = np.abs(mix[piece_frames:]).max(axis=1) * gain
    heard = np.flatnonzero(tail >= _SILENCE)
    return piece_frames + (int(heard[-1]) + 1 if heard.size else 0)


def _file_name(number: int, part: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", part.casefold()).strip("-")
    return f"{number:02d}-{slug or 'part'}.wav"
