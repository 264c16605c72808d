"""Jobs, their events, drafts and workers in one SQLite file.

A job goes queued → running → done | failed | cancelled. A worker *claims* it with a lease and
renews the lease while it works; a job whose lease ran out is claimed again, and whatever the
first worker still tries to write is refused with LeaseLost. Leases are read from the clock that
counts since boot and is the same in every process, so a changed wall clock does not touch them.

Events of an attempt that was lost are kept, but `events` shows those of the last attempt only:
that, and a sequence assigned inside the transaction, is why no reader ever sees one twice.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, true
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.sqlite import insert

from studio.ground.errors import JobError
from studio.queue import rows
from studio.queue.database import Database
from studio.queue.records import (
    Draft,
    Job,
    JobEvent,
    JobState,
    JsonObject,
    LeaseLost,
    LeaseState,
    Worker,
)
from studio.queue.schema import drafts, events, jobs, workers
from studio.queue.turns import in_turn

FILE_NAME = "tutti.db"
MAX_WAITING_OF_OWNER = 20
MAX_WAITING = 200
MAX_CRASHES = 3
PASSING = frozenset({"progress"})  # says how far a job is by now: only the newest of it is kept
WORKER_ALIVE_SECONDS = 30.0  # a worker that was silent for longer is taken for dead

_EVENT_COLUMNS = [events.c[field.name] for field in fields(JobEvent)]
_WORKER_COLUMNS = [workers.c[field.name] for field in fields(Worker)]


class Store:
    """The store in the SQLite file `path`; any number of threads and processes may share it.

    Every method raises JobError when the database cannot be used (see `Database`). `lanes` are the
    kinds of jobs that have workers of their own, a set a worker; all other kinds wait together.
    `clock` is the monotonic clock that all processes share, `wall` the wall clock, both in seconds;
    only tests give others.
    """

    def __init__(
        self,
        path: Path,
        lanes: Collection[frozenset[str]] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.database = Database(path)
        self._lanes = tuple(lanes)
        self._clock, self._wall = clock, wall

    @classmethod
    def in_folder(cls, data_dir: Path, lanes: Collection[frozenset[str]] = ()) -> Store:
        """The store of a data directory."""
        return cls(data_dir / FILE_NAME, lanes)

    def close(self) -> None:
        """Close the idle connections; a later call simply opens new ones."""
        self.database.close()

    def changes(self) -> AbstractContextManager[Callable[[], bool]]:
        """A question, cheap enough to ask often: has anyone written since it was last asked?"""
        return self.database.changes()

    # --- what a page does -------------------------------------------------------------------

    def submit(self, kind: str, payload: JsonObject, owner: str) -> str:
        """Queue a job and return its id: random, safe in an address.

        Raises JobError when the owner has 20 jobs waiting for the same worker already, or everybody
        together 200.
        """
        job_id = secrets.token_urlsafe(12)
        with self.database.write() as connection:
            waiting = select(func.count()).where(jobs.c.state == "queued", self._beside(kind))
            mine = waiting.where(jobs.c.owner == owner)
            if connection.scalars(mine).one() >= MAX_WAITING_OF_OWNER:
                raise JobError(
                    f"You have {MAX_WAITING_OF_OWNER} jobs waiting: "
                    "let one finish or cancel one, then try again."
                )
            if connection.scalars(waiting).one() >= MAX_WAITING:
                raise JobError(
                    f"The studio has {MAX_WAITING} jobs waiting: please try again in a few minutes."
                )
            row = plain_insert(jobs).values(id=job_id, kind=kind, owner=owner, payload=payload)
            connection.execute(row.values(state="queued", created_at=self._wall()))
        return job_id

    def get(self, job_id: str, owner: str | None = None) -> Job:
        """The job; JobError when there is none, or when it is not `owner`'s."""
        with self.database.read() as connection:
            return rows.get(connection, job_id, owner)

    def jobs(
        self,
        owner: str | None = None,
        states: Collection[JobState] | None = None,
        limit: int = 50,
    ) -> list[Job]:
        """The newest jobs first, of one owner and in some states only where that is asked."""
        query = select(*rows.JOB_COLUMNS).order_by(jobs.c.number.desc()).limit(limit)
        if owner is not None:
            query = query.where(jobs.c.owner == owner)
        if states is not None:
            query = query.where(jobs.c.state.in_(states))
        with self.database.read() as connection:
            return [Job(**row) for row in connection.execute(query).mappings()]

    def latest(self, owner: str, kind: str) -> Job | None:
        """The job of this kind that the owner submitted last."""
        query = select(*rows.JOB_COLUMNS).where(jobs.c.owner == owner, jobs.c.kind == kind)
        with self.database.read() as connection:
            row = connection.execute(query.order_by(jobs.c.number.desc()).limit(1)).first()
        return Job(**row._mapping) if row else None

    def place(self, job_id: str) -> int:
        """0 when the job runs or has ended, 1 when it is the next of its worker, 2 after that …"""
        with self.database.read() as connection:
            job = rows.get(connection, job_id)
            if job.state != "queued":
                return 0
            return list(connection.scalars(in_turn(self._beside(job.kind)))).index(job_id) + 1

    def events(self, job_id: str, after: int = 0) -> list[JobEvent]:
        """What the job's last attempt said, in order, from beyond the sequence `after` on."""
        query = (
            select(*_EVENT_COLUMNS)
            .join(jobs, jobs.c.id == events.c.job_id)
            .where(events.c.job_id == job_id, events.c.sequence > after)
            .where(events.c.attempt == jobs.c.attempt)
            .order_by(events.c.sequence)
        )
        with self.database.read() as connection:
            return [JobEvent(**row._mapping) for row in connection.execute(query)]

    def cancel(self, job_id: str, owner: str | None = None) -> Job:
        """Cancel a waiting job at once, ask a running one to stop, leave an ended one as it is.

        Raises JobError when there is no such job, or when it is not `owner`'s.
        """
        with self.database.write() as connection:
            job = rows.get(connection, job_id, owner)
            if job.state == "queued":
                self._end(connection, job_id, "cancelled")
            elif job.state == "running":
                rows.change(connection, job_id, cancel_requested=True)
            return rows.get(connection, job_id)

    def save_draft(self, owner: str, name: str, data: JsonObject) -> int:
        """Keep `data` under the owner's `name` in place of what was there; its new revision."""
        row = {"owner": owner, "name": name, "data": data, "updated_at": self._wall()}
        query = insert(drafts).values(**row, revision=1)
        new = {"data": query.excluded.data, "updated_at": query.excluded.updated_at}
        query = query.on_conflict_do_update(
            index_elements=["owner", "name"], set_={**new, "revision": drafts.c.revision + 1}
        )
        with self.database.write() as connection:
            return int(connection.scalars(query.returning(drafts.c.revision)).one())

    def load_draft(self, owner: str, name: str) -> Draft | None:
        """What was last saved under this name, or None."""
        query = select(drafts.c.data, drafts.c.revision, drafts.c.updated_at)
        query = query.where(drafts.c.owner == owner, drafts.c.name == name)
        with self.database.read() as connection:
            row = connection.execute(query).first()
        return Draft(**row._mapping) if row else None

    # --- what a worker does -----------------------------------------------------------------

    def claim(
        self, worker_id: str, lease_seconds: float, kinds: Collection[str] | None = None
    ) -> Job | None:
        """Take the next job of these kinds, if there is one, for `lease_seconds` (renew before they
        are over).

        Jobs that had begun come first, then the owners take turns: the one who was served
        longest ago is next, with the oldest of their jobs. A job that outlived three workers
        without getting on (see `well`) fails instead of taking a fourth.
        """
        with self.database.write() as connection:
            self._recover(connection)
            job_id = connection.scalars(in_turn(_among(kinds)).limit(1)).first()
            if job_id is None:
                return None
            last_turn = connection.scalars(select(func.coalesce(func.max(jobs.c.turn), 0))).one()
            rows.change(
                connection,
                job_id,
                state="running",
                worker_id=worker_id,
                attempt=jobs.c.attempt + 1,
                turn=last_turn + 1,
                started_at=self._wall(),
                lease_until=self._clock() + lease_seconds,
                lease_seconds=lease_seconds,
            )
            return rows.get(connection, job_id)

    def renew(self, job_id: str, worker_id: str, lease_seconds: float) -> LeaseState:
        """Prolong the lease to `lease_seconds` from now and learn whether to go on."""
        with self.database.write() as connection:
            now = self._clock()  # read here: the wait for another writer must not shorten the lease
            rows.beat(connection, worker_id, now)
            try:
                held = rows.held(connection, job_id, worker_id)
            except LeaseLost:
                return "lost"
            lease = {"lease_until": now + lease_seconds, "lease_seconds": lease_seconds}
            rows.change(connection, job_id, **lease)
        return "cancel requested" if held.cancel_requested else "kept"

    def append(self, job_id: str, worker_id: str, kind: str, data: JsonObject) -> int:
        """Add an event and return its sequence; LeaseLost when the job is another's by now.

        An event that only says how far the job is ("progress") takes the place of the last one.
        """
        newest = select(func.coalesce(func.max(events.c.sequence), 0) + 1)
        with self.database.write() as connection:
            held = rows.held(connection, job_id, worker_id)
            number = connection.scalars(newest.where(events.c.job_id == job_id)).one()
            if kind in PASSING:
                mine = (events.c.job_id == job_id, events.c.attempt == held.attempt)
                connection.execute(delete(events).where(*mine, events.c.kind == kind))
            query = plain_insert(events).values(
                job_id=job_id,
                sequence=number,
                attempt=held.attempt,
                kind=kind,
                data=data,
                at=self._wall(),
            )
            connection.execute(query)
        return int(number)

    def begin_again(self, job_id: str, worker_id: str) -> None:
        """A new attempt in the same hands: what was said so far does not count any more. Raises
        LeaseLost."""
        with self.database.write() as connection:
            held = rows.held(connection, job_id, worker_id)
            rows.change(connection, job_id, attempt=held.attempt + 1)

    def well(self, job_id: str, worker_id: str) -> None:
        """The job has got on so far that the workers it outlived do not count. Raises LeaseLost."""
        with self.database.write() as connection:
            rows.held(connection, job_id, worker_id)
            rows.change(connection, job_id, crashes=0)

    def finish(self, job_id: str, worker_id: str, result: JsonObject) -> None:
        """The job is done, or cancelled if that was asked meanwhile. Raises LeaseLost."""
        with self.database.write() as connection:
            if rows.held(connection, job_id, worker_id).cancel_requested:
                self._end(connection, job_id, "cancelled")
            else:
                self._end(connection, job_id, "done", result=result)

    def fail(self, job_id: str, worker_id: str, sentence: str) -> None:
        """The job failed, or is cancelled if that was asked meanwhile. Raises LeaseLost."""
        sentence = sentence.encode("utf-8", "replace").decode()  # it may quote a broken file name
        with self.database.write() as connection:
            if rows.held(connection, job_id, worker_id).cancel_requested:
                self._end(connection, job_id, "cancelled")
            else:
                self._end(connection, job_id, "failed", error=sentence)

    def release(self, job_id: str, worker_id: str) -> None:
        """Give the job back: cancelled if that was asked, else queued again. Raises LeaseLost."""
        with self.database.write() as connection:
            held = rows.held(connection, job_id, worker_id)
            self._give_back(connection, job_id, held.cancel_requested)

    def register(self, worker_id: str, pid: int, facts: JsonObject) -> None:
        """A worker comes, or has new facts; rows of workers that died are swept out."""
        row = {"id": worker_id, "pid": pid, "facts": facts}
        row |= {"started_at": self._wall(), "heartbeat": self._clock()}
        query = insert(workers).values(row)
        news = {"facts": query.excluded.facts, "heartbeat": query.excluded.heartbeat}
        with self.database.write() as connection:
            connection.execute(delete(workers).where(~self._alive()))
            connection.execute(query.on_conflict_do_update(index_elements=["id"], set_=news))

    def heartbeat(self, worker_id: str) -> None:
        """The worker is alive; `renew` says so too."""
        with self.database.write() as connection:
            rows.beat(connection, worker_id, self._clock())

    def leave(self, worker_id: str) -> None:
        """A worker goes: its running job goes back as with `release`, its row is removed."""
        running = select(jobs.c.id, jobs.c.cancel_requested)
        running = running.where(jobs.c.worker_id == worker_id, jobs.c.state == "running")
        with self.database.write() as connection:
            for row in connection.execute(running).all():
                self._give_back(connection, row.id, row.cancel_requested)
            connection.execute(delete(workers).where(workers.c.id == worker_id))

    def workers(self) -> list[Worker]:
        """The workers that are alive, the newest first."""
        query = select(*_WORKER_COLUMNS).where(self._alive()).order_by(workers.c.heartbeat.desc())
        with self.database.read() as connection:
            return [Worker(**row._mapping) for row in connection.execute(query)]

    # --- inside -----------------------------------------------------------------------------

    def _beside(self, kind: str) -> ColumnElement[bool]:
        """The jobs that wait for the same worker as one of this kind."""
        lane = next((lane for lane in self._lanes if kind in lane), None)
        return jobs.c.kind.not_in(frozenset().union(*self._lanes)) if lane is None else _among(lane)

    def _recover(self, connection: Connection) -> None:
        """Put the running jobs whose lease ran out back into the queue, or end them."""
        columns = (jobs.c.id, jobs.c.crashes, jobs.c.cancel_requested)
        query = select(*columns).where(jobs.c.state == "running", self._lease_over())
        for job_id, crashes, cancelled in connection.execute(query).all():
            if crashes + 1 < MAX_CRASHES or cancelled:
                self._give_back(connection, job_id, cancelled)
                rows.change(connection, job_id, crashes=crashes + 1)
            else:
                self._end(connection, job_id, "failed", error=_GIVEN_UP)

    def _lease_over(self) -> ColumnElement[bool]:
        # The clock starts again at a reboot: a lease that ends later than one taken right now
        # would is from before, so nobody holds it any more.
        now = self._clock()
        return or_(jobs.c.lease_until <= now, jobs.c.lease_until > now + jobs.c.lease_seconds)

    def _give_back(self, connection: Connection, job_id: str, cancelled: bool) -> None:
        if cancelled:
            self._end(connection, job_id, "cancelled")
        else:
            rows.change(connection, job_id, state="queued", worker_id=None, lease_until=None)

    def _end(
        self,
        connection: Connection,
        job_id: str,
        state: JobState,
        *,
        error: str | None = None,
        result: JsonObject | None = None,
    ) -> None:
        ending = {"state": state, "error": error, "result": result, "lease_until": None}
        rows.change(connection, job_id, **ending, finished_at=self._wall())

    def _alive(self) -> ColumnElement[bool]:
        now = self._clock()
        return workers.c.heartbeat.between(now - WORKER_ALIVE_SECONDS, now)


def _among(kinds: Collection[str] | None) -> ColumnElement[bool]:
    """The jobs of these kinds; None: all."""
    return true() if kinds is None else jobs.c.kind.in_(kinds)


_GIVEN_UP = (
    f"This job stopped its worker {MAX_CRASHES} times, so it was given up: "
    "try other settings, or report it."
)
