"""The real trainer under kills, through store, worker and checkpoints; fifty in the benchmark."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import killing
from benchmarks.killing import (
    finish,
    generated_set,
    kill_often,
    rows_told,
    submit,
    timeless,
    training_studio,
    weights,
)

KILLS, EPOCHS = 3, 6


def test_a_killed_training_ends_as_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(killing, "WORKER_EVERY", 3)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    set_id = generated_set(tmp_path)
    rng = random.Random(2)  # noqa: S311 - no secret
    with training_studio(tmp_path) as store:
        quiet = submit(store, set_id, "quiet", EPOCHS)
        killed = submit(store, set_id, "killed", EPOCHS)
        finish(store, quiet)
        found = kill_often(store, tmp_path, killed, KILLS, rng, longest_life=3.0)
        expected = timeless(rows_told(store.events(quiet)))
        assert weights(tmp_path, store.get(killed)) == weights(tmp_path, store.get(quiet))
    assert found.trainer + found.worker >= 1
    assert [row["epoch"] for row in found.rows] == list(range(1, EPOCHS + 1))
    assert found.rows == expected
    assert found.told_differently == 0
