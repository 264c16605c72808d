"""The library: every piece with its tree of versions, in the store's file and in
`library/<piece>/<version>/` beside it.

A version's folder is written first, its row last: a crash or a full disk in between leaves the
library as it was. Nothing is ever written over. Where two tabs edit one piece, the second edit is
put on top of the first, note by note; where both changed the same note, both versions stay, as
branches, and the piece's head is the newer one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy import update as plain_update

from studio.composing import Composition, Recipe
from studio.ground.errors import BadScore
from studio.library import folder as files
from studio.library import rows
from studio.library.facts import facts_of
from studio.library.merging import Merge, merged
from studio.library.records import BESIDE, LABELS, Content, Piece, Version, VersionKind
from studio.library.rows import PIECE_COLUMNS, VERSION_COLUMNS, folded
from studio.library.schema import FILE_VERSION, metadata, pieces, versions
from studio.music.score import Score
from studio.queue import JsonObject, Store
from studio.sound import Mix

FOLDER = "library"
EDITS_TOGETHER_SECONDS = 300.0  # one tab's edits within so long are one version
_ORPHAN_SECONDS = 3600.0
_MOST_LOCKS = 128


class _Overtaken(Exception):
    """Somebody else has saved in between."""


class Library:
    """The library of a store; any number of threads and processes may share it.

    Every method raises JobError for a piece or version that is not there, or is not `owner`'s where
    one is given, and where database or disk cannot be used. `wall` is the wall clock in seconds;
    only tests give another.
    """

    DELETED_DAYS = 30  # that what was deleted can still come back
    MAX_TAGS = rows.MAX_TAGS

    def __init__(self, store: Store, *, wall: Callable[[], float] = time.time) -> None:
        self._store, self._database, self._wall = store, store.database, wall
        self._data_dir: Path = store.database.path.parent
        self._database.declare(metadata, FILE_VERSION)

    @classmethod
    @contextmanager
    def in_folder(cls, data_dir: Path) -> Iterator[Library]:
        """The library of a data directory, for as long as a job needs it."""
        store = Store.in_folder(data_dir)
        try:
            yield cls(store)
        finally:
            store.close()

    # --- finding and opening ----------------------------------------------------------------

    def pieces(
        self,
        owner: str,
        search: str = "",
        tag: str = "",
        favourites: bool = False,
        deleted: bool = False,
    ) -> list[Piece]:
        """The owner's pieces, the last changed first; or those that were deleted.

        Every word of `search` is found in name or tags, whatever its case; `tag` is one whole tag.
        """
        is_deleted = pieces.c.deleted_at.is_not(None)
        query = select(*PIECE_COLUMNS).where(
            pieces.c.owner == owner, is_deleted if deleted else ~is_deleted
        )
        for word in folded(search).split():
            query = query.where(func.instr(pieces.c.words, word) > 0)
        if favourites:
            query = query.where(pieces.c.favourite)
        order = (pieces.c.changed_at.desc(), pieces.c.id)
        with self._database.read() as connection:
            found = [Piece(**row) for row in connection.execute(query.order_by(*order)).mappings()]
        return [piece for piece in found if not tag or folded(tag) in map(folded, piece.tags)]

    def piece(self, piece: str, owner: str | None = None) -> Piece:
        """The piece, deleted or not."""
        with self._database.read() as connection:
            return rows.get(connection, piece, owner)

    def versions(self, piece: str, owner: str | None = None) -> list[Version]:
        """The piece's history, oldest first: a tree by `parent`, with a root for each take."""
        query = select(*VERSION_COLUMNS).where(
            versions.c.piece == piece, versions.c.gone_into.is_(None)
        )
        with self._database.read() as connection:
            rows.get(connection, piece, owner)
            query = query.order_by(versions.c.number)
            return [Version(**row) for row in connection.execute(query).mappings()]

    def opened(self, piece: str, version: str | None = None, owner: str | None = None) -> Content:
        """What a version holds, that of the head where none is named; the later edit where it went
        into one. Raises BadScore where its files are damaged: other versions still open."""
        with self._database.read() as connection:
            head = rows.get(connection, piece, owner).head
            found = rows.resolved(connection, piece, version or head)
        return files.opened(self._folder(piece, found.id), found)

    def version_at(self, piece: str, revision: int) -> str:
        """The version that was saved last when the piece had `revision`, its first before that."""
        with self._database.read() as connection:
            return rows.version_at(connection, piece, revision)

    def since(self, piece: str, version: str, revision: int) -> Version:
        """The version, or the newest edit that was made on it after the piece had `revision`."""
        with self._database.read() as connection:
            found = rows.resolved(connection, piece, version)
            while later := rows.newest_edit(connection, found.id, revision):
                found = later
        return found

    # --- keeping ----------------------------------------------------------------------------

    def keep(
        self, owner: str, job: str, piece: Composition, facts: JsonObject, take: int = 1,
        label: str = "", into: str | None = None,
    ) -> Piece:  # fmt: skip
        """A take of a job is born as a version, once however often it is called. Takes of one job
        are roots of one piece: of that which they go `into`, whose head is then the first of them,
        else of a new one."""
        recipe = piece.recipe.to_json()
        return self._root(owner, job, take, piece.score, recipe, facts, label, into)

    def of_job(self, owner: str, job: str) -> Piece | None:
        """The piece that a job made; what one of an earlier Tutti wrote beside the library and did
        not keep, it keeps now. None where there is nothing."""
        with self._database.read() as connection:
            if known := rows.by_job(connection, job, 1):
                return rows.get(connection, known.piece, owner)
        self._store.get(job, owner)  # it is there, and the owner's
        take, found = 1, None
        while older := files.older_take(files.take_folder(self._data_dir, job, take)):
            found = self._root(owner, job, take, *older)
            take += 1
        return found

    def _root(
        self,
        owner: str,
        job: str,
        take: int,
        score: Score,
        recipe: JsonObject,
        facts: JsonObject,
        label: str = "",
        into: str | None = None,
    ) -> Piece:
        with self._database.read() as connection:
            if known := rows.by_job(connection, job, take):
                return rows.get(connection, known.piece, owner)
            place = rows.get(connection, into, owner).id if into else job
        self._store.get(job, owner)  # it is there, and the owner's
        id, now = rows.new_id(), self._wall()
        with files.new_folder(self._folder(place, id), score, recipe, facts):
            with self._database.write() as connection:
                repeated = rows.by_job(connection, job, take) is not None
                if not repeated:
                    first = rows.begin(connection, place, owner, score.title, id, now)
                    row: JsonObject = {"kind": "band", "job": job, "take": take}
                    row["label"] = label or f"Take {take}"
                    rows.insert_version(connection, place, id, row, now, head=first or take == 1)
            if repeated:
                files.remove(self._folder(place, id))
        return self.piece(place, owner)

    def add(
        self, owner: str, name: str, score: Score, recipe: JsonObject | None = None,
        mix: JsonObject | None = None, kind: VersionKind = "opened",
    ) -> Piece:  # fmt: skip
        """A piece that came from elsewhere, a file of another Tutti say."""
        piece, id = rows.new_id(), rows.new_id()
        recipe, now = dict(recipe or {}), self._wall()
        strips, facts = Mix.read(mix or {}).to_json(), facts_of(score, recipe)
        with (
            files.new_folder(self._folder(piece, id), score, recipe, facts),
            self._database.write() as connection,
        ):
            rows.begin(connection, piece, owner, name or score.title, id, now, strips)
            row = {"kind": kind, "label": LABELS[kind]}
            rows.insert_version(connection, piece, id, row, now, head=True)
        return self.piece(piece)

    def save(
        self,
        piece: str,
        version: str,
        score: Score,
        recipe: JsonObject,
        kind: VersionKind,
        expected_revision: int,
        label: str = "",
        owner: str | None = None,
    ) -> Version:
        """A version of the piece that was made of `version`, when the piece had
        `expected_revision`; it becomes the head, and a deleted piece comes back.

        One tab's edits of a few minutes are one version, the last. Where somebody else saved
        meanwhile, an edit of other notes is made on what is there now; else both stay, and the
        label says so. Raises BadScore for a score that is too large.
        """
        while True:
            there = self.piece(piece, owner)
            on_top = None
            if kind == "edit":
                on_top = self._on_top(there, version, score, expected_revision)
            with suppress(_Overtaken):
                if on_top is None:
                    return self._save(there, version, score, recipe, kind, expected_revision, label)
                now, both = on_top
                if not both.edits:  # all of it is there already
                    return now.version
                changed = Recipe.with_edits(now.recipe, both.edits) if now.recipe else now.recipe
                return self._save(there, now.version.id, both.score, changed, kind, None, label)

    def _on_top(
        self, there: Piece, version: str, score: Score, expected_revision: int
    ) -> tuple[Content, Merge] | None:
        """The piece as others left it after `expected_revision`, and what it becomes by an edit of
        `version`; None where nobody changed it, or where the two cannot be put together."""
        piece = there.id
        with self._database.read() as connection:
            base = rows.resolved(connection, piece, version)
            shown = rows.before(connection, base, expected_revision)
            news = shown != base.id or base.id != there.head
            if not news or not rows.came_since(connection, there, base, expected_revision):
                return None
        try:
            seen = files.score_in(self._folder(piece, shown))
            before, now = self.opened(piece, base.id), self.opened(piece, there.head)
        except BadScore:  # too long ago, or damaged
            return None
        both = merged(seen, before.score, score, now.score)
        return None if both is None else (now, both)

    def _save(
        self,
        seen: Piece,
        version: str,
        score: Score,
        recipe: JsonObject,
        kind: VersionKind,
        expected_revision: int | None,
        label: str,
    ) -> Version:
        """As `save`, on `version` itself and the piece as it was `seen`; raises _Overtaken where it
        has another head by now. Where no revision is expected, it stays a version of its own."""
        piece = seen.id
        with self._database.read() as connection:
            base = rows.resolved(connection, piece, version)
        before = files.facts_in(self._folder(piece, base.id))
        facts = facts_of(score, recipe, before)
        id, now = rows.new_id(), self._wall()
        row: JsonObject = {"kind": kind, "label": label or LABELS[kind]}
        with (
            files.new_folder(self._folder(piece, id), score, recipe, facts),
            self._database.write() as connection,
        ):
            there, base = rows.get(connection, piece), rows.resolved(connection, piece, version)
            if there.head != seen.head:
                raise _Overtaken
            alone = base.id == there.head and there.revision == expected_revision
            begun_at = rows.begun_at(connection, base.id)
            goes_on = kind == base.kind == "edit" and alone
            if goes_on and 0 <= now - begun_at < EDITS_TOGETHER_SECONDS:
                row |= {"parent": base.parent, "begun_at": begun_at}
                mine = versions.c.id == base.id
                connection.execute(plain_update(versions).where(mine).values(gone_into=id))
            else:
                row |= {"parent": base.id}
                if expected_revision is not None and there.revision != expected_revision:
                    shown = rows.before(connection, base, expected_revision)
                    row["label"] += BESIDE if shown != there.head else ""
            rows.insert_version(connection, piece, id, row, now, head=True)
            saved = rows.resolved(connection, piece, id)
        if row["parent"] != base.id:
            files.remove_but_score(self._folder(piece, base.id))
        return saved

    # --- what is changed about a piece ------------------------------------------------------

    def rename(self, piece: str, name: str, owner: str | None = None) -> Piece:
        """Another name; none is `Untitled`."""
        return self._change(piece, owner, lambda now: rows.named(name, now.tags))

    def tag(self, piece: str, tags: Iterable[str], owner: str | None = None) -> Piece:
        """These tags in place of what there was, at most twenty of forty characters."""
        chosen = rows.tags_of(tags)
        return self._change(piece, owner, lambda now: rows.named(now.name, chosen))

    def favourite(self, piece: str, favourite: bool, owner: str | None = None) -> Piece:
        """Marks the piece, or takes the mark away."""
        return self._change(piece, owner, lambda now: {"favourite": favourite})

    def mix(self, piece: str, mix: JsonObject, owner: str | None = None) -> Piece:
        """The settings of these parts, as `studio.sound.Mix` reads them; others stay. Raises
        BadScore for numbers out of their ranges."""
        return self._change(
            piece, owner, lambda now: {"mix": Mix.read({**now.mix, **mix}).to_json()}
        )

    def lock(self, piece: str, part: str, locked: bool, owner: str | None = None) -> Piece:
        """Keeps a part from being written anew, or lets it."""

        def locks(now: Piece) -> JsonObject:
            others = [name for name in now.locks if name != part]
            return {"locks": [*others, part][-_MOST_LOCKS:] if locked else others}

        return self._change(piece, owner, locks)

    def delete(self, piece: str, owner: str | None = None) -> Piece:
        """Out of sight; `undelete` brings it back for 30 days."""
        return self._change(
            piece, owner, lambda now: {"deleted_at": now.deleted_at or self._wall()}
        )

    def undelete(self, piece: str, owner: str | None = None) -> Piece:
        """Takes a deletion back."""
        return self._change(piece, owner, lambda now: {"deleted_at": None})

    def duplicate(self, piece: str, owner: str | None = None) -> Piece:
        """A piece of its own that begins as this one stands now."""
        old, head = self.piece(piece, owner), self.opened(piece)
        name = f"Copy of {old.name}"  # a card cuts a long name at its end
        copy = self.add(old.owner, name, head.score, head.recipe, old.mix, "copy")
        return self._change(
            copy.id, None, lambda now: {**rows.named(now.name, old.tags), "locks": old.locks}
        )

    def sweep(self) -> None:
        """Removes what was deleted 30 days ago, and folders that a crash left without a row."""
        over = pieces.c.deleted_at < self._wall() - self.DELETED_DAYS * 86_400
        with self._database.write() as connection:
            gone = list(connection.scalars(select(pieces.c.id).where(over)))
            connection.execute(delete(versions).where(versions.c.piece.in_(gone)))
            connection.execute(delete(pieces).where(pieces.c.id.in_(gone)))
            alive = select(versions.c.id).where(versions.c.gone_into.is_(None))
            kept = set(connection.scalars(alive))
        for piece in gone:
            files.remove(self._data_dir / FOLDER / piece)
        for folder in (self._data_dir / FOLDER).glob("*/*"):
            with suppress(OSError):  # a young one may be getting its row right now
                old = folder.stat().st_mtime < time.time() - _ORPHAN_SECONDS
                if old and folder.name not in kept:
                    files.remove(folder)

    # --- inside -----------------------------------------------------------------------------

    def _folder(self, piece: str, version: str) -> Path:
        return self._data_dir / FOLDER / piece / version

    def _change(self, piece: str, owner: str | None, new: Callable[[Piece], JsonObject]) -> Piece:
        """Sets what `new` makes of the piece as it is now."""
        with self._database.write() as connection:
            values = new(rows.get(connection, piece, owner))
            rows.change(connection, piece, **values, revision=pieces.c.revision + 1)
            return rows.get(connection, piece)
