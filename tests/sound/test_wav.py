"""WAV files: 16 bits, whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import SoundError
from studio.sound.engine import Audio
from studio.sound.wav import CHUNK_FRAMES, STEM_SCALE, write_stem, write_wav


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


def test_mono_stays_mono(tmp_path: Path) -> None:
    write_wav(noise(1000, channels=1), tmp_path / "mono.wav")
    assert soundfile.info(tmp_path / "mono.wav").channels == 1


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 1.0, 3.9]))
def test_a_stem_reads_back_to_the_last_bit(seed: int, most: float) -> None:
    steps = np.random.default_rng(seed).integers(-int(most * 2**17), int(most * 2**17), (300, 2))
    audio = (steps / 2.0**17).astype(np.float32)  # as `engine.accumulate` rounds it
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stem.wav"
        write_stem(audio, path)
        read, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(read * np.float32(STEM_SCALE), audio)


def test_a_stem_of_broken_samples_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="soundfont"):
        write_stem(np.full((10, 2), np.nan, np.float32), tmp_path / "stem.wav")
    write_stem(np.full((10, 2), 5.0, np.float32), tmp_path / "loud.wav")
    read, _ = soundfile.read(tmp_path / "loud.wav")
    assert read.min() > 0.999  # clipped, not wrapped


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
