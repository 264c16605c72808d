"""The store against a model of a few lines, in any order of calls, deaths and reboots."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from jobs_tools import HandClock

from studio.queue.records import LeaseLost
from studio.queue.store import MAX_CRASHES, Store

LEASE_SECONDS = 10.0
WORKERS = st.sampled_from(["w1", "w2"])
OWNERS = st.sampled_from(["ada", "bob", "eve"])


@dataclass
class Expected:
    state: str = "queued"
    worker_id: str | None = None
    lease_until: float = 0.0
    attempt: int = 0
    crashes: int = 0
    cancel: bool = False
    events: list[int] = field(default_factory=list)  # of the last attempt
    sequence: int = 0


class StoreMachine(RuleBasedStateMachine):
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = HandClock()
        self.store = Store(Path(self.folder.name) / "tutti.db", clock=self.clock)
        self.model: dict[str, Expected] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(target=ids, owner=OWNERS)
    def submit(self, owner: str) -> str:
        waiting = [job for job in self.model.values() if job.state == "queued"]
        if len(waiting) >= 20:
            return next(iter(self.model))
        job_id = self.store.submit("compose", {}, owner)
        self.model[job_id] = Expected()
        return job_id

    @rule(worker_id=WORKERS)
    def claim(self, worker_id: str) -> None:
        for job in self.model.values():
            late = not 0 < job.lease_until - self.clock.now <= LEASE_SECONDS
            if job.state == "running" and late:
                job.crashes += 1
                given_up = "failed" if job.crashes >= MAX_CRASHES else "queued"
                job.state, job.worker_id = ("cancelled" if job.cancel else given_up), None
        waiting = {job_id for job_id, job in self.model.items() if job.state == "queued"}
        begun = {job_id for job_id in waiting if self.model[job_id].attempt}
        claimed = self.store.claim(worker_id, LEASE_SECONDS)
        if claimed is None:
            assert not waiting
            return
        assert claimed.id in (begun or waiting)
        job = self.model[claimed.id]
        job.state, job.worker_id, job.events = "running", worker_id, []
        job.attempt += 1
        job.lease_until = self.clock.now + LEASE_SECONDS

    def holds(self, job_id: str, worker_id: str) -> bool:
        job = self.model[job_id]
        return job.state == "running" and job.worker_id == worker_id

    @rule(job_id=ids, worker_id=WORKERS)
    def append(self, job_id: str, worker_id: str) -> None:
        if not self.holds(job_id, worker_id):
            with pytest.raises(LeaseLost):
                self.store.append(job_id, worker_id, "step", {})
            return
        job = self.model[job_id]
        job.sequence += 1
        assert self.store.append(job_id, worker_id, "step", {}) == job.sequence
        job.events.append(job.sequence)

    @rule(job_id=ids, worker_id=WORKERS)
    def renew(self, job_id: str, worker_id: str) -> None:
        answer = self.store.renew(job_id, worker_id, LEASE_SECONDS)
        job = self.model[job_id]
        if not self.holds(job_id, worker_id):
            assert answer == "lost"
            return
        assert answer == ("cancel requested" if job.cancel else "kept")
        job.lease_until = self.clock.now + LEASE_SECONDS

    @rule(job_id=ids, worker_id=WORKERS, ending=st.sampled_from(["done", "failed", "queued"]))
    def end(self, job_id: str, worker_id: str, ending: str) -> None:
        def call() -> None:
            if ending == "done":
                self.store.finish(job_id, worker_id, {"by": worker_id})
            elif ending == "failed":
                self.store.fail(job_id, worker_id, "It failed.")
            else:
                self.store.release(job_id, worker_id)

        if not self.holds(job_id, worker_id):
            with pytest.raises(LeaseLost):
                call()
            return
        call()
        job = self.model[job_id]
        job.state = "cancelled" if job.cancel else ending

    @rule(job_id=ids)
    def cancel(self, job_id: str) -> None:
        self.store.cancel(job_id)
        job = self.model[job_id]
        if job.state == "queued":
            job.state = "cancelled"
        elif job.state == "running":
            job.cancel = True

    @rule(seconds=st.sampled_from([1.0, 6.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def reboot(self) -> None:
        self.store.close()
        self.clock.now = 1.0
        self.store = Store(Path(self.folder.name) / "tutti.db", clock=self.clock)

    @invariant()
    def the_store_is_as_the_model_says(self) -> None:
        jobs = {job.id: job for job in self.store.jobs(limit=1000)}
        assert {i: job.state for i, job in jobs.items()} == {
            i: job.state for i, job in self.model.items()
        }
        for job_id, expected in self.model.items():
            assert (jobs[job_id].result is not None) == (expected.state == "done")
            assert [e.sequence for e in self.store.events(job_id)] == expected.events


StoreMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, derandomize=True
)
TestStoreModel = StoreMachine.TestCase


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    before=st.lists(OWNERS, max_size=4, unique=True),
    owners=st.lists(OWNERS, min_size=1, max_size=9),
)
def test_owners_take_turns_and_places_tell_it(before: list[str], owners: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.in_folder(Path(folder))
        for owner in before:  # served already, in this order
            store.submit("compose", {}, owner)
            store.claim("w1", lease_seconds=60)
        queue = [(store.submit("compose", {}, owner), owner) for owner in owners]
        places = {job_id: store.place(job_id) for job_id, _ in queue}

        served = list(before)  # the owners, those served longest ago first
        for place in range(1, len(queue) + 1):
            turns = {owner: served.index(owner) if owner in served else -1 for _, owner in queue}
            expected, owner = min(queue, key=lambda entry: turns[entry[1]])  # then by age
            job = store.claim("w1", lease_seconds=60)
            assert job is not None
            assert (job.id, places[job.id]) == (expected, place)
            queue.remove((expected, owner))
            served = [other for other in served if other != owner] + [owner]
        store.close()
