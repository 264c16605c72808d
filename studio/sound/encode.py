"""Audio into files: 16-bit WAV, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from studio.errors import SoundError
from studio.machine import files
from studio.sound.engine import SAMPLE_RATE_HZ, Audio

CHUNK_FRAMES = 65_536


def write_wav(audio: Audio, target: Path | BinaryIO, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write float audio, (frames,) or (frames, 2) in -1 to 1, as 16-bit WAV.

    A file at a path is replaced at the end, so a reader never meets half of one. Raises SoundError
    for samples that are not finite numbers and for a path that cannot be written.
    """
    if not isinstance(target, Path):
        _encode(audio, target, sample_rate_hz)
        return
    try:
        with files.whole_file(target) as file:
            _encode(audio, file, sample_rate_hz)
    except (OSError, soundfile.LibsndfileError) as error:
        raise SoundError(f"{target} cannot be written: choose a folder with space.") from error


def _encode(audio: Audio, file: BinaryIO, sample_rate_hz: int) -> None:
    channels = 1 if audio.ndim == 1 else audio.shape[1]
    with soundfile.SoundFile(
        file, "w", sample_rate_hz, channels, format="WAV", subtype="PCM_16"
    ) as wav:
        for start_frame in range(0, len(audio), CHUNK_FRAMES):
            chunk = audio[start_frame : start_frame + CHUNK_FRAMES]
            if not np.isfinite(chunk).all():
                raise SoundError("The synthesiser gave broken samples: try another soundfont.")
            wav.write(chunk)
