"""Following a job to its end, for the command line and the Python API (pages only read)."""

from __future__ import annotations

import time
from collections.abc import Iterator

from studio.errors import JobError
from studio.jobs.store import JobEvent, Store

POLL_SECONDS = 0.025


def watch(store: Store, job_id: str, timeout_seconds: float) -> Iterator[JobEvent]:
    """The job's events as they come, until it has ended; `Store.get` then says how.

    Each event comes once. When a worker dies on the way, the next attempt begins anew: its
    events have a higher `attempt`. Raises JobError when there is no such job, or when it has not
    ended after `timeout_seconds`; the job itself goes on.
    """
    deadline = time.monotonic() + timeout_seconds
    seen = 0
    with store.changes() as changed:
        while True:
            if changed():
                ended = store.get(job_id).ended  # before the events, so that none is missed
                for event in store.events(job_id, after=seen):
                    seen = event.sequence
                    yield event
                if ended:
                    return
            if time.monotonic() > deadline:
                raise JobError(
                    f"The job has not ended after {timeout_seconds:g} seconds: "
                    "it goes on, look for it in the list of jobs later."
                )
            time.sleep(POLL_SECONDS)
