"""Sound to take home: what soundfile reads is what was mixed, and the same bytes every time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from export_tools import noise

from studio.export.audio import MP3, OGG, can_encode, convert
from studio.ground.errors import SoundError
from studio.sound.engine import SAMPLE_RATE_HZ, Audio
from studio.sound.wav import write_wav

KINDS = [
    pytest.param(kind, marks=pytest.mark.skipif(not can_encode(kind), reason=f"no {kind} here"))
    for kind in (OGG, MP3)
]


def tone(seconds: float = 1.0) -> Audio:
    """Two octaves of A, (frames, 2), different left and right."""
    times = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    left, right = (0.4 * np.sin(2 * np.pi * hz * times) for hz in (440, 880))
    return np.stack((left, right), axis=1).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_encoded_sounds_the_same(kind: str, tmp_path: Path) -> None:
    audio, wav, small = tone(2.0), tmp_path / "tone.wav", tmp_path / "small"
    write_wav(audio, wav)
    convert(wav, small, kind)
    assert small.stat().st_size < wav.stat().st_size / 4
    heard, rate = soundfile.read(io.BytesIO(small.read_bytes()), dtype="float32")
    assert rate == SAMPLE_RATE_HZ
    assert abs(len(heard) - len(audio)) < 3_000  # MP3 comes in frames of 1,152
    middle = slice(20_000, 60_000)
    for channel, hz in ((0, 440), (1, 880)):
        spectrum = np.abs(np.fft.rfft(heard[middle, channel]))
        assert abs(spectrum.argmax() * rate / 40_000 - hz) < 2
        assert abs(np.abs(heard[middle, channel]).max() - 0.4) < 0.03


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_sound_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    write_wav(noise(1, 60_000), tmp_path / "mix.wav")
    convert(tmp_path / "mix.wav", tmp_path / "first", kind)
    convert(tmp_path / "mix.wav", tmp_path / "second", kind)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"mix.wav", "first", "second"}


def test_where_mp3_cannot_be_written_a_sentence_says_what_to_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", "OGG": ""})
    write_wav(tone(), tmp_path / "mix.wav")
    with pytest.raises(SoundError, match="MP3: take WAV or OGG"):
        convert(tmp_path / "mix.wav", tmp_path / "mix.mp3", MP3)
    assert not (tmp_path / "mix.mp3").exists()


def test_a_sound_that_cannot_be_read_or_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF....")
    with pytest.raises(SoundError, match="render the piece again"):
        convert(tmp_path / "broken.wav", tmp_path / "mix.ogg", OGG)
    write_wav(tone(), tmp_path / "mix.wav")
    with pytest.raises(SoundError, match="room"):
        convert(tmp_path / "mix.wav", tmp_path / "no folder" / "mix.ogg", OGG)
