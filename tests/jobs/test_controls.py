"""Steering a training: what was asked for last holds, and only what makes sense is taken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.ground.errors import BadKnob
from studio.jobs.controls import controls_of, steer
from studio.queue.records import Job
from studio.queue.store import Store
from studio.training import Controls, RunSpec


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
    fresh = Controls()
    assert controls_of(store, job) == fresh
    steer(store, job, paused=True)
    assert steer(store, job, learning_rate=0.001) == controls_of(store, job)
    assert controls_of(store, job) == replace(fresh, paused=True, learning_rate=0.001)
    steer(store, job, paused=False, learning_rate=None)
    assert controls_of(store, job) == fresh
    assert controls_of(store, other) == replace(fresh, stop_when_converged=False)


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


def test_what_an_earlier_version_was_asked_for_holds_on(store: Store) -> None:
    job = training(store)
    asked = {"paused": True, "stop": False, "learning_rate": 1e-4, "stop_when_converged": True}
    store.save_draft("ada", f"controls-{job.id}", asked)
    assert controls_of(store, job) == Controls(paused=True, learning_rate=1e-4)
