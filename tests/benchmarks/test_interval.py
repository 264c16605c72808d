"""Intervals are those of songs, not of excerpts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.interval import around, figure, mean, median, song_weights


def test_the_value_is_the_plain_mean() -> None:
    found = figure(mean(np.array([1.0, 2.0, 6.0]), song_weights(["a", "a", "b"])))
    assert found is not None
    assert found.value == pytest.approx(3.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 3.0 <= found.high


def test_a_songs_excerpts_are_drawn_together() -> None:
    weights = song_weights(["a", "b", "a", "c"], rounds=50)
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[1:, [0, 1, 3]].sum(1) == 3).all()


def test_more_excerpts_of_the_same_songs_do_not_narrow_the_interval() -> None:
    values = np.random.default_rng(1).normal(size=10)
    songs = [str(number) for number in range(10)]
    once = figure(mean(values, song_weights(songs)))
    often = figure(mean(np.tile(values, 20), song_weights(songs * 20)))
    assert once is not None
    assert once == often or (
        often is not None
        and often.low == pytest.approx(once.low)
        and often.high == pytest.approx(once.high)
    )


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for seed in range(100):
        found = figure(mean(rng.normal(size=40), song_weights([*map(str, range(40))], 200, seed)))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0 <= found.high
    assert 85 <= hits <= 100


def test_excerpts_without_a_value_are_left_out() -> None:
    weights = song_weights(["a", "b", "c"], rounds=20)
    assert mean(np.array([math.nan, 2.0, 4.0]), weights)[0] == pytest.approx(3.0)
    assert figure(mean(np.full(3, math.nan), weights)) is None
    assert figure(median(np.full(3, math.nan), weights)) is None


def test_the_median_is_the_middle_value() -> None:
    weights = song_weights([*map(str, range(5))], rounds=20)
    rounds = median(np.array([9.0, 1.0, 2.0, 100.0, 3.0]), weights)
    assert rounds[0] == 3.0
    assert set(rounds.tolist()) <= {9.0, 1.0, 2.0, 100.0, 3.0}


def test_a_distances_interval_lies_around_it() -> None:
    rounds = np.concatenate([[1.0], np.random.default_rng(3).normal(1.4, 0.1, 500)])
    found = around(rounds)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == 1.0
    assert found.low == pytest.approx(0.8, abs=0.03)
    assert found.high == pytest.approx(1.2, abs=0.03)
