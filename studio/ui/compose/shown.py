"""What this tab shows of a piece, so that an edit is made on what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from studio.library import Version
from studio.ui.compose.work import Work

_KEY = "arranger_shown"
_REMEMBERED = 50  # revisions: a message is not longer on its way than that


@dataclass
class Shown:
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


def shown(piece: str) -> Shown | None:
    """What this tab shows, where it is of that piece."""
    known: Shown | None = st.session_state.get(_KEY)
    return known if known is not None and known.piece == piece else None


def show(work: Work) -> None:
    """Remembers what this tab shows: what is edited next is edited on that."""
    piece, version, revision = work.piece.id, work.opened.version.id, work.piece.revision
    known = shown(piece)
    at = {**(known.at if known else {}), revision: (version, revision)}
    st.session_state[_KEY] = Shown(piece, version, revision, dict([*at.items()][-_REMEMBERED:]))
