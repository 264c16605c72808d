"""The worker's loop, run in a thread with handlers of the tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from jobs_tools import wait_until

from studio.ground.errors import BadScore, JobError
from studio.queue import worker
from studio.queue.context import Cancelled, Context
from studio.queue.records import JsonObject
from studio.queue.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


def add(context: Context) -> JsonObject:
    context.emit("step", {"share": 0.5})
    context.emit("step", {"share": 1.0})
    return {"sum": sum(context.job.payload["terms"])}


def refuse(_context: Context) -> JsonObject:
    raise BadScore("Play at least one note first.")


def break_down(_context: Context) -> JsonObject:
    raise ValueError("secret detail")


def leave_process(_context: Context) -> JsonObject:
    raise SystemExit(3)


def no_json(_context: Context) -> JsonObject:
    return {"score": object()}


def wait_for_end(context: Context) -> JsonObject:
    context.emit("begun", {})
    while True:
        context.check()
        threading.Event().wait(0.002)


HANDLERS = {
    "add": add,
    "refuse": refuse,
    "break": break_down,
    "leave process": leave_process,
    "no json": no_json,
    "wait": wait_for_end,
}


@pytest.fixture
def stop_worker(store: Store, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """A worker runs while the test does; calling the value ends it earlier."""
    stop = threading.Event()
    options = {"worker_id": "w1", "stop": stop, "lease_seconds": 0.3}
    thread = threading.Thread(
        target=worker.run, args=(store, HANDLERS, tmp_path), kwargs=options, daemon=True
    )
    store.register("w1", 1, {})
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()

    yield end
    end()


def ended(store: Store, job_id: str) -> None:
    wait_until(lambda: store.get(job_id).ended)


@pytest.mark.usefixtures("stop_worker")
def test_a_job_is_done_and_has_said_what_it_did(store: Store) -> None:
    job_id = store.submit("add", {"terms": [1, 2, 3]}, "ada")
    ended(store, job_id)
    assert [event.data["share"] for event in store.events(job_id)] == [0.5, 1.0]
    job = store.get(job_id)
    assert (job.state, job.result, job.attempt) == ("done", {"sum": 6}, 1)
    assert [event.sequence for event in store.events(job_id)] == [1, 2]


@pytest.mark.usefixtures("stop_worker")
def test_a_refusal_reaches_the_user_word_for_word(store: Store) -> None:
    job_id = store.submit("refuse", {}, "ada")
    ended(store, job_id)
    job = store.get(job_id)
    assert (job.state, job.error) == ("failed", "Play at least one note first.")


@pytest.mark.usefixtures("stop_worker")
@pytest.mark.parametrize(
    ("kind", "name"),
    [("break", "ValueError"), ("leave process", "SystemExit"), ("no json", "StatementError")],
)
def test_a_breakdown_is_logged_and_told_in_a_sentence(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, name: str
) -> None:
    job_id = store.submit(kind, {}, "ada")
    ended(store, job_id)
    sentence = str(store.get(job_id).error)
    assert f"inside Tutti ({name})" in sentence
    assert str(worker.log_path(tmp_path, "worker").parent) in sentence
    assert "secret detail" not in sentence
    assert "Traceback" in caplog.text
    healthy = store.submit("add", {"terms": [1]}, "ada")
    ended(store, healthy)
    assert store.get(healthy).state == "done"


@pytest.mark.usefixtures("stop_worker")
def test_a_worker_leaves_what_it_cannot_do_to_others(store: Store) -> None:
    strange, known = store.submit("fly", {}, "ada"), store.submit("add", {"terms": [1]}, "bob")
    ended(store, known)
    assert store.get(strange).state == "queued"


@pytest.mark.usefixtures("stop_worker")
def test_a_running_job_is_cancelled_and_the_next_one_runs(store: Store) -> None:
    job_id = store.submit("wait", {}, "ada")
    behind = store.submit("add", {"terms": [1]}, "ada")
    wait_until(lambda: store.events(job_id))
    store.cancel(job_id)
    ended(store, job_id)
    assert store.get(job_id).state == "cancelled"
    ended(store, behind)
    assert store.get(behind).state == "done"


def test_a_stopping_worker_gives_its_job_back(
    store: Store, stop_worker: Callable[[], None]
) -> None:
    job_id = store.submit("wait", {}, "ada")
    wait_until(lambda: store.events(job_id))
    stop_worker()
    job = store.get(job_id)
    assert (job.state, job.attempt) == ("queued", 1)


def test_a_long_job_keeps_its_lease(store: Store, stop_worker: Callable[[], None]) -> None:
    job_id = store.submit("wait", {}, "ada")
    wait_until(lambda: store.events(job_id))
    leases = set()

    def has_renewed_often() -> bool:
        with store.database.read() as connection:
            leases.add(connection.exec_driver_sql("SELECT lease_until FROM jobs").scalar_one())
        return len(leases) > 8  # longer than the lease it was given at first

    wait_until(has_renewed_often)
    assert store.claim("w2", lease_seconds=1) is None
    stop_worker()


def test_a_worker_whose_job_was_taken_stops_it(
    store: Store, stop_worker: Callable[[], None]
) -> None:
    job_id = store.submit("wait", {}, "ada")
    wait_until(lambda: store.events(job_id))
    store.release(job_id, "w1")
    taken = store.claim("w2", lease_seconds=60)
    if taken is None:  # w1 itself was quicker to claim it again: that is right as well
        return
    free = store.submit("add", {"terms": [1]}, "ada")
    ended(store, free)  # w1 has let go of the first job
    assert store.get(job_id).worker_id == "w2"
    stop_worker()


def test_a_store_that_fails_for_a_while_does_not_end_the_worker(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop = threading.Event()
    claim, refusals = store.claim, iter([True, False])

    def claim_later(worker_id: str, lease_seconds: float, kinds: Collection[str]) -> object:
        if next(refusals, False):
            raise JobError("The disk is full.")
        return claim(worker_id, lease_seconds, kinds)

    monkeypatch.setattr(store, "claim", claim_later)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.01)
    job_id = store.submit("add", {"terms": [1]}, "ada")
    thread = threading.Thread(
        target=worker.run,
        args=(store, HANDLERS, tmp_path),
        kwargs={"worker_id": "w1", "stop": stop},
        daemon=True,
    )
    thread.start()
    ended(store, job_id)
    stop.set()
    thread.join(10)
    assert store.get(job_id).state == "done"
    assert "The disk is full." in caplog.text


@pytest.mark.parametrize(
    ("kind", "how", "state"), [("add", "finish", "done"), ("refuse", "fail", "failed")]
)
def test_the_end_of_a_job_is_kept_as_soon_as_there_is_room(
    store: Store,
    stop_worker: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    how: str,
    state: str,
) -> None:
    end, refusals = getattr(store, how), iter([True, True, False])

    def end_later(*words: object) -> object:
        if next(refusals, False):
            raise JobError("The disk is full.")
        return end(*words)

    monkeypatch.setattr(store, how, end_later)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.01)
    job_id = store.submit(kind, {"terms": [1]}, "ada")
    ended(store, job_id)
    assert (store.get(job_id).state, store.get(job_id).attempt) == (state, 1)
    stop_worker()


def test_a_handler_can_be_run_without_a_worker(store: Store, tmp_path: Path) -> None:
    said: list[JsonObject] = []

    def cancelled() -> None:
        raise Cancelled

    store.submit("add", {"terms": [4]}, "ada")
    job = store.claim("w1", lease_seconds=60)
    assert job is not None
    context = Context(job, tmp_path, lambda _kind, data: said.append(data), lambda: None)
    assert add(context) == {"sum": 4}
    assert len(said) == 2
    with pytest.raises(Cancelled):
        wait_for_end(Context(job, tmp_path, lambda _kind, _data: None, cancelled))
