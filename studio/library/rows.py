"""The small queries that the library's transactions are made of, and how texts are compared."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import Connection, select
from sqlalchemy import insert as plain_insert
from sqlalchemy import update as plain_update

from studio.ground.errors import JobError
from studio.library.records import Piece, Version
from studio.library.schema import pieces, versions
from studio.music.score import clean_text
from studio.queue import JsonObject

UNTITLED = "Untitled"
MAX_TAGS, MAX_TAG_CHARACTERS = 20, 40
PIECE_COLUMNS = [pieces.c[field.name] for field in fields(Piece)]
VERSION_COLUMNS = [versions.c[field.name] for field in fields(Version)]


def new_id() -> str:
    """Random, safe in an address and as a folder's name."""
    return secrets.token_urlsafe(12)


def get(connection: Connection, piece: str, owner: str | None = None) -> Piece:
    """The piece; JobError when there is none, or when it is not `owner`'s."""
    row = connection.execute(select(*PIECE_COLUMNS).where(pieces.c.id == piece)).first()
    # Somebody else's piece and no piece at all sound the same, so that nobody can probe for ids.
    if row is None or owner not in (None, row.owner):
        raise JobError("There is no such piece: choose one from your library.")
    return Piece(**row._mapping)


def resolved(connection: Connection, piece: str, version: str) -> Version:
    """The version, or the later edit that it went into; JobError when the piece has none such."""
    query = select(versions.c.gone_into, *VERSION_COLUMNS).where(versions.c.piece == piece)
    while row := connection.execute(query.where(versions.c.id == version)).first():
        if row.gone_into is None:
            found = dict(row._mapping)
            del found["gone_into"]
            return Version(**found)
        version = row.gone_into
    raise JobError("There is no such version of this piece: choose one from its history.")


def newest_edit(connection: Connection, version: str, revision: int) -> Version | None:
    """The newest edit that was made of a version after the piece had `revision`."""
    query = select(*VERSION_COLUMNS).where(
        versions.c.parent == version,
        versions.c.kind == "edit",
        versions.c.revision > revision,
        versions.c.gone_into.is_(None),
    )
    row = connection.execute(query.order_by(versions.c.number.desc()).limit(1)).first()
    return Version(**row._mapping) if row else None


def before(connection: Connection, version: Version, revision: int) -> str:
    """The version, or the one whose place it took after the piece had `revision`."""
    at, came = version.id, version.revision
    query = select(versions.c.id, versions.c.revision).where(versions.c.piece == version.piece)
    while came > revision:
        row = connection.execute(query.where(versions.c.gone_into == at)).first()
        if row is None:
            break
        at, came = row
    return at


def version_at(connection: Connection, piece: str, revision: int) -> str:
    """The version that was saved last when the piece had `revision`, its first before that."""
    mine = select(versions.c.id).where(versions.c.piece == piece)
    known = mine.where(versions.c.revision <= revision).order_by(versions.c.number.desc())
    first = mine.order_by(versions.c.number)
    return str(connection.scalars(known).first() or connection.scalars(first).first())


def came_since(connection: Connection, there: Piece, base: Version, revision: int) -> bool:
    """Whether all that leads from a version to the piece's head came after the piece had
    `revision`."""
    at = resolved(connection, there.id, there.head)
    while at.id != base.id:
        if at.revision <= revision or at.parent is None:
            return False
        at = resolved(connection, there.id, at.parent)
    return True


def by_job(connection: Connection, job: str, take: int) -> Version | None:
    """The version that was kept from a take of a job."""
    mine = (versions.c.job == job, versions.c.take == take)
    row = connection.execute(select(*VERSION_COLUMNS).where(*mine)).first()
    return Version(**row._mapping) if row else None


def begun_at(connection: Connection, version: str) -> float:
    """When the first of the edits in a version was made."""
    query = select(versions.c.begun_at).where(versions.c.id == version)
    return float(connection.scalars(query).one())


def is_there(connection: Connection, piece: str) -> bool:
    """Whether there is such a piece, whose ever it is."""
    return connection.scalars(select(pieces.c.id).where(pieces.c.id == piece)).first() is not None


def begin(
    connection: Connection, piece: str, owner: str, name: str, head: str, now: float,
    mix: JsonObject | None = None,
) -> bool:  # fmt: skip
    """Makes a piece unless it is there; whether it was made."""
    if is_there(connection, piece):
        return False
    plain = {"favourite": False, "revision": 0, "mix": mix or {}, "locks": []}
    row = {"id": piece, "owner": owner, "head": head, "created_at": now, "changed_at": now}
    connection.execute(plain_insert(pieces).values({**plain, **row, **named(name, [])}))
    return True


def insert_version(
    connection: Connection, piece: str, id: str, row: JsonObject, now: float, head: bool
) -> None:
    """A new version of a piece, which is changed and there again by it."""
    change(connection, piece, revision=pieces.c.revision + 1, changed_at=now, deleted_at=None)
    if head:
        change(connection, piece, head=id)
    revision = connection.scalars(select(pieces.c.revision).where(pieces.c.id == piece)).one()
    kept = {"begun_at": now, "parent": None, **row, "at": now, "revision": revision}
    connection.execute(plain_insert(versions).values(id=id, piece=piece, **kept))


def change(connection: Connection, piece: str, **values: object) -> None:
    """Set columns of a piece."""
    connection.execute(plain_update(pieces).where(pieces.c.id == piece).values(values))


def named(name: str, tags: Iterable[str]) -> JsonObject:
    """The columns of a name and tags."""
    tags, name = list(tags), clean_text(name) or UNTITLED
    return {"name": name, "tags": tags, "words": "\n".join(map(folded, [name, *tags]))}


def tags_of(texts: Iterable[str]) -> list[str]:
    """Tags as they are kept: clean, none twice in whatever case, at most twenty."""
    clean = (clean_text(text)[:MAX_TAG_CHARACTERS].rstrip() for text in texts)
    return list({folded(tag): tag for tag in clean if tag}.values())[:MAX_TAGS]


def folded(text: str) -> str:
    """A text as a search compares it: in one case and one way of writing, in any script."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
