"""The engine keeps one worker alive for each data directory."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jobs_tools import CHILD_WORKER, ROOT, child, is_running, wait_until

from studio.ground.errors import JobError
from studio.queue.engine import LocalEngine, restart_delay_seconds
from studio.queue.locks import try_lock
from studio.queue.store import Store


@pytest.fixture(autouse=True)
def _package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


@contextmanager
def running(folder: Path) -> Iterator[LocalEngine]:
    engine = LocalEngine(folder, program=(CHILD_WORKER,))
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def ready(store: Store) -> int:
    """The pid of the newest worker that has warmed up, as soon as there is one."""
    wait_until(lambda: any(worker.facts for worker in store.workers()))
    return next(worker.pid for worker in store.workers() if worker.facts)


def done(store: Store) -> None:
    job_id = store.submit("count", {"steps": 2}, "ada")
    wait_until(lambda: store.get(job_id).ended)
    assert store.get(job_id).state == "done"


def test_an_engine_runs_jobs_and_leaves_no_process(store: Store, tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine.start()  # a second time changes nothing
        done(store)
        assert engine.problem() is None
        pid = ready(store)
        engine.stop()
        assert not is_running(pid)
        engine.stop()
        engine.start()  # and it can be started again
        done(store)


def test_a_killed_worker_is_replaced(store: Store, tmp_path: Path) -> None:
    with running(tmp_path):
        first = ready(store)
        job_id = store.submit("count", {"steps": 5, "hold_at": 3}, "ada")
        wait_until(lambda: len(store.events(job_id)) == 3)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: store.get(job_id).ended)
        assert [event.data["step"] for event in store.events(job_id)] == [0, 1, 2, 3, 4]
        assert store.get(job_id).state == "done"
        assert ready(store) != first


def test_two_studios_on_one_folder_share_one_worker(store: Store, tmp_path: Path) -> None:
    with child("child_studio.py", str(tmp_path)) as studio:
        first = ready(store)
        with running(tmp_path):
            done(store)
            assert [worker.pid for worker in store.workers()] == [first]
            with (tmp_path / "worker-engine.lock").open("ab") as third:
                assert not try_lock(third)
            studio.kill()
            wait_until(lambda: [w.pid for w in store.workers() if w.facts] not in ([first], []))
            assert not is_running(first)
            done(store)
            second = ready(store)
    assert not is_running(second)
    with (tmp_path / "worker-engine.lock").open("ab") as third:
        assert try_lock(third)


def test_a_worker_that_always_dies_is_a_problem_with_a_sentence(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path, program=("-c", "raise SystemExit('no model')"))
    engine.start()
    wait_until(lambda: engine.problem())
    engine.stop()
    assert str(tmp_path / "logs") in str(engine.problem())
    assert "no model" in (tmp_path / "logs" / "worker-stderr.log").read_text("utf-8")


def test_restarts_are_quick_at_first_and_rare_later() -> None:
    assert [restart_delay_seconds(deaths) for deaths in range(9)] == [
        0.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0,
    ]  # fmt: skip


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JobError, match="choose another data directory"):
        LocalEngine(tmp_path / "file", (CHILD_WORKER,)).start()
