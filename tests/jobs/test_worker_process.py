"""The worker as a process of its own: killed, told to end, orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from jobs_tools import child, is_running, wait_until

from studio.queue.store import Store
from studio.queue.worker import log_path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


def worker(folder: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    return child("child_worker.py", str(folder), str(os.getpid()))


def kill_after(store: Store, job_id: str, event_count: int) -> None:
    """Kill the worker of the job as soon as the job has said so many events; wait for its end."""
    wait_until(lambda: len(store.events(job_id)) == event_count)
    pids = {worker.id: worker.pid for worker in store.workers()}
    os.kill(pids[str(store.get(job_id).worker_id)], signal.SIGKILL)
    wait_until(lambda: store.get(job_id).ended)


def test_killed_workers_lose_and_double_nothing(store: Store, tmp_path: Path) -> None:
    with ExitStack() as workers:
        workers.enter_context(worker(tmp_path))
        for hold_at in (1, 2, 4, 7, 11, 16):  # the kill comes after so many of twenty events
            workers.enter_context(worker(tmp_path))  # who will take the job over
            job_id = store.submit("count", {"steps": 20, "hold_at": hold_at}, "ada")
            kill_after(store, job_id, hold_at)
            job = store.get(job_id)
            assert (job.state, job.result) == ("done", {"steps": 20})
            assert job.attempt >= 2
            events = store.events(job_id)
            assert [event.data["step"] for event in events] == list(range(20))
            assert {event.attempt for event in events} == {job.attempt}
    assert len(store.jobs()) == 6


def test_a_job_that_kills_its_worker_is_given_up(store: Store, tmp_path: Path) -> None:
    job_id = store.submit("kills worker", {}, "ada")
    with ExitStack() as stack:
        workers = [stack.enter_context(worker(tmp_path)) for _ in range(4)]
        wait_until(lambda: store.get(job_id).ended)
        assert [process.poll() for process in workers].count(None) == 1  # one lives on
    assert "given up" in str(store.get(job_id).error)


@pytest.mark.parametrize("kind", ["count", "never checks"])
def test_a_worker_told_to_end_gives_its_job_back(store: Store, tmp_path: Path, kind: str) -> None:
    job_id = store.submit(kind, {"steps": 1, "hold_at": 1}, "ada")
    with worker(tmp_path) as process:
        wait_until(lambda: store.events(job_id))
        assert [worker.facts["device"] for worker in store.workers()] == ["test"]
        process.terminate()
        before = time.monotonic()
        assert process.wait(10) == 0
        assert time.monotonic() - before < 3  # 1 s and what a busy machine adds
    assert (store.get(job_id).state, store.workers()) == ("queued", [])


def test_a_worker_that_cannot_start_says_so_in_its_log(tmp_path: Path) -> None:
    (tmp_path / "tutti.db").write_bytes(b"MThd" * 1000)
    with worker(tmp_path) as process:
        assert process.wait(20) == 1
    assert "not a database" in log_path(tmp_path, "worker").read_text("utf-8")


def test_a_worker_ends_with_its_parent(store: Store, tmp_path: Path) -> None:
    job_id = store.submit("never checks", {}, "ada")
    with child("child_studio.py", str(tmp_path)) as studio:
        wait_until(lambda: store.events(job_id))
        (orphan,) = store.workers()
        studio.kill()
    wait_until(lambda: not is_running(orphan.pid))
    assert store.get(job_id).state == "queued"
