"""Whose turn it is: the order of the waiting jobs, fair between their owners."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select

from studio.queue.schema import jobs


def in_turn(queue: ColumnElement[bool]) -> Select[str]:
    """The ids of the waiting jobs of a queue (of some kinds), the next one first.

    Jobs that had begun, then in rounds: each owner's oldest job, each owner's second … Within a
    round the owner whom this queue served longest ago goes first, and among owners whom it never
    served, the one who has waited longest.
    """
    begun = jobs.c.attempt > 0
    mine, by_age = jobs.c.owner, [begun.desc(), jobs.c.number]
    waiting = (
        select(
            jobs.c.id,
            jobs.c.owner,
            begun.label("begun"),
            func.row_number().over(partition_by=mine, order_by=by_age).label("round"),
            func.min(jobs.c.number).over(partition_by=mine).label("oldest"),
        )
        .where(jobs.c.state == "queued", queue)
        .subquery()
    )
    served = select(func.max(jobs.c.turn)).where(jobs.c.owner == waiting.c.owner, queue)
    order = (waiting.c.begun.desc(), waiting.c.round, served.scalar_subquery(), waiting.c.oldest)
    return select(waiting.c.id).order_by(*order)
