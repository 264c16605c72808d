"""What a handler is given of its job, and the process of its own that a job may have."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.ground.errors import JobError, TuttiError
from studio.queue.children import FAILED, RESULT, Child, ChildDied
from studio.queue.records import Job, JsonObject
from studio.queue.store import Store

LOGS = "logs"
POLL_SECONDS = 0.04

Tell = Callable[[JsonObject], None]


class Cancelled(Exception):
    """Raised inside a handler that should stop: let it pass through."""


@dataclass(frozen=True)
class Context:
    """What a handler is given. `emit` and `check` raise Cancelled when the job should stop."""

    job: Job
    data_dir: Path
    emit: Callable[[str, JsonObject], None]  # kind, data: one event
    check: Callable[[], None]  # call it several times a second

    @property
    def logs(self) -> Path:
        """The folder of what goes wrong."""
        return self.data_dir / LOGS

    def emit_surely(self, kind: str, data: JsonObject) -> None:
        """Emits an event as soon as the store can be written: hours of work must not be lost
        because it could not for a while."""
        while True:
            try:
                return self.emit(kind, data)
            except JobError:
                self.check()
                threading.Event().wait(10 * POLL_SECONDS)

    def ends_with(self, error: Exception) -> bool:
        """Whether the job ends with this error of its handler: one that only changes hands is
        another worker's to go on with."""
        if not isinstance(error, Cancelled):
            return True
        store = Store.in_folder(self.data_dir)
        try:
            job = store.get(self.job.id)
        finally:
            store.close()
        mine = (job.worker_id, job.attempt) == (self.job.worker_id, self.job.attempt)
        return job.cancel_requested and mine

    def follow(
        self,
        program: Sequence[str],
        log: str,
        hear: Callable[[str, JsonObject], None] | None = None,
        idle: Callable[[Tell], None] = lambda tell: None,
    ) -> JsonObject | None:
        """The result of the process of Python that `program` names (see `studio.queue.speaking`);
        None where it died without one. It does not outlive this call; what it writes to stderr is
        kept in the file `log` of the logs.

        `hear` is told what it says, which is emitted unless it is given; `idle` is called several
        times a second with what tells the process something. Raises TuttiError with the process's
        own sentence, and Cancelled.
        """
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        hear = hear or self.emit_surely
        with Child(program, self.logs / log) as child:
            while True:
                self.check()
                idle(child.tell)
                try:
                    said = child.heard(POLL_SECONDS)
                except ChildDied:
                    return None
                if said is None:
                    continue
                kind, data = said
                if kind == RESULT:
                    return data
                if kind == FAILED:
                    raise TuttiError(data["error"])
                hear(kind, data)
