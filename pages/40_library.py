"""The Library page: every piece as a card; the one looked at with its history on the right."""

import time

import streamlit as st

from studio.ui.library import bring_in, cards, deleted, piece_panel, pieces
from studio.ui.models import names, read_shelf

now = time.time()
every = pieces.mine()
pieces.show_head(len(every))
deleted.undo(now)
with st.container(key="library-two"):
    left, right = st.columns([0.68, 0.32], gap="medium")
with left:
    found = cards.find() if every else []
    looked_at = st.session_state.get(pieces.CHOSEN)
    chosen = next((p for p in every if p.id == looked_at), next(iter(found), None))
    if found:
        cards.show(found, chosen, names(read_shelf().cards))
    elif every:
        st.info("No piece has these words and tags: search for something else.")
    else:
        st.html(
            '<div class="tutti-welcome"><h2>Nothing here yet</h2>Every band that you compose is '
            "kept here, with all its versions.</div>"
        )
with right:
    if chosen is not None:
        with st.container(border=True, key="library-panel"):
            piece_panel.show(chosen, now)
    bring_in.show()
deleted.show(now)
