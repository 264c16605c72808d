"""Steering a training: what was asked for last holds, and only what makes sense is taken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.errors import BadKnob
from studio.jobs.controls import controls_of, steer
from studio.queue.store import Job, Store
from studio.training import RunSpec


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


def training(store: Store, **more: Any) -> Job:
    request = RunSpec("Mine", "set", "gan", {}, "band", **more)
    return store.get(store.submit("train", request.to_json(), "ada"))


def test_changes_add_up_and_each_training_has_its_own(store: Store) -> None:
    job, other = training(store), training(store, stop_when_converged=False)
    fresh = {"paused": False, "stop": False, "learning_rate": None, "stop_when_converged": True}
    assert controls_of(store, job) == fresh
    steer(store, job, paused=True)
    assert steer(store, job, learning_rate=0.001) == controls_of(store, job)
    assert controls_of(store, job) == {**fresh, "paused": True, "learning_rate": 0.001}
    steer(store, job, paused=False, learning_rate=None)
    assert controls_of(store, job) == fresh
    assert controls_of(store, other) == {**fresh, "stop_when_converged": False}


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 0.0},
        {"learning_rate": -1e-3},
        {"learning_rate": math.nan},
        {"learning_rate": math.inf},
        {"learning_rate": 2},
        {"learning_rate": "1e-3"},
        {"learning_rate": True},
        {"paused": 1},
        {"stop": None},
        {"seed": 3},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    store: Store, changes: dict[str, Any]
) -> None:
    job = training(store)
    with pytest.raises(BadKnob):
        steer(store, job, **changes)
    assert store.load_draft("ada", f"controls-{job.id}") is None
