"""The tables of the job store."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, String, nullable=null)


def _object(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=null)


def _wall_time(name: str, *, null: bool = False) -> Column[float]:
    """Seconds since the epoch. For display only: wall clocks jump, nothing is decided by them."""
    return Column(name, Float, nullable=null)


jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of submission, free of clocks
    Column("id", String, nullable=False, unique=True),
    _text("kind"),
    _text("owner"),
    _object("payload"),
    _text("state"),
    _wall_time("created_at"),
    _wall_time("started_at", null=True),
    _wall_time("finished_at", null=True),
    _text("worker_id", null=True),
    Column("attempt", Integer, nullable=False, default=0),  # grows with every claim
    Column("crashes", Integer, nullable=False, default=0),  # attempts whose lease ran out
    Column("turn", Integer, nullable=False, default=0),  # when it was last claimed, in claims
    Column("lease_until", Float),  # on the monotonic clock
    Column("lease_seconds", Float),
    _text("error", null=True),
    _object("result", null=True),
    Column("cancel_requested", Boolean, nullable=False, default=False),
)
Index("jobs_by_state", jobs.c.state, jobs.c.owner, jobs.c.number)
Index("jobs_by_owner", jobs.c.owner, jobs.c.kind, jobs.c.number)
Index("jobs_by_turn", jobs.c.owner, jobs.c.turn)

events = Table(
    "events",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),  # 1, 2, … through all attempts of the job
    Column("attempt", Integer, nullable=False),
    _text("kind"),
    _object("data"),
    _wall_time("at"),
    sqlite_with_rowid=False,  # keeps the events of one job side by side
)

drafts = Table(
    "drafts",
    metadata,
    Column("owner", String, primary_key=True),
    Column("name", String, primary_key=True),
    _object("data"),
    Column("revision", Integer, nullable=False),
    _wall_time("updated_at"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String, primary_key=True),
    Column("pid", Integer, nullable=False),
    _wall_time("started_at"),
    Column("heartbeat", Float, nullable=False),  # on the monotonic clock
    _object("facts"),
)
