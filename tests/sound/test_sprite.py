"""The keyboard's notes: each in its slot, in tune, ending at silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from engines import ENGINES, opened

from studio.sound.engine import SAMPLE_RATE_HZ, Engine
from studio.sound.sprite import Sprite

SQUARE_LEAD = 80  # its fundamental is its loudest partial at every pitch


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as synth:
        yield synth


@pytest.fixture(scope="module")
def sprite(engine: Engine) -> Sprite:
    return Sprite.of(engine, SQUARE_LEAD)


def test_each_slot_plays_its_pitch_and_ends_at_silence(sprite: Sprite) -> None:
    assert Sprite.PITCHES == (36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76, 80, 84, 88, 92, 96)
    slot_frames = round(Sprite.SECONDS_PER_NOTE * SAMPLE_RATE_HZ)
    slots = sprite.audio.reshape(len(Sprite.PITCHES), slot_frames)
    for pitch, slot in zip(Sprite.PITCHES, slots, strict=True):
        fundamental_hz = 440 * 2 ** ((pitch - 69) / 12)
        spectrum = np.abs(np.fft.rfft(slot))
        loudest_hz = np.argmax(spectrum) * SAMPLE_RATE_HZ / slot_frames
        assert loudest_hz == pytest.approx(fundamental_hz, rel=0.015), pitch
        assert np.abs(slot[: SAMPLE_RATE_HZ // 10]).max() > 0.05, pitch
        assert slot[-1] == 0
        assert np.abs(slot[-441:]).max() < 0.01


def test_all_notes_share_one_gain_and_none_clips(sprite: Sprite) -> None:
    assert sprite.audio.dtype == np.float32
    assert 0.5 < np.abs(sprite.audio).max() <= 0.97


def test_the_same_program_gives_the_same_bytes(engine: Engine, sprite: Sprite) -> None:
    assert Sprite.of(engine, SQUARE_LEAD).audio.tobytes() == sprite.audio.tobytes()


def test_the_file_is_small_and_each_note_keeps_its_place(sprite: Sprite, tmp_path: Path) -> None:
    path = tmp_path / "sprite.ogg"
    sprite.write(path)
    assert path.stat().st_size < 600_000
    audio, rate = soundfile.read(path, dtype="float32")
    assert (rate, audio.shape) == (SAMPLE_RATE_HZ, sprite.audio.shape)
    slots = audio.reshape(len(Sprite.PITCHES), -1), sprite.audio.reshape(len(Sprite.PITCHES), -1)
    for small, slot in zip(*slots, strict=True):
        assert np.corrcoef(small, slot)[0, 1] > 0.95
