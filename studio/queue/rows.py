"""The small queries that the store's transactions are made of."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, Row, select
from sqlalchemy import update as plain_update

from studio.ground.errors import JobError
from studio.queue.records import Job, LeaseLost
from studio.queue.schema import jobs, workers

JOB_COLUMNS = [jobs.c[field.name] for field in fields(Job)]


def get(connection: Connection, job_id: str, owner: str | None = None) -> Job:
    """The job; JobError when there is none, or when it is not `owner`'s."""
    row = connection.execute(select(*JOB_COLUMNS).where(jobs.c.id == job_id)).first()
    # Somebody else's job and no job at all sound the same, so that nobody can probe for ids.
    if row is None or owner not in (None, row.owner):
        raise JobError("There is no such job: look at your list of jobs for those there are.")
    return Job(**row._mapping)


def held(connection: Connection, job_id: str, worker_id: str) -> Row[int, bool]:
    """The attempt and the cancel request of a job that this worker runs, or LeaseLost."""
    query = select(jobs.c.attempt, jobs.c.cancel_requested)
    mine = (jobs.c.id == job_id, jobs.c.worker_id == worker_id, jobs.c.state == "running")
    row = connection.execute(query.where(*mine)).first()
    if row is None:
        raise LeaseLost(f"worker {worker_id} no longer runs job {job_id}")
    return row


def change(connection: Connection, job_id: str, **values: object) -> None:
    """Set columns of a job."""
    connection.execute(plain_update(jobs).where(jobs.c.id == job_id).values(values))


def beat(connection: Connection, worker_id: str, now: float) -> None:
    """The worker lived at this moment of the monotonic clock."""
    connection.execute(plain_update(workers).where(workers.c.id == worker_id).values(heartbeat=now))
