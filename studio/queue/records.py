"""What the job store hands out: frozen rows, with wall-clock times that are for display only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

JsonObject = dict[str, Any]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
LeaseState = Literal["kept", "cancel requested", "lost"]


class LeaseLost(Exception):
    """The job is no longer this worker's: another one has it, or it has ended."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue. Times are wall-clock seconds since the epoch, for display only."""

    id: str
    kind: str
    owner: str
    payload: JsonObject
    state: JobState
    created_at: float
    started_at: float | None
    finished_at: float | None
    worker_id: str | None
    attempt: int  # 0 before the first claim
    error: str | None  # a sentence, when failed
    result: JsonObject | None  # when done
    cancel_requested: bool

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something a job said: `sequence` grows through all attempts, so it serves as a bookmark."""

    job_id: str
    sequence: int
    attempt: int
    kind: str
    data: JsonObject
    at: float


@dataclass(frozen=True, slots=True)
class Draft:
    """What a page must not lose; `revision` counts its savings from 1."""

    data: JsonObject
    revision: int
    updated_at: float


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process that is alive, and what it said about itself (device, synth …)."""

    id: str
    pid: int
    started_at: float
    facts: JsonObject
