"""A score as sound, by one rule of loudness, wherever it is heard.

Each part is played alone, brought to its level, kept from peaks that would hold back the others,
and heard in the room: that is its stem. One gain, the same for every stem, brings their sum to -16
LUFS, or as near as a true peak under -1 dB allows. The sound lasts as long as the piece and a tail
of at most 2.5 seconds, cut where a 16-bit file would hold zeros.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from studio.ground import files
from studio.ground.errors import SoundError
from studio.music.midi import Playback, PlaybackPart
from studio.music.score import Score, Track
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, gain_of_few_bits, settle
from studio.sound.limiter import limit
from studio.sound.meter import lufs_of, measure
from studio.sound.places import Place, pan_of, places
from studio.sound.room import add_room
from studio.sound.wav import CHUNK_FRAMES, write_wav

TAIL_FRAMES = round(2.5 * SAMPLE_RATE_HZ)
MAX_MINUTES = 20
LUFS, PEAK = -16.0, 10 ** (-1.05 / 20)  # of the mix; a true peak, and what 16 bits may add
_PART_LUFS = -26.0  # of a stem that is played as loud as is usual
_USUAL_LUFS = -36.0  # of a part as it comes from the synthesiser
_EVENNESS = 0.65  # how much of what a part is louder or softer than that is taken away
_CREST_DB = 8.0  # by how much the peaks of a stem may be over its loudness
_SILENCE = 2.0**-16  # half a step of a 16-bit sample


def render(
    piece: Score | Playback, synth: Engine, wav: Path, stems: Path | None = None
) -> tuple[Path, ...]:
    """The mix as a 16-bit stereo WAV, and where a folder for `stems` is given each part as one,
    named after it; returns these. A score's parts are at their places in the room, a file is as it
    is. Holds two stereo buffers at a time, however many parts there are.

    With stems it plays the piece twice: the gain is known once all is mixed. Raises SoundError for
    a piece without notes or over 20 minutes, and for a path that cannot be written.
    """
    if piece.note_count == 0:
        raise SoundError("There are no notes to play: record or open a melody first.")
    check_length(piece)
    mix = np.zeros((piece_frames(piece) + TAIL_FRAMES, 2), np.float32)
    for _, play in _players(piece, synth):
        mix += play()
    gain = gain_for(chunks(mix))
    frames = piece_frames(piece) + tail_frames(mix[piece_frames(piece) :], gain)
    mix *= gain
    write_wav(mix[:frames], wav)
    del mix
    return () if stems is None else tuple(_write_stems(piece, synth, stems, gain, frames))


def gain_for(mix: Iterable[Audio]) -> float:
    """The gain, at most 8 and a few bits long, that makes a mix, in blocks of (frames, 2), as loud
    as it should be; 1 where nothing is heard."""
    lufs, peak = measure(mix)
    if peak == 0:
        return 1.0
    loud = 10 ** ((LUFS - lufs) / 20) if math.isfinite(lufs) else math.inf
    return gain_of_few_bits(min(loud, PEAK / peak))


def chunks(audio: Audio) -> Iterator[Audio]:
    """The audio in blocks."""
    return (audio[at : at + CHUNK_FRAMES] for at in range(0, len(audio), CHUNK_FRAMES))


def _players(piece: Score | Playback, synth: Engine) -> Iterator[tuple[str, Callable[[], Audio]]]:
    """The name of each part, and what plays it, as long as the piece and the longest tail."""
    if isinstance(piece, Playback):
        for part in piece.parts:
            yield part.track.name, partial(_play_messages, piece, part, synth)
    else:
        for track, place in parts_of(piece):
            yield track.name, partial(play_part, piece, track, place, synth)


def _play_messages(piece: Playback, part: PlaybackPart, synth: Engine) -> Audio:
    audio = np.zeros((piece_frames(piece) + TAIL_FRAMES, 2), np.float32)
    synth.add_messages(part, audio)
    return audio


def _write_stems(
    piece: Score | Playback, synth: Engine, folder: Path, gain: float, frames: int
) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SoundError(f"{folder} cannot be made: choose another folder.") from error
    for number, (name, play) in enumerate(_players(piece, synth), start=1):
        stem = play()
        stem *= gain
        path = folder / part_file(number, name)
        write_wav(stem[:frames], path)
        yield path


def play_part(score: Score, track: Track, place: Place, synth: Engine) -> Audio:
    """A part of a score by itself, at its place and in the room, before the mix's gain, (frames,
    2), as long as the piece and the longest tail."""
    audio = np.zeros((piece_frames(score) + TAIL_FRAMES, 2), np.float32)
    synth.add_part(track, score.clock, audio, pan_of(track, place))
    lufs = lufs_of(audio)
    if math.isfinite(lufs):
        wanted = _PART_LUFS + place.level_db + (1 - _EVENNESS) * (lufs - _USUAL_LUFS)
        audio *= np.float32(10 ** ((wanted - lufs) / 20))
        limit(audio, 10 ** ((wanted + _CREST_DB) / 20))
    add_room(audio, place.room)
    settle(audio, len(audio))
    return audio


def parts_of(score: Score) -> Iterator[tuple[Track, Place]]:
    """Each part with its place in the band."""
    return zip(score.tracks, places(score.tracks), strict=True)


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
