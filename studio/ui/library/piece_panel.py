"""The piece that is looked at: its name and tags, what one can do with it, and its history."""

from __future__ import annotations

import html
from contextlib import suppress

import streamlit as st

from studio.ground.errors import TuttiError
from studio.library import Library, Piece
from studio.ui import fields, house, say
from studio.ui.library import history, pieces, take_home_panel
from studio.ui.library.pieces import act, open_on_compose, tags_known


def show(piece: Piece, now: float) -> None:
    """The panel; `now` is the wall clock in seconds."""
    tags = f"library-tags-{piece.id}"
    fields.show_title(
        key="library-name", of="panel", name=piece.name, id=piece.id, rename=pieces.rename
    )
    st.multiselect(
        "Tags", sorted({*tags_known(), *piece.tags}, key=str.casefold), piece.tags, key=tags,
        accept_new_options=True, max_selections=Library.MAX_TAGS, placeholder="Write a tag",
        on_change=lambda: act(house.library().tag, piece.id, st.session_state[tags]),
    )  # fmt: skip
    made = f"Made {say.day(piece.created_at, now)}"
    st.html(f'<p class="tutti-quiet">{html.escape(made)}</p>')
    with suppress(TuttiError):  # a damaged one has nothing to say
        if chain := house.library().opened(piece.id, piece.head).facts.get("chain"):
            st.html(f'<p class="tutti-quiet">{html.escape(chain)}.</p>')
    if st.button("Open on Compose", type="primary", width="stretch", key="library-open"):
        open_on_compose(piece.id, piece.head)
    with st.container(horizontal=True, key="library-actions", gap="small"):
        take_home_panel.show(piece.id, piece.head)
        st.button("Duplicate", key="library-duplicate", on_click=act,
                  args=(house.library().duplicate, piece.id))  # fmt: skip
        st.button("Delete", key="library-delete", on_click=act,
                  args=(house.library().delete, piece.id))  # fmt: skip
    st.html('<p class="tutti-step">History</p>')
    history.show(piece, now)
