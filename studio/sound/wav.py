"""Audio into files, whole or not at all: WAV of 16 bits to listen to and of 24 for stems that are
mixed, and Ogg Vorbis for what a browser plays.

A stem is kept before any gain, a quarter of its level, so that 24 bits hold its every sample: the
engine's are multiples of 2^-17, and below 4. Its Vorbis file, a tenth as large, has it as the
engine plays it, and begins at the same sample: Vorbis has no delay that a decoder must know of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from studio.ground import files
from studio.ground.errors import SoundError
from studio.sound.engine import SAMPLE_RATE_HZ, Audio

CHUNK_FRAMES = 65_536
_ENCODED_FRAMES = 16_384  # libsndfile's Vorbis encoder overflows its stack on very long writes
_SMALLNESS = 0.6  # 0 best to 1 smallest: about 100 kbit/s of one instrument
STEM_SCALE = 4.0  # times a stem's file is the stem
_MOST = STEM_SCALE - 2.0**-21
_STEPS = 2.0**31 / STEM_SCALE  # of a 32-bit sample


def write_wav(audio: Audio, target: Path, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write float audio, (frames,) or (frames, 2) in -1 to 1, as 16-bit WAV.

    The file is replaced at the end, so a reader never meets half of one. Raises SoundError for
    samples that are not finite numbers and for a path that cannot be written.
    """
    channels = 1 if audio.ndim == 1 else audio.shape[1]
    _write(_chunks(audio), target, "PCM_16", channels, sample_rate_hz)


def write_blocks(blocks: Iterable[Audio], target: Path) -> None:
    """As `write_wav`, of stereo audio that comes in blocks."""
    _write(blocks, target, "PCM_16")


def write_stem(audio: Audio, target: Path) -> None:
    """A stem, (frames, 2), as a 24-bit WAV file that loses none of it."""
    chunks = (np.clip(chunk, -STEM_SCALE, _MOST) * _STEPS for chunk in _chunks(audio))
    _write((chunk.astype(np.int32) for chunk in chunks), target, "PCM_24")


def write_small(audio: Audio, target: Path) -> None:
    """As `write_wav`, but as Ogg Vorbis."""
    channels = 1 if audio.ndim == 1 else audio.shape[1]
    _write(_chunks(audio, _ENCODED_FRAMES), target, "VORBIS", channels)


def compress(stem: Path, target: Path) -> None:
    """A stem's file as Ogg Vorbis; raises SoundError where it cannot be read or written."""
    try:
        with soundfile.SoundFile(stem) as source:
            blocks = source.blocks(_ENCODED_FRAMES, dtype="float32", always_2d=True)
            levelled = (block * np.float32(STEM_SCALE) for block in blocks)
            _write(levelled, target, "VORBIS", source.channels, source.samplerate)
    except soundfile.LibsndfileError as error:
        raise SoundError(f"{stem} cannot be read: render the piece again.") from error


def _write(
    blocks: Iterable[Audio | npt.NDArray[np.int32]],
    target: Path,
    subtype: str,
    channels: int = 2,
    rate_hz: int = SAMPLE_RATE_HZ,
) -> None:
    small = subtype == "VORBIS"
    how = {"format": "OGG", "compression_level": _SMALLNESS} if small else {"format": "WAV"}
    try:
        with (
            files.whole_file(target) as file,
            soundfile.SoundFile(file, "w", rate_hz, channels, subtype, **how) as sound,
        ):
            for block in blocks:
                sound.write(block)
    except (OSError, soundfile.LibsndfileError) as error:
        raise SoundError(f"{target} cannot be written: choose a folder with space.") from error


def _chunks(audio: Audio, frames: int = CHUNK_FRAMES) -> Iterator[Audio]:
    for start_frame in range(0, len(audio), frames):
        chunk = audio[start_frame : start_frame + frames]
        if not np.isfinite(chunk).all():
            raise SoundError("The synthesiser gave broken samples: try another soundfont.")
        yield chunk
