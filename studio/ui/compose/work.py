"""A piece that is worked on: which take and version, and what was before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.errors import JobError
from studio.library import Opened, Piece, Version
from studio.ui import house


@dataclass(frozen=True, slots=True)
class Work:
    """A piece on the table: the version that is shown, and its whole history, oldest first."""

    piece: Piece
    opened: Opened
    history: tuple[Version, ...]

    @property
    def take(self) -> int:
        """The take that is shown, from 1."""
        roots = [root.id for root in roots_of(self.history)]
        own = root_of(self.history, self.opened.version.id)
        return roots.index(own) + 1 if own in roots else 1


def open_version(piece: str, version: str | None = None) -> Work:
    """A version of one of this owner's pieces, its newest where none is named."""
    library = house.library()
    there = library.piece(piece, house.owner())
    if there.deleted_at is not None:
        raise JobError("This piece was deleted: the Library page can bring it back.")
    history = tuple(library.versions(piece))
    return Work(there, library.opened(piece, version or there.head), history)


def roots_of(history: Sequence[Version]) -> list[Version]:
    """Where the takes begin, in their order."""
    return [version for version in history if version.parent is None]


def root_of(history: Sequence[Version], version: str) -> str:
    """Where a version's take began."""
    by_id = {each.id: each for each in history}
    while (known := by_id.get(version)) is not None and known.parent in by_id:
        version = str(known.parent)
    return version


def newest_of(history: Sequence[Version], take: int) -> Version:
    """The version of a take that was saved last; raises JobError for a take that is none."""
    roots = roots_of(history)
    if not 1 <= take <= len(roots):
        raise JobError("There is no such take of this piece: choose another one.")
    root = roots[take - 1].id
    return [each for each in history if root_of(history, each.id) == root][-1]


def before(history: Sequence[Version], version: str) -> tuple[Version, Version] | None:
    """The last time that a model changed the piece, and the version that it changed."""
    by_id = {each.id: each for each in history}
    at = by_id.get(version)
    while at is not None and at.parent in by_id:
        parent = by_id[str(at.parent)]
        if at.kind in ("bars", "chord"):
            return at, parent
        at = parent
    return None


def after(history: Sequence[Version], version: str) -> Version | None:
    """What a model made of a version last, which one has gone back from."""
    made = [each for each in history if each.parent == version and each.kind in ("bars", "chord")]
    return made[-1] if made else None
