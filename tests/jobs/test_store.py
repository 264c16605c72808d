"""What one user of the job store may rely on."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs_tools import HandClock
from sqlalchemy.exc import StatementError

from studio.ground.errors import JobError
from studio.queue import store as store_module
from studio.queue.records import LeaseLost
from studio.queue.store import Store


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def wall() -> HandClock:
    return HandClock(1_700_000_000.0)


@pytest.fixture
def store(tmp_path: Path, clock: HandClock, wall: HandClock) -> Iterator[Store]:
    lanes = (frozenset({"train"}), frozenset({"gather", "diagnose"}))
    store = Store(tmp_path / "data" / "tutti.db", lanes, clock=clock, wall=wall)
    yield store
    store.close()


def running(store: Store, owner: str = "ada", worker_id: str = "w1") -> str:
    job_id = store.submit("compose", {"seed": 1}, owner)
    job = store.claim(worker_id, lease_seconds=3)
    assert job is not None
    assert job.id == job_id
    return job_id


def test_the_folder_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "tutti.db").stat().st_mode) == 0o600


def test_a_job_from_submission_to_result(store: Store, wall: HandClock) -> None:
    job_id = store.submit("compose", {"melody": [60, 62]}, "ada")
    queued = store.get(job_id)
    assert (queued.state, queued.attempt, queued.started_at) == ("queued", 0, None)
    assert (queued.payload, queued.created_at) == ({"melody": [60, 62]}, wall.now)

    wall.now += 1
    claimed = store.claim("w1", lease_seconds=3)
    assert claimed == store.get(job_id)
    assert (claimed.state, claimed.attempt, claimed.worker_id) == ("running", 1, "w1")

    assert store.append(job_id, "w1", "step", {"share": 0.5}) == 1
    assert store.append(job_id, "w1", "step", {"share": 1.0}) == 2
    store.finish(job_id, "w1", {"parts": 3})
    done = store.get(job_id)
    assert (done.state, done.result, done.error, done.ended) == ("done", {"parts": 3}, None, True)
    assert done.finished_at == wall.now
    assert [event.data["share"] for event in store.events(job_id)] == [0.5, 1.0]
    assert [event.sequence for event in store.events(job_id, after=1)] == [2]


def test_a_failed_job_keeps_its_sentence(store: Store) -> None:
    job_id = running(store)
    store.fail(job_id, "w1", "Play at least one note in \udcff.mid.")
    job = store.get(job_id)
    assert (job.state, job.error) == ("failed", "Play at least one note in ?.mid.")


def test_nothing_is_claimed_twice(store: Store) -> None:
    running(store)
    assert store.claim("w2", lease_seconds=3) is None


def test_an_ended_job_takes_no_more_words(store: Store) -> None:
    job_id = running(store)
    store.finish(job_id, "w1", {})
    with pytest.raises(LeaseLost):
        store.append(job_id, "w1", "late", {})
    with pytest.raises(LeaseLost):
        store.finish(job_id, "w1", {"second": True})
    with pytest.raises(LeaseLost):
        store.fail(job_id, "w1", "late")
    assert store.renew(job_id, "w1", 3) == "lost"
    assert store.get(job_id).result == {}


def test_a_result_that_is_not_json_changes_nothing(store: Store) -> None:
    job_id = running(store)
    with pytest.raises(StatementError):
        store.finish(job_id, "w1", {"loss": float("nan")})
    assert store.get(job_id).state == "running"


# --- leases ---------------------------------------------------------------------------------


def test_a_lease_that_ran_out_is_claimed_again_and_the_zombie_refused(
    store: Store, clock: HandClock
) -> None:
    job_id = running(store)
    store.append(job_id, "w1", "step", {"n": 1})
    clock.now += 2.9
    assert store.claim("w2", lease_seconds=3) is None
    clock.now += 0.1
    again = store.claim("w2", lease_seconds=3)
    assert again is not None
    assert (again.id, again.attempt, again.worker_id) == (job_id, 2, "w2")

    with pytest.raises(LeaseLost):
        store.append(job_id, "w1", "step", {"n": 2})
    assert store.renew(job_id, "w1", 3) == "lost"
    assert store.events(job_id) == []  # the first attempt's do not count any more
    store.append(job_id, "w2", "step", {"n": 1})
    assert [(event.data["n"], event.attempt) for event in store.events(job_id)] == [(1, 2)]
    # A reader that had followed the first attempt goes on behind its bookmark.
    assert [event.sequence for event in store.events(job_id, after=1)] == [2]


def test_a_renewed_lease_holds(store: Store, clock: HandClock) -> None:
    job_id = running(store)
    for _ in range(10):
        clock.now += 2
        assert store.renew(job_id, "w1", 3) == "kept"
        assert store.claim("w2", lease_seconds=3) is None


def test_a_late_worker_keeps_a_job_that_nobody_took(store: Store, clock: HandClock) -> None:
    job_id = running(store)
    clock.now += 60
    store.append(job_id, "w1", "step", {})
    assert store.renew(job_id, "w1", 3) == "kept"
    assert store.claim("w2", lease_seconds=3) is None


def test_a_job_that_outlives_three_workers_fails(store: Store, clock: HandClock) -> None:
    job_id = running(store)
    for attempt in (2, 3):
        clock.now += 3
        job = store.claim("w1", lease_seconds=3)
        assert job is not None
        assert job.attempt == attempt
    clock.now += 3
    assert store.claim("w1", lease_seconds=3) is None
    failed = store.get(job_id)
    assert failed.state == "failed"
    assert "given up" in str(failed.error)


def test_a_released_job_waits_again_without_counting_a_crash(
    store: Store, clock: HandClock
) -> None:
    job_id = running(store)
    for attempt in range(2, 8):
        store.append(job_id, "w1", "step", {})
        store.release(job_id, "w1")
        assert store.get(job_id).state == "queued"
        job = store.claim("w1", lease_seconds=3)
        assert job is not None
        assert (job.id, job.attempt) == (job_id, attempt)
        assert store.events(job_id) == []


@pytest.mark.parametrize("jump_seconds", [-1e9, -3600.0, 3600.0, 1e9])
def test_a_changed_wall_clock_changes_no_lease(
    store: Store, clock: HandClock, wall: HandClock, jump_seconds: float
) -> None:
    job_id = running(store)
    wall.now += jump_seconds
    assert store.claim("w2", lease_seconds=3) is None
    assert store.renew(job_id, "w1", 3) == "kept"
    store.register("w1", 1, {})
    wall.now -= 2 * jump_seconds
    assert [worker.id for worker in store.workers()] == ["w1"]
    clock.now += 3
    assert store.claim("w2", lease_seconds=3) is not None


def test_after_a_reboot_every_lease_is_over(store: Store, clock: HandClock) -> None:
    running(store)
    store.register("w1", 1, {})
    clock.now = 5.0  # the monotonic clock starts again
    assert store.workers() == []
    job = store.claim("w2", lease_seconds=3)
    assert job is not None
    assert job.attempt == 2


# --- cancelling -----------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once(store: Store) -> None:
    job_id = store.submit("compose", {}, "ada")
    assert store.cancel(job_id).state == "cancelled"
    assert store.claim("w1", lease_seconds=3) is None


@pytest.mark.parametrize("ending", ["release", "finish", "fail"])
def test_a_running_job_is_asked_and_then_cancelled(store: Store, ending: str) -> None:
    job_id = running(store)
    assert store.cancel(job_id).state == "running"
    assert store.cancel(job_id).cancel_requested  # twice is as good as once
    assert store.renew(job_id, "w1", 3) == "cancel requested"
    if ending == "release":
        store.release(job_id, "w1")
    elif ending == "finish":
        store.finish(job_id, "w1", {})
    else:
        store.fail(job_id, "w1", "it broke on the way out")
    job = store.get(job_id)
    assert (job.state, job.result, job.error) == ("cancelled", None, None)


def test_a_cancelled_job_whose_worker_died_is_not_begun_again(
    store: Store, clock: HandClock
) -> None:
    job_id = running(store)
    store.cancel(job_id)
    clock.now += 3
    assert store.claim("w2", lease_seconds=3) is None
    assert store.get(job_id).state == "cancelled"


def test_an_ended_job_stays_as_it_ended(store: Store) -> None:
    job_id = running(store)
    store.finish(job_id, "w1", {"parts": 3})
    assert store.cancel(job_id) == store.get(job_id)
    assert store.get(job_id).state == "done"


def test_cancelling_touches_no_other_job(store: Store) -> None:
    first = running(store)
    others = [store.submit("compose", {}, "ada") for _ in range(3)]
    before = [store.get(job_id) for job_id in (first, others[0], others[2])]
    store.cancel(others[1])
    assert [store.get(job_id) for job_id in (first, others[0], others[2])] == before
    store.cancel(others[0])
    assert store.renew(first, "w1", 3) == "kept"


def test_nobody_sees_or_cancels_the_job_of_another(store: Store) -> None:
    job_id = store.submit("compose", {}, "ada")
    for refused in (store.cancel, store.get):
        with pytest.raises(JobError, match="no such job"):
            refused(job_id, owner="bob")
    with pytest.raises(JobError, match="no such job"):
        store.get("never-was")
    assert store.get(job_id, owner="ada").state == "queued"


# --- lists, limits, turns -------------------------------------------------------------------


def test_lists_show_the_newest_first(store: Store) -> None:
    mine = [store.submit("compose", {}, "ada") for _ in range(3)]
    theirs = store.submit("train", {}, "bob")
    store.cancel(mine[1])
    assert [job.id for job in store.jobs()] == [theirs, *reversed(mine)]
    assert [job.id for job in store.jobs("ada", {"queued"})] == [mine[2], mine[0]]
    assert [job.id for job in store.jobs("ada", limit=1)] == [mine[2]]
    latest = store.latest("ada", "compose")
    assert latest is not None
    assert latest.id == mine[2]
    assert store.latest("ada", "train") is None


def test_an_owner_may_have_twenty_jobs_waiting(store: Store) -> None:
    running(store)
    waiting = [store.submit("compose", {}, "ada") for _ in range(20)]
    with pytest.raises(JobError, match="20 jobs waiting"):
        store.submit("compose", {}, "ada")
    store.submit("compose", {}, "bob")
    store.cancel(waiting[0])
    store.submit("compose", {}, "ada")


def test_the_whole_queue_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_WAITING", 5)
    for owner in "abcde":
        store.submit("compose", {}, owner)
    with pytest.raises(JobError, match="try again in a few minutes"):
        store.submit("compose", {}, "f")


def test_the_place_in_the_queue_counts_down(store: Store) -> None:
    ids = [store.submit("compose", {}, owner) for owner in ("ada", "ada", "bob")]
    assert [store.place(job_id) for job_id in ids] == [1, 3, 2]
    store.claim("w1", lease_seconds=3)
    assert [store.place(job_id) for job_id in ids] == [0, 2, 1]
    store.cancel(ids[2])
    assert [store.place(job_id) for job_id in ids] == [0, 1, 0]


def test_a_job_that_had_begun_comes_first(store: Store) -> None:
    first = running(store)
    second, third = store.submit("compose", {}, "ada"), store.submit("compose", {}, "bob")
    store.release(first, "w1")
    assert [store.place(job_id) for job_id in (first, second, third)] == [1, 3, 2]


# --- drafts and workers ---------------------------------------------------------------------


def test_a_draft_comes_back_as_it_was(store: Store) -> None:
    assert store.load_draft("ada", "take") is None
    take = {"notes": [[0, 60, 480]], "title": "Čaj \u266a", "tempo_bpm": 120.5, "nothing": None}
    assert store.save_draft("ada", "take", {"notes": []}) == 1
    assert store.save_draft("ada", "take", take) == 2
    store.save_draft("ada", "form", {"seed": 1})
    store.save_draft("bob", "take", {"notes": [1]})
    draft = store.load_draft("ada", "take")
    assert draft is not None
    assert (draft.data, draft.revision) == (take, 2)


def test_workers_are_listed_while_they_are_alive(store: Store, clock: HandClock) -> None:
    store.register("w1", 11, {})
    store.register("w1", 11, {"device": "cpu"})
    clock.now += 20
    store.heartbeat("w1")
    clock.now += 20
    (worker,) = store.workers()
    assert (worker.pid, worker.facts) == (11, {"device": "cpu"})
    clock.now += 20
    assert store.workers() == []
    store.register("w2", 12, {})
    assert [worker.id for worker in store.workers()] == ["w2"]
    store.leave("w2")
    assert store.workers() == []


def test_a_worker_that_leaves_gives_its_job_back(store: Store) -> None:
    other = running(store, "bob", "w2")
    job_id = running(store, "ada", "w1")
    store.leave("w1")
    assert (store.get(job_id).state, store.get(other).state) == ("queued", "running")


# --- queues ---------------------------------------------------------------------------------


def test_a_worker_claims_its_own_kinds_only(store: Store) -> None:
    train, gather, compose = (store.submit(kind, {}, "ada") for kind in ("train", "gather", "x"))
    assert [store.place(job_id) for job_id in (train, gather, compose)] == [1, 1, 1]
    assert store.claim("w1", 3, ["diagnose"]) is None
    for kinds, job_id in ((["gather", "diagnose"], gather), (["train"], train), (["x"], compose)):
        job = store.claim("w1", 3, kinds)
        assert job is not None
        assert job.id == job_id


def test_trainings_that_wait_leave_room_for_bands(store: Store) -> None:
    for _ in range(20):
        store.submit("train", {}, "ada")
    with pytest.raises(JobError, match="20 jobs waiting"):
        store.submit("train", {}, "ada")
    assert store.place(store.submit("compose", {}, "ada")) == 1


def test_turns_are_taken_in_each_queue_alone(store: Store) -> None:
    band = store.submit("compose", {}, "ada")
    store.claim("w1", 3, ["compose"])
    ids = [store.submit("train", {}, owner) for owner in ("ada", "bob")]
    assert [store.place(job_id) for job_id in ids] == [1, 2]  # ada's band is no training
    assert store.place(band) == 0


def test_of_progress_only_the_newest_event_is_kept(store: Store) -> None:
    job_id = running(store)
    for step in range(3):
        store.append(job_id, "w1", "epoch", {"epoch": step})
        store.append(job_id, "w1", "progress", {"share": step})
    kinds = [(event.sequence, event.kind) for event in store.events(job_id)]
    assert kinds == [(1, "epoch"), (3, "epoch"), (5, "epoch"), (6, "progress")]
    assert [event.data for event in store.events(job_id, after=4)][-1] == {"share": 2}


def test_an_attempt_may_begin_again_in_the_same_hands(store: Store) -> None:
    job_id = running(store)
    store.append(job_id, "w1", "step", {"n": 1})
    store.begin_again(job_id, "w1")
    assert store.events(job_id) == []
    store.append(job_id, "w1", "step", {"n": 1})
    assert [(event.sequence, event.attempt) for event in store.events(job_id)] == [(2, 2)]
    with pytest.raises(LeaseLost):
        store.begin_again(job_id, "w2")


def test_a_job_that_gets_on_may_outlive_any_number_of_workers(
    store: Store, clock: HandClock
) -> None:
    job_id = running(store)
    for attempt in range(2, 8):
        store.well(job_id, "w1")
        clock.now += 3
        job = store.claim("w1", lease_seconds=3)
        assert job is not None
        assert job.attempt == attempt
    with pytest.raises(LeaseLost):
        store.well(job_id, "w2")
