"""Trainings as jobs: whoever is killed, nothing is lost and nothing said twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from child_training import FAILURES
from jobs_tools import ROOT, TRAINING_WORKER, child, is_running, wait_until

from studio.jobs.controls import controls_of, steer
from studio.jobs.workers import TRAINING
from studio.queue.engine import LocalEngine
from studio.queue.records import JobEvent
from studio.queue.store import Store
from studio.training import RunFolder, RunSpec


@pytest.fixture(autouse=True)
def _package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


def worker(folder: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    return child("child_training_worker.py", str(folder), str(os.getpid()))


@contextmanager
def engine(folder: Path) -> Iterator[LocalEngine]:
    engine = LocalEngine(folder, (TRAINING_WORKER,), "training", outlives=TRAINING.outlives)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def submit(store: Store, owner: str = "ada", epochs: int = 6, **settings: Any) -> str:
    request = RunSpec("Mine", "set", "gan", {"epochs": epochs, **settings}, "band")
    return store.submit("train", request.to_json(), owner)


def ended(store: Store, job_id: str) -> str:
    wait_until(lambda: store.get(job_id).ended)
    return store.get(job_id).state


def said(store: Store, job_id: str, kind: str) -> list[JobEvent]:
    return [event for event in store.events(job_id) if event.kind == kind]


def trainer(store: Store, job_id: str, epoch: int, attempt: int = 1) -> int:
    """The pid of the process that trains, once it works on this epoch in this attempt."""

    def there() -> bool:
        if store.get(job_id).attempt < attempt:
            return False
        return any(event.data["epoch"] == epoch for event in said(store, job_id, "progress"))

    wait_until(there)
    return int(said(store, job_id, "began")[0].data["pid"])


def gone(*pids: int) -> None:
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def told_once(store: Store, job_id: str, epochs: int) -> None:
    """The last attempt holds every epoch once: those before it in its one history."""
    events = store.events(job_id)
    kinds = [event.kind for event in events]
    assert (kinds.count("began"), kinds.count("history"), kinds.count("done")) == (1, 1, 1)
    assert kinds.index("history") == kinds.index("began") + 1
    (history,) = said(store, job_id, "history")
    rows = [row["epoch"] for row in history.data["rows"]]
    rows += [event.data["epoch"] for event in events if event.kind == "epoch"]
    assert rows == list(range(1, epochs + 1))
    assert kinds.count("progress") <= 1  # only the newest is kept
    assert [event.sequence for event in events] == sorted({event.sequence for event in events})


def test_a_training_says_what_it_does_and_ends_with_a_model(store: Store, tmp_path: Path) -> None:
    with worker(tmp_path):
        job_id = submit(store)
        assert ended(store, job_id) == "done"
    told_once(store, job_id, 6)
    assert store.get(job_id).result == {"model": "m", "epochs": 6, "why": "epochs"}
    assert store.events(job_id)[0].kind == "stage"
    # a loss that is no number can be told all the same
    assert said(store, job_id, "epoch")[0].data["critic_loss"] is None
    assert (RunFolder.of(tmp_path, job_id).path / "run.json").is_file()


def test_a_killed_trainer_goes_on_in_the_same_hands(store: Store, tmp_path: Path) -> None:
    with worker(tmp_path):
        job_id = submit(store, hold_at=4, lives=3)
        for attempt in (1, 2, 3):
            os.kill(trainer(store, job_id, 4, attempt), signal.SIGKILL)
        first = store.get(job_id).worker_id
        assert ended(store, job_id) == "done"
    job = store.get(job_id)
    assert (job.attempt, job.worker_id) == (4, first)
    told_once(store, job_id, 6)
    assert len(said(store, job_id, "history")[0].data["rows"]) == 3


def test_a_trainer_that_gets_on_may_be_killed_any_number_of_times(
    store: Store, tmp_path: Path
) -> None:
    with worker(tmp_path):
        job_id = submit(store, epochs=8, hold_at=0, slow=0.15)
        for kill in range(6):
            os.kill(trainer(store, job_id, kill + 2, kill + 1), signal.SIGKILL)
        assert ended(store, job_id) == "done"
    told_once(store, job_id, 8)


def test_a_trainer_that_dies_at_the_same_place_is_given_up(store: Store, tmp_path: Path) -> None:
    with worker(tmp_path):
        job_id = submit(store, die_at=3)
        assert ended(store, job_id) == "failed"
    job = store.get(job_id)
    assert "4 times at the same place" in str(job.error)
    assert (RunFolder.of(tmp_path, job_id).path / "lives").stat().st_size == 4
    assert [row["epoch"] for row in said(store, job_id, "history")[0].data["rows"]] == [1, 2]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [("disk", "disk is full"), ("memory", "not enough memory"), ("sentence", "add music")],
)
def test_what_a_trainer_says_on_its_way_out_is_told(
    store: Store, tmp_path: Path, how: str, sentence: str
) -> None:
    with worker(tmp_path):
        job_id = submit(store, fail=FAILURES.index(how) + 1)
        assert ended(store, job_id) == "failed"
        assert sentence in str(store.get(job_id).error)
        assert store.get(job_id).attempt == 1  # it is not begun again
        after = submit(store)
        assert ended(store, after) == "done"


def test_killed_workers_lose_and_double_nothing(store: Store, tmp_path: Path) -> None:
    job_id = submit(store, epochs=8, slow=0.15)
    for kill in range(4):
        with worker(tmp_path) as process:
            pid = trainer(store, job_id, kill + 2, kill + 1)
            process.kill()
        assert store.get(job_id).state == "running"
        gone(pid)  # it has noticed
    with worker(tmp_path):
        assert ended(store, job_id) == "done"
    assert store.get(job_id).attempt == 5
    told_once(store, job_id, 8)


def test_cancel_ends_the_trainer_and_leaves_its_checkpoint(store: Store, tmp_path: Path) -> None:
    with worker(tmp_path):
        job_id = submit(store, hold_at=3)
        pid = trainer(store, job_id, 3)
        store.cancel(job_id)
        before = time.monotonic()
        assert ended(store, job_id) == "cancelled"
        assert time.monotonic() - before < 3  # 1 s and what a busy machine adds
        assert not is_running(pid)
    assert (RunFolder.of(tmp_path, job_id).path / "checkpoint.json").is_file()


def test_trainings_wait_for_one_another_and_owners_take_turns(store: Store, tmp_path: Path) -> None:
    with worker(tmp_path):
        first = submit(store, hold_at=1)
        trainer(store, first, 1)
        queue = [submit(store, "ada"), submit(store, "ada"), submit(store, "bob")]
        assert [store.place(job_id) for job_id in queue] == [2, 3, 1]
        steer(store, store.get(first), stop=True)
        for job_id in (first, *queue):
            assert ended(store, job_id) == "done"
    started = sorted(queue, key=lambda job_id: store.get(job_id).started_at or 0)
    assert started == [queue[2], queue[0], queue[1]]
    assert store.get(first).result == {"model": "m", "epochs": 0, "why": "stopped"}


def test_a_training_hears_what_it_is_asked_for(store: Store, tmp_path: Path) -> None:
    job_id = submit(store, hold_at=2, lives=2)
    steer(store, store.get(job_id), learning_rate=0.01)  # it still waits
    with worker(tmp_path):
        pid = trainer(store, job_id, 2)
        asked = said(store, job_id, "progress")[-1].data["asked"]
        assert asked == asdict(controls_of(store, store.get(job_id)))
        assert (asked["learning_rate"], asked["paused"]) == (0.01, False)
        steer(store, store.get(job_id), paused=True)
        os.kill(pid, signal.SIGKILL)  # and what was asked holds on
        trainer(store, job_id, 2, 2)
        assert said(store, job_id, "progress")[-1].data["asked"]["paused"] is True
        steer(store, store.get(job_id), stop=True)
        assert ended(store, job_id) == "done"


# The studio


def test_a_clean_stop_ends_worker_and_trainer_and_the_next_start_goes_on(
    store: Store, tmp_path: Path
) -> None:
    job_id = submit(store, hold_at=4)
    with engine(tmp_path):
        pid = trainer(store, job_id, 4)
        workers = [worker.pid for worker in store.workers()]
    assert store.get(job_id).state == "queued"
    gone(pid, *workers)
    with engine(tmp_path):
        assert ended(store, job_id) == "done"
    told_once(store, job_id, 6)


def test_a_training_outlives_a_killed_studio_and_no_second_one_begins(
    store: Store, tmp_path: Path
) -> None:
    job_id, behind = submit(store, hold_at=4), submit(store)
    with child("child_studio.py", str(tmp_path), TRAINING_WORKER) as studio:
        pid = trainer(store, job_id, 4)
        (orphan,) = store.workers()
        studio.kill()
    with engine(tmp_path):  # another studio
        assert is_running(pid)
        steer(store, store.get(job_id), stop=True)
        assert ended(store, job_id) == ended(store, behind) == "done"
        for each in (job_id, behind):
            job = store.get(each)
            assert (job.worker_id, job.attempt) == (orphan.id, 1)
        gone(orphan.pid)  # there is nothing left to do
        after = submit(store)
        assert ended(store, after) == "done"
        assert store.get(after).worker_id != orphan.id


def test_a_clean_stop_ends_a_training_that_outlived_another_studio(
    store: Store, tmp_path: Path
) -> None:
    job_id = submit(store, hold_at=4)
    with child("child_studio.py", str(tmp_path), TRAINING_WORKER) as studio:
        pid = trainer(store, job_id, 4)
        (orphan,) = store.workers()
        studio.kill()
    with engine(tmp_path):
        wait_until(lambda: (tmp_path / "logs" / "training-stderr.log").exists())  # it has begun
    gone(pid, orphan.pid)
    assert store.get(job_id).state == "queued"
