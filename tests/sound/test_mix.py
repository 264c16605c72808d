"""The mix as the browser plays it: gains, the panner's own formula, mute and solo."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadScore
from studio.sound.engine import Audio
from studio.sound.mix import PLAIN_VOLUME, Mix, Strip, mixed


def noise(seed: int, frames: int = 22_050, level: float = 0.1) -> Audio:
    """A stem that is like no other: (frames, 2) within ±`level`, on 16-bit steps."""
    random = np.random.default_rng(seed)
    steps = random.integers(-round(level * 32768), round(level * 32768), (frames, 2))
    return (steps / 32768).astype(np.float32)


STEMS = [noise(0), noise(1, 10_000), noise(2)]


def padded(index: int) -> np.ndarray:
    stem = np.zeros((22_050, 2), np.float32)
    stem[: len(STEMS[index])] = STEMS[index]
    return stem


def test_plain_settings_give_the_sum_of_the_stems_to_the_last_bit() -> None:
    total = mixed(STEMS, [Strip()] * 3)
    assert total.dtype == np.float32
    assert np.array_equal(total, padded(0) + padded(1) + padded(2))
    assert np.array_equal(mixed(STEMS, Mix().of(("A", "B", "C"))), total)


@given(st.floats(-1, 1), st.floats(0, 1))
def test_volume_and_pan_are_the_web_audio_panner(pan: float, volume: float) -> None:
    [left, right] = STEMS[0].T.astype(float)
    gain = volume / PLAIN_VOLUME
    if pan <= 0:  # Web Audio API 1.1, "StereoPanner algorithm", a stereo source
        x = (pan + 1) * math.pi / 2
        wanted = left + right * math.cos(x), right * math.sin(x)
    else:
        x = pan * math.pi / 2
        wanted = left * math.cos(x), right + left * math.sin(x)
    heard = mixed(STEMS[:1], [Strip(volume, pan)])
    assert np.allclose(heard, np.clip(np.stack(wanted, 1) * gain, -1, 1), atol=1e-6)


def test_mute_is_silence_and_solo_silences_the_others() -> None:
    plain, muted, solo = Strip(), Strip(mute=True), Strip(solo=True)
    assert np.array_equal(mixed(STEMS, [muted, plain, plain]), padded(1) + padded(2))
    assert np.array_equal(mixed(STEMS, [plain, solo, solo]), padded(1) + padded(2))
    both = Strip(mute=True, solo=True)
    assert not mixed(STEMS, [plain, both, plain]).any()


def test_what_is_too_loud_is_clipped_as_a_browser_does() -> None:
    loud = np.full((10, 2), 0.9, np.float32)
    assert mixed([loud, -loud, loud], [Strip(1.0)] * 3).max() == 1.0


@pytest.mark.parametrize(
    "raw",
    [
        [], {"A": 3}, {"A": {"volume": 1.01}}, {"A": {"volume": float("nan")}},
        {"A": {"pan": -2}}, {"A": {"volume": "loud"}}, {"A": {"mute": 1}}, {"A": {"volume": True}},
        {str(i): {} for i in range(300)},
    ],
)  # fmt: skip
def test_a_mix_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(BadScore, match="mix"):
        Mix.read(raw)


def test_what_is_not_told_is_plain_and_what_is_not_known_is_passed_over() -> None:
    mix = Mix.read({"Bass": {"volume": 0.5, "reverb": 3}, "Gone": {"mute": True}})
    assert mix.of(("Melody", "Bass")) == (Strip(), Strip(0.5))
    assert Mix.read(mix.to_json()) == mix
    assert Mix.read({"A": {"volume": 1}}).to_json() == {
        "A": {"volume": 1.0, "pan": 0.0, "mute": False, "solo": False}
    }


def test_settings_are_told_as_midi_tells_them() -> None:
    quiet, left, right = Strip(PLAIN_VOLUME / 4), Strip(pan=-1.0), Strip(pan=1.0)
    mix = Mix({"A": quiet, "B": left, "C": right, "D": Strip(1.0, 0.5), "E": Strip(mute=True)})
    # a quarter of the amplitude is half of the controller, as General MIDI squares it
    assert mix.faders("ABCDEF") == (
        (50, 64), (100, 0), (100, 127), (112, 96), (0, 64), (100, 64),
    )  # fmt: skip
    assert mix.faders("FG") == ()
    solo = Mix({"A": Strip(0.2, 0.0, solo=True), "B": Strip(0.2, solo=True, mute=True)})
    assert solo.faders("ABC") == ((50, 64), (0, 64), (0, 64))
    assert Mix({"A": Strip(solo=True)}).faders("A") == ()
