"""The search keeps what is fixed, finds the best path, and shows a seventh where it is likely."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from studio.chords.inputs import CHORDS, SEVENTHS
from studio.chords.search import best_path, echoed, likely_sevenths, perturbed, worth
from studio.music.theory import MINOR_SEVENTH, NO_CHORD, PLAIN, TRIADS

FLAT = np.zeros((2, TRIADS, TRIADS))


def log_odds(units: int, seed: int = 0) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(units, TRIADS))
    odds: np.ndarray = raw - np.log(np.exp(raw).sum(1, keepdims=True))
    return odds


def test_without_habits_each_unit_takes_its_likeliest() -> None:
    odds = log_odds(3)
    path = best_path(odds, np.array([True, False, True]), FLAT, minor=False)
    assert path[:2].tolist() == odds[:2].argmax(1).tolist()


def test_the_path_found_is_the_best_of_all() -> None:
    odds, habits = log_odds(3, 1), np.log(np.full((2, TRIADS, TRIADS), 1e-4))
    rng = np.random.default_rng(2)
    habits = habits + rng.normal(size=habits.shape) * 5
    strong = np.array([True, False, True])
    closing = odds.copy()
    closing[-1, 0] += 50  # so that every path closes on C, whatever closing is worth
    path = best_path(closing, strong, habits, minor=False)
    others = product(range(TRIADS), repeat=2)
    best = max(worth(np.array([*two, 0]), closing, strong, habits) for two in others)
    assert worth(path, closing, strong, habits) == pytest.approx(best)


def test_what_is_fixed_stays_and_silence_is_never_chosen() -> None:
    odds = log_odds(6)
    fixed = {1: 13, 3: NO_CHORD}
    path = best_path(odds, np.ones(6, bool), FLAT, None, fixed)
    assert {unit: path[unit] for unit in fixed} == fixed
    assert (np.delete(path, 3) < TRIADS).all()


@pytest.mark.parametrize(("minor", "closing"), [(False, 0), (True, 21)])
def test_a_tune_closes_in_its_mode(minor: bool, closing: int) -> None:
    assert best_path(np.zeros((4, TRIADS)), np.ones(4, bool), FLAT, minor)[-1] == closing


def test_noise_of_no_strength_changes_nothing() -> None:
    odds = log_odds(4)
    assert np.array_equal(perturbed(odds, 0.0, np.random.default_rng(0)), odds)
    assert not np.array_equal(perturbed(odds, 0.5, np.random.default_rng(0)), odds)


def test_a_chord_known_at_a_like_place_is_raised_there_only() -> None:
    odds = log_odds(3)
    told = np.zeros((3, TRIADS))
    told[2, 7] = 0.7
    raised = echoed(odds, told)
    assert raised[2].argmax() == 7
    np.testing.assert_allclose(np.diff(raised[:2], axis=1), np.diff(odds[:2], axis=1))


def test_a_seventh_is_shown_where_it_is_clearly_likely() -> None:
    odds = np.log(np.full((4, CHORDS, SEVENTHS), 0.05))
    odds[:, :, PLAIN] = np.log(0.85)
    odds[1, 7] = np.log([0.05, 0.85, 0.05, 0.05])
    path = np.array([0, 7, 0, 0])
    assert likely_sevenths(path, odds).tolist() == [PLAIN, MINOR_SEVENTH, PLAIN, PLAIN]
    odds[1, 7] = np.log([0.40, 0.45, 0.10, 0.05])
    assert not likely_sevenths(path, odds).any()
