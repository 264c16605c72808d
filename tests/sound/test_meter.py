"""Loudness and true peak are what the field's own instruments measure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample_poly

from benchmarks.mix import lufs_of as field_lufs
from benchmarks.mix import true_peak_db
from studio.sound.engine import SAMPLE_RATE_HZ, Audio
from studio.sound.meter import lufs_of, measure


def noise(seconds: float, level: float = 0.1, seed: int = 0) -> Audio:
    frames = round(seconds * SAMPLE_RATE_HZ)
    return (level * np.random.default_rng(seed).standard_normal((frames, 2))).astype(np.float32)


def tone(hz: float, seconds: float = 3.0, level: float = 0.5, phase: float = 0.0) -> Audio:
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    wave = level * np.sin(2 * np.pi * hz * time + phase)
    return np.stack((wave, wave), axis=1).astype(np.float32)


def test_a_kilohertz_at_full_scale_in_one_channel_is_minus_three_lufs() -> None:
    left = tone(997.0, level=1.0, seconds=20.0)
    left[:, 1] = 0
    assert measure([left]).lufs == pytest.approx(-3.01, abs=0.05)  # BS.1770-4, Annex 1


@pytest.mark.parametrize("hz", [40.0, 100.0, 440.0, 2000.0, 8000.0, 15000.0])
def test_tones_are_as_loud_as_the_field_says(hz: float) -> None:
    assert lufs_of(tone(hz)) == pytest.approx(field_lufs(tone(hz), SAMPLE_RATE_HZ), abs=0.25)


def test_music_with_soft_and_silent_passages_is_as_loud_as_the_field_says() -> None:
    levels = ((2.0, 0.1), (3.0, 0.003), (2.1, 0.0), (1.33, 0.3), (2.0, 0.05))
    audio = np.concatenate([noise(seconds, level) for seconds, level in levels])
    assert lufs_of(audio) == pytest.approx(field_lufs(audio, SAMPLE_RATE_HZ), abs=0.05)


@pytest.mark.parametrize("hz", [300.0, 997.0, 5512.5, 11_025.0, 14_000.0])
def test_a_peak_between_the_samples_is_found(hz: float) -> None:
    audio = tone(hz, 0.5, phase=math.pi / 4)
    audio *= np.hanning(len(audio))[:, np.newaxis]
    measured = 20 * math.log10(measure([audio]).peak)
    assert measured == pytest.approx(true_peak_db(audio), abs=0.05)


def test_the_peak_of_noise_is_what_an_oversampler_finds() -> None:
    for seed in range(5):
        audio = resample_poly(noise(1.0, seed=seed), 3, 2).astype(np.float32)  # no edge of the band
        peak = 20 * math.log10(measure([audio]).peak)
        assert peak == pytest.approx(true_peak_db(audio), abs=0.1)
        assert measure([audio]).peak >= np.abs(audio).max()


@given(st.integers(0, 400_000), st.lists(st.integers(0, 400_000), max_size=4))
def test_how_it_is_cut_and_silence_behind_it_do_not_count(silent: int, cuts: list[int]) -> None:
    audio = noise(5.0)
    audio[100_000:] *= 0.2
    whole = measure([audio])
    longer = np.concatenate((audio, np.zeros((silent, 2), np.float32)))
    assert measure(np.split(longer, sorted(cuts))) == whole


@pytest.mark.parametrize("frames", [0, 1, 4409, 4410, 300_000])
def test_silence_has_no_loudness_and_no_peak(frames: int) -> None:
    silence = np.zeros((frames, 2), np.float32)
    assert measure([silence]) == (-math.inf, 0.0)
    assert lufs_of(silence) == -math.inf


def test_a_whisper_under_the_gate_is_not_heard() -> None:
    assert lufs_of(noise(2.0, 1e-5)) == -math.inf
    assert measure([noise(2.0, 1e-5)]).peak > 0
