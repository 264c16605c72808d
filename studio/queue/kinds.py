"""Which kinds of jobs wait for which worker: a training takes hours and a set minutes, and a band
must not wait for either."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, true

from studio.queue.schema import jobs

TRAINING = frozenset({"train"})
READING = frozenset({"gather", "diagnose"})

# They say how far a job is by now: only the newest of them is kept.
PASSING = frozenset({"progress"})


def among(kinds: Collection[str] | None) -> ColumnElement[bool]:
    """The jobs of these kinds; None: all."""
    return true() if kinds is None else jobs.c.kind.in_(kinds)


def beside(kind: str) -> ColumnElement[bool]:
    """The jobs that wait for the same worker as one of this kind."""
    for own in (TRAINING, READING):
        if kind in own:
            return among(own)
    return jobs.c.kind.not_in(TRAINING | READING)
