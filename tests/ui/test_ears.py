"""The tally of the ear test is Elo's."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.queue.store import Store
from studio.ui.models.ears import K, expected, forget, ratings, vote


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


def test_nobody_has_a_rating_before_the_first_duel(store: Store) -> None:
    assert ratings(store) == {}


def test_the_first_duel_moves_both_by_half_of_k(store: Store) -> None:
    vote(store, "pop-gan", "pop-transformer")
    assert ratings(store) == {
        "pop-gan": {"elo": 1000 + K / 2, "duels": 1},
        "pop-transformer": {"elo": 1000 - K / 2, "duels": 1},
    }


def test_what_was_expected_counts_less_than_a_surprise(store: Store) -> None:
    for _ in range(10):
        vote(store, "strong", "weak")
    before = ratings(store)
    gain = vote(store, "strong", "weak")["strong"]["elo"] - before["strong"]["elo"]
    before = ratings(store)
    surprise = vote(store, "weak", "strong")["weak"]["elo"] - before["weak"]["elo"]
    assert 0 < gain < K / 2 < surprise < K


def test_no_difference_brings_the_two_nearer(store: Store) -> None:
    vote(store, "a", "b")
    apart = ratings(store)["a"]["elo"] - ratings(store)["b"]["elo"]
    tally = vote(store, "a", "b", draw=True)
    assert 0 < tally["a"]["elo"] - tally["b"]["elo"] < apart
    assert tally["a"]["duels"] == tally["b"]["duels"] == 2


def test_known_odds() -> None:
    assert expected(1000, 1000) == 0.5
    assert expected(1400, 1000) == pytest.approx(10 / 11)
    assert expected(1000, 1400) + expected(1400, 1000) == pytest.approx(1)


def test_the_ratings_find_who_is_liked_better(store: Store) -> None:
    """Three models of known strength, 600 duels: the ratings come within 60 points of the truth."""
    true = {"a": 1100.0, "b": 1000.0, "c": 900.0}
    rng = random.Random(3)  # noqa: S311 - no secret
    seen = []
    for number in range(600):
        one, other = rng.sample(sorted(true), 2)
        if rng.random() < expected(true[one], true[other]):
            tally = vote(store, one, other)
        else:
            tally = vote(store, other, one)
        if number >= 300:
            seen.append({id: row["elo"] for id, row in tally.items()})
    for id, elo in true.items():
        mean = sum(row[id] for row in seen) / len(seen)
        assert abs(mean - elo) < 60
    assert sum(row["elo"] for row in tally.values()) == pytest.approx(3000)


def test_a_model_cannot_fight_itself(store: Store) -> None:
    assert vote(store, "a", "a") == {}
    assert ratings(store) == {}


def test_a_deleted_model_is_forgotten(store: Store) -> None:
    vote(store, "a", "b")
    forget(store, "b")
    forget(store, "never there")
    assert set(ratings(store)) == {"a"}


def test_no_vote_is_lost_among_many_voters(store: Store) -> None:
    voters = [threading.Thread(target=vote, args=(store, "a", "b")) for _ in range(20)]
    for voter in voters:
        voter.start()
    for voter in voters:
        voter.join()
    assert ratings(store)["a"]["duels"] == 20
