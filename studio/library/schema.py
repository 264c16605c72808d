"""The tables of the library, in the file of the job store. Times are wall-clock seconds."""

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

FILE_VERSION = 2  # of the store's file, from which on it has these tables

metadata = MetaData()

pieces = Table(
    "pieces",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("favourite", Boolean, nullable=False, default=False),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("deleted_at", Float, nullable=True),
    Column("head", String, nullable=False),  # the version that was saved last
    Column("revision", Integer, nullable=False),  # grows with every change of the piece
    Column("mix", JSON, nullable=False),
    Column("locks", JSON, nullable=False),
    Column("words", String, nullable=False),  # name and tags as a search compares them
)
Index("pieces_by_owner", pieces.c.owner, pieces.c.changed_at)

versions = Table(
    "versions",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of saving, free of clocks
    Column("id", String, nullable=False, unique=True),
    Column("piece", ForeignKey("pieces.id"), nullable=False),
    Column("parent", String, nullable=True),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("begun_at", Float, nullable=False),  # of the first of the edits that are in it
    Column("revision", Integer, nullable=False),  # of the piece, with which it came
    Column("job", String, nullable=True),  # which job and take it was kept from
    Column("take", Integer),
    Column("gone_into", String, nullable=True),  # the later edit that took its place
)
Index("versions_by_piece", versions.c.piece, versions.c.number)
Index("versions_by_job", versions.c.job, versions.c.take, unique=True)
