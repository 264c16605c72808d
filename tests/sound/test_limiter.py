"""The limiter keeps to its ceiling, leaves what is under it, and does not click."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.sound.engine import SAMPLE_RATE_HZ
from studio.sound.limiter import limit


@given(st.integers(0, 2**32 - 1), st.integers(0, 5_000), st.floats(0.05, 1.0), st.floats(0.01, 4.0))
def test_nothing_is_over_the_ceiling(seed: int, frames: int, ceiling: float, loud: float) -> None:
    random = np.random.default_rng(seed)
    audio = (loud * random.standard_normal((frames, 2))).astype(np.float32)
    audio[random.random(frames) < 0.001] *= 20
    before = audio.copy()
    limit(audio, ceiling)
    assert np.abs(audio).max(initial=0) <= ceiling * 1.00001
    assert (np.abs(audio) <= np.abs(before)).all()
    assert (np.sign(audio) == np.sign(before)).all()


def test_what_is_under_the_ceiling_stays_to_the_last_bit() -> None:
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, (50_000, 2)).astype(np.float32)
    before = audio.copy()
    limit(audio, 0.5)
    assert audio.tobytes() == before.tobytes()


def test_a_peak_turns_down_a_moment_smoothly_in_both_channels() -> None:
    audio = np.full((SAMPLE_RATE_HZ, 2), 0.25, np.float32)
    audio[20_000, 0] = 1.0
    limit(audio, 0.5)
    gain = audio[:, 1] / 0.25
    assert gain[20_000] <= 0.5
    assert (gain[: 20_000 - 600] == 1).all()  # 6 dB at 1 dB a millisecond, and a group
    assert (gain[20_000 + 8_000 :] == 1).all()  # and at 40 dB a second
    assert np.abs(np.diff(gain)).max() < 0.01
