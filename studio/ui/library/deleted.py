"""What was deleted, and the way back: a line on top for what has just gone, and at the end of the
page all that can still come back."""

from __future__ import annotations

import html
import math

import streamlit as st

from studio.library import Library, Piece
from studio.ui import house, say
from studio.ui.library.pieces import act

UNDO_SECONDS = 3600.0  # after that the line is only in the way
_AT_ONCE = 12
_EVERY = "library-deleted-all"
_DAY_SECONDS = 86_400


def undo(now: float) -> None:
    """A line for what was deleted last, for an hour; `now` is the wall clock in seconds."""
    gone = next(iter(_gone()), None)
    if gone is None or now - (gone.deleted_at or 0.0) >= UNDO_SECONDS:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="library-undo"):
        st.html(f'<p class="tutti-says">{html.escape(gone.name)} is deleted.</p>', width="content")
        _back(gone, "Undo", "library-undelete")


def show(now: float) -> None:
    """A quiet list of all that was deleted and is there still, the last first."""
    gone = _gone()
    if not gone:
        return
    most = len(gone) if st.session_state.get(_EVERY) else _AT_ONCE
    with st.expander(f"Recently deleted ({len(gone)})", type="compact", key="library-deleted"):
        st.caption(
            f"Each stays here for {Library.DELETED_DAYS} days with its whole history, "
            "then it is gone."
        )
        for piece in gone[:most]:
            _row(piece, now)
        if len(gone) > most:
            st.button(f"Show all of {say.counted(len(gone), 'piece')}", key="library-deleted-more",
                      on_click=st.session_state.update, args=({_EVERY: True},))  # fmt: skip


def _row(piece: Piece, now: float) -> None:
    deleted_at = piece.deleted_at or now
    days = math.ceil(Library.DELETED_DAYS - (now - deleted_at) / _DAY_SECONDS)
    goes = f"in {say.counted(days, 'day')}" if days > 0 else "soon"
    facts = f"deleted {say.day(deleted_at, now)}, goes {goes}"
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(
            f'<div class="library-gone"><span>{html.escape(piece.name)}</span>'
            f'<span class="tutti-quiet">{html.escape(facts)}</span></div>'
        )
        _back(piece, "Bring back", f"library-back-{piece.id}")


def _back(piece: Piece, label: str, key: str) -> None:
    said = f"Bring back {say.plain(piece.name)}"
    st.button(label, key=key, help=said, on_click=act, args=(house.library().undelete, piece.id))


def _gone() -> list[Piece]:
    """What was deleted and can still come back, the last first."""
    gone = house.library().pieces(house.owner(), deleted=True)
    return sorted(gone, key=lambda piece: -(piece.deleted_at or 0.0))
