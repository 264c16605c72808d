"""Many threads and processes on one store."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from jobs_tools import child

from studio.queue.store import Store


def submit_forty(store: Store) -> set[str]:
    return {store.submit("compose", {}, f"owner{number % 4}") for number in range(40)}


def test_four_threads_claim_each_job_once(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    submitted = submit_forty(store)
    ready = threading.Barrier(4)

    def claim_all(worker_id: str) -> list[str]:
        ready.wait()
        claimed = []
        while job := store.claim(worker_id, lease_seconds=60):
            claimed.append(job.id)
            store.finish(job.id, worker_id, {"by": worker_id})
        return claimed

    with ThreadPoolExecutor(4) as pool:
        claims = Counter(chain.from_iterable(pool.map(claim_all, "abcd")))
    assert claims == Counter(submitted)
    assert {job.state for job in store.jobs()} == {"done"}
    store.close()


def test_three_processes_claim_each_job_once(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    submitted = submit_forty(store)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(child("child_claimer.py", str(tmp_path), name, "3"))
            for name in "abc"
        ]
        claims = Counter(" ".join(p.communicate(timeout=30)[0] for p in processes).split())
    assert claims == Counter(submitted)
    assert all(job.result == {"by": job.worker_id} for job in store.jobs())
    store.close()


def test_many_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    ready = threading.Barrier(8)

    def open_and_submit(number: int) -> str:
        ready.wait()
        store = Store.in_folder(tmp_path / "new")
        job_id = store.submit("compose", {}, f"owner{number}")
        store.close()
        return job_id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(open_and_submit, range(8)))
    store = Store.in_folder(tmp_path / "new")
    assert {job.id for job in store.jobs()} == ids
    store.close()


def test_readers_see_every_event_once_while_it_is_appended(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    job_id = store.submit("compose", {}, "ada")
    store.claim("w1", lease_seconds=60)

    def follow(_reader: int) -> list[int]:
        seen: list[int] = []
        while len(seen) < 200:
            seen += [event.sequence for event in store.events(job_id, after=len(seen))]
        return seen

    with ThreadPoolExecutor(4) as pool:
        readings = pool.map(follow, range(4))
        for step in range(200):
            store.append(job_id, "w1", "step", {"step": step})
        assert all(seen == list(range(1, 201)) for seen in readings)
    store.close()


def test_threads_that_append_to_one_job_share_one_sequence(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    job_id = store.submit("compose", {}, "ada")
    store.claim("w1", lease_seconds=60)
    with ThreadPoolExecutor(4) as pool:
        sequences = pool.map(lambda step: store.append(job_id, "w1", "s", {"n": step}), range(80))
        assert sorted(sequences) == list(range(1, 81))
    assert sorted(event.data["n"] for event in store.events(job_id)) == list(range(80))
    store.close()
