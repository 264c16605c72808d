"""One room for all: linear, short, wide, and gone in mono."""

from __future__ import annotations

import numpy as np
import pytest

from studio.sound.engine import SAMPLE_RATE_HZ, Audio
from studio.sound.room import add_room, answer


def noise(frames: int, seed: int = 0) -> Audio:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, 2))).astype(np.float32)


def roomy(audio: Audio, amount: float = 0.5) -> Audio:
    wet = audio.copy()
    add_room(wet, amount)
    return wet


@pytest.mark.parametrize("frames", [0, 1, 1_000, 43_487, 43_488, 150_000])
def test_it_is_a_convolution_however_long_the_music_is(frames: int) -> None:
    audio = noise(frames)
    audio[2_000:120_000] = 0  # longer than the room rings
    expected = audio.astype(float)
    for channel, said in enumerate(answer()):
        if frames:
            expected[:, channel] += 0.5 * np.convolve(audio.mean(axis=1), said)[:frames]
    np.testing.assert_allclose(roomy(audio), expected, atol=1e-6)


def test_the_room_of_a_band_is_the_sum_of_the_rooms_of_its_parts() -> None:
    one, other = noise(100_000, 1), noise(100_000, 2)
    np.testing.assert_allclose(roomy(one) + roomy(other), roomy(one + other), atol=1e-6)


def test_none_of_it_is_as_it_was() -> None:
    assert roomy(noise(5_000), 0.0).tobytes() == noise(5_000).tobytes()


def test_it_dies_away_within_half_a_second() -> None:
    energy = np.square(answer()).sum(axis=0)
    assert energy.sum() == pytest.approx(2)
    assert energy[: round(0.01 * SAMPLE_RATE_HZ)].sum() == 0  # the attack stays clean
    assert energy[round(0.25 * SAMPLE_RATE_HZ) :].sum() < 0.01 * energy.sum()


def test_it_is_wide_and_mono_hardly_hears_it() -> None:
    left, right = answer()
    assert np.corrcoef(left, right)[0, 1] < -0.5
    assert np.square(left + right).sum() < 0.25 * np.square(left - right).sum()


def test_basses_stay_clear() -> None:
    power = np.square(np.abs(np.fft.rfft(answer(), 65_536))).sum(axis=0)
    hz = np.fft.rfftfreq(65_536, 1 / SAMPLE_RATE_HZ)
    assert power[hz < 80].mean() < 0.05 * power[(hz > 400) & (hz < 4000)].mean()
