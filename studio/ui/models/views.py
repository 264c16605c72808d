"""The Models page: the list of all models, the way in for those of other people, and the views: one
model, two side by side, or the blind ear test."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from studio.catalog import Card
from studio.techniques import techniques
from studio.ui import fields, say
from studio.ui.models import card_panel, curves_panel, draft, ear_test, exchange, sample, sides
from studio.ui.models.draft import EARS, MODEL, SIDES
from studio.ui.models.drawings import face
from studio.ui.models.shelf import Shelf, names

_PICTURE_PIXELS = 34
_MOST_MB = 220


def show_head(known: Shelf) -> None:
    """The line above the page."""
    st.html(Path(__file__).with_name("models.css"))
    own = f", {len(known.own)} of your own" if known.own else ""
    st.html(
        '<div class="tutti-title"><h1>Models</h1>'
        f'<span class="tutti-quiet">{say.counted(len(known.cards), "model")}{own}</span></div>'
    )


def show_list(known: Shelf) -> Card | None:
    """A row a model, one's own first; a click looks at it. The one that is looked at."""
    chosen = known.get(draft.draft().shown) or next(iter(known.cards), None)
    called = names(known.cards)
    for title, cards in (("Yours", known.own), ("Shipped with Tutti", known.shipped)):
        if cards:
            st.html(f'<p class="tutti-step">{title}</p>')
        for card in cards:
            _row(card, called[card.id], chosen is not None and card.id == chosen.id)
    for problem in (*known.problems, *techniques()[1]):
        st.warning(say.plain(problem))
    return chosen


def bring_in_model() -> None:
    """The uploader for a model file."""
    with st.expander("Import a model"):
        fields.upload(
            "A model file", "models-upload", ["zip"], _MOST_MB,
            "A file that Export made. It is checked; nothing in it can run.", _take_in,
        )  # fmt: skip


def _take_in(data: bytes) -> None:
    card = exchange.bring_in(data)
    st.toast(say.plain(f"{card.title} is there. It plays on the Compose page, too."))
    draft.change(shown=card.id, view=None)
    st.session_state.pop("models-view", None)
    st.rerun()


def show_view(known: Shelf, chosen: Card | None) -> None:
    """The choice of a view, and what is chosen."""
    if st.query_params.pop("view", None) == EARS:  # from another page
        st.session_state["models-view"] = EARS
        draft.change(view=EARS)
    st.session_state.setdefault("models-view", draft.draft().view or MODEL)
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


def _row(card: Card, called: str, chosen: bool) -> None:
    with st.container(key=f"models-row-{card.id}", horizontal=True, wrap=False,
                      vertical_alignment="center", gap="small"):  # fmt: skip
        st.image(face(card), width=_PICTURE_PIXELS, alt="")
        st.button(
            say.plain(called),
            key=f"models-open-{card.id}",
            type="primary" if chosen else "tertiary",
            on_click=_open,
            args=(card.id,),
        )


def _open(id: str) -> None:
    draft.PROBLEM.forget()
    st.session_state["models-view"] = MODEL
    draft.change(shown=id, view=MODEL)
