"""A piece that is worked on: which take and version, and what this tab shows of it, so that an edit
is made on what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from studio.ground.errors import JobError
from studio.library import Content, Piece, Version
from studio.ui import house

_KEY = "arranger_shown"
_REMEMBERED = 50  # revisions: a message is not longer on its way than that


@dataclass(frozen=True, slots=True)
class Work:
    """A piece on the table: the version that is shown, and its whole history, oldest first."""

    piece: Piece
    opened: Content
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


def written_by(history: Sequence[Version], version: str) -> Version | None:
    """The version, or the one that was edited by hand until it was this."""
    by_id = {each.id: each for each in history}
    at = by_id.get(version)
    while at is not None and at.kind == "edit" and at.parent in by_id:
        at = by_id[str(at.parent)]
    return at


@dataclass
class ArrangerView:
    """A piece with the version and the revision that this tab goes on from; and for a revision that
    it showed, the version with its own edits since, and the piece's revision then. An edit that is
    on its way was made on an older one than the page shows by now, if another tab has saved
    meanwhile."""

    piece: str
    version: str
    revision: int
    at: dict[int, tuple[str, int]] = field(default_factory=dict)

    def go_on(self, made_on: int, revision: int) -> None:
        """The piece's settings have changed, by a message that was made on a revision."""
        self.revision = revision
        version, before = self.at.get(made_on, ("", 0))
        if before == revision - 1:  # else somebody else has changed the piece, too
            self.at[made_on] = (version, revision)

    def go_on_from(self, saved: Version, made_on: int, own: bool) -> None:
        """What this tab does next follows on what was saved. If that is its `own` alone, its next
        edit is made of it, though the browser may not have been shown it yet."""
        self.version, self.revision = saved.id, saved.revision
        if own:
            self.at[made_on] = (saved.id, saved.revision)


def shown(piece: str) -> ArrangerView | None:
    """What this tab shows, where it is of that piece."""
    known: ArrangerView | None = st.session_state.get(_KEY)
    return known if known is not None and known.piece == piece else None


def remember(work: Work) -> None:
    """Remembers what this tab shows: what is edited next is edited on that."""
    piece, version, revision = work.piece.id, work.opened.version.id, work.piece.revision
    known = shown(piece)
    at = {**(known.at if known else {}), revision: (version, revision)}
    st.session_state[_KEY] = ArrangerView(
        piece, version, revision, dict([*at.items()][-_REMEMBERED:])
    )
