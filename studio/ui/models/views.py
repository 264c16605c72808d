"""What the Models page shows: one model, two side by side, or the blind ear test."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from studio.catalog.catalog import Card
from studio.ui import say
from studio.ui.models import card_panel, curves_panel, draft, ear_test, sample, sides
from studio.ui.models.listing import EARS, MODEL, SIDES
from studio.ui.models.shelf import Shelf


def head(known: Shelf) -> None:
    """The line above the page."""
    st.html(Path(__file__).with_name("models.css"))
    own = f", {len(known.own)} of your own" if known.own else ""
    st.html(
        '<div class="tutti-title"><h1>Models</h1>'
        f'<span class="tutti-quiet">{say.counted(len(known.cards), "model")}{own}</span></div>'
    )


def show(known: Shelf, chosen: Card | None) -> None:
    """The choice of a view, and what is chosen."""
    st.session_state.setdefault("models-view", draft.draft()["view"] or MODEL)
    view = st.segmented_control(
        "What is shown",
        [MODEL, SIDES, EARS],
        required=True,
        key="models-view",
        label_visibility="collapsed",
        on_change=lambda: draft.change(view=st.session_state["models-view"]),
    )
    draft.PROBLEM.show()
    if chosen is None:
        st.error("There is no model to look at: install Tutti again, or import one.")
    elif view == SIDES:
        sides.show(known, chosen)
    elif view == EARS:
        ear_test.show(known)
    else:
        _model(chosen)


def _model(card: Card) -> None:
    card_panel.heading(card)
    with st.container(key="models-two"):
        left, right = st.columns([0.56, 0.44], gap="large")
    with left:
        st.html('<p class="tutti-step">Hear it</p>')
        sample.panel([card.id], [""])
        st.html('<p class="tutti-step">How it learned</p>')
        curves_panel.show(card)
    with right:
        st.html('<p class="tutti-step">Its card</p>')
        card_panel.facts(card)
        card_panel.actions(card)
