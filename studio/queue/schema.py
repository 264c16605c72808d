"""The tables of the job store and of the library, and how an older file comes to have them.

Version 1 had jobs, events, drafts and workers; version 2 adds the library's pieces and versions.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

SCHEMA_VERSION = 2  # raise it with every change of a table, and say how an older file is moved

metadata = MetaData()


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, String, nullable=null)


def _object(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, JSON(none_as_null=True), nullable=null)


def _wall_time(name: str, *, null: bool = False) -> Column[Any]:
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

pieces = Table(
    "pieces",
    metadata,
    Column("id", String, primary_key=True),
    _text("owner"),
    _text("name"),
    _object("tags"),
    Column("favourite", Boolean, nullable=False, default=False),
    _wall_time("created_at"),
    _wall_time("changed_at"),
    _wall_time("deleted_at", null=True),
    _text("head"),  # the version that was saved last
    Column("revision", Integer, nullable=False),  # grows with every change of the piece
    _object("mix"),
    _object("locks"),
    _text("words"),  # name and tags as a search compares them
)
Index("pieces_by_owner", pieces.c.owner, pieces.c.changed_at)

versions = Table(
    "versions",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of saving, free of clocks
    Column("id", String, nullable=False, unique=True),
    Column("piece", ForeignKey("pieces.id"), nullable=False),
    _text("parent", null=True),
    _text("kind"),
    _text("label"),
    _wall_time("at"),
    _wall_time("begun_at"),  # of the first of the edits that are in it
    Column("revision", Integer, nullable=False),  # of the piece, with which it came
    _text("job", null=True),  # which job and take it was kept from
    Column("take", Integer),
    _text("gone_into", null=True),  # the later edit that took its place
)
Index("versions_by_piece", versions.c.piece, versions.c.number)
Index("versions_by_job", versions.c.job, versions.c.take, unique=True)


def move(connection: Connection) -> None:
    """Makes the tables that the file does not have yet; what is in it stays. Needs to be the only
    writer."""
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version < SCHEMA_VERSION:  # from 1 to 2 nothing but new tables
        metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
