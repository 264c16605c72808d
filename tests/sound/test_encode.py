"""WAV files: 16 bits, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.errors import SoundError
from studio.sound.encode import CHUNK_FRAMES, write_wav
from studio.sound.engine import Audio


def noise(frames: int, channels: int = 2) -> Audio:
    shape = (frames, channels) if channels > 1 else (frames,)
    return np.random.default_rng(1).uniform(-0.9, 0.9, shape).astype(np.float32)


@pytest.mark.parametrize("frames", [1, CHUNK_FRAMES, CHUNK_FRAMES + 1])
def test_a_stereo_file_reads_back_as_written(tmp_path: Path, frames: int) -> None:
    audio = noise(frames)
    write_wav(audio, tmp_path / "mix.wav")
    info = soundfile.info(tmp_path / "mix.wav")
    assert (info.samplerate, info.channels, info.frames) == (44_100, 2, frames)
    assert (info.format, info.subtype) == ("WAV", "PCM_16")
    read, _ = soundfile.read(tmp_path / "mix.wav", dtype="float32")
    assert np.abs(read - audio).max() <= 2**-15


def test_mono_into_a_buffer() -> None:
    buffer = io.BytesIO()
    write_wav(noise(1000, channels=1), buffer)
    buffer.seek(0)
    assert soundfile.info(buffer).channels == 1


def test_too_loud_is_clipped_not_wrapped(tmp_path: Path) -> None:
    write_wav(np.full((10, 2), 1.5, np.float32), tmp_path / "loud.wav")
    read, _ = soundfile.read(tmp_path / "loud.wav")
    assert read.min() > 0.999


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_broken_samples_leave_the_file_that_was_there(tmp_path: Path, broken: float) -> None:
    path = tmp_path / "mix.wav"
    path.write_bytes(b"before")
    audio = noise(CHUNK_FRAMES + 10)
    audio[-1, 0] = broken
    with pytest.raises(SoundError, match="soundfont"):
        write_wav(audio, path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="cannot be written"):
        write_wav(noise(10), tmp_path / "nowhere" / "mix.wav")
