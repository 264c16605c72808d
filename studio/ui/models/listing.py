"""The list of all models, and the way in for those of other people."""

from __future__ import annotations

import streamlit as st

from studio.catalog.catalog import Card
from studio.errors import TuttiError
from studio.techniques import techniques
from studio.ui import say
from studio.ui.models import draft, exchange
from studio.ui.models.drawings import placeholder
from studio.ui.models.shelf import Shelf, names, picture_of

MODEL, SIDES, EARS = "Model", "Side by side", "Ear test"  # the views
_PICTURE_PIXELS = 34
_MOST_MEGABYTES = 220


def show(known: Shelf) -> Card | None:
    """A row a model, one's own first; a click looks at it. The one that is looked at."""
    chosen = known.get(draft.draft()["shown"]) or next(iter(known.cards), None)
    called = names(known.cards)
    for title, cards in (("Yours", known.own), ("Shipped with Tutti", known.shipped)):
        if cards:
            st.html(f'<p class="tutti-step">{title}</p>')
        for card in cards:
            _row(card, called[card.id], chosen is not None and card.id == chosen.id)
    for problem in (*known.problems, *techniques()[1]):
        st.warning(say.plain(problem))
    return chosen


def bring_in() -> None:
    """The uploader for a model file."""
    with st.expander("Import a model"):
        upload = st.file_uploader(
            "A model file",
            type=["zip"],
            key="models-upload",
            label_visibility="collapsed",
            max_upload_size=_MOST_MEGABYTES,
        )
        st.caption("A file that Export made. It is checked; nothing in it can run.")
        if upload is None:
            st.session_state.pop("models_imported", None)
        elif st.session_state.get("models_imported") != upload.file_id:
            st.session_state.models_imported = upload.file_id
            _take_in(upload.getvalue())
        problem = st.session_state.get("models_refused")
        if upload is not None and problem:
            st.error(say.plain(problem))


def _take_in(data: bytes) -> None:
    st.session_state.pop("models_refused", None)
    try:
        card = exchange.bring_in(data)
    except TuttiError as error:
        st.session_state.models_refused = str(error)
        return
    st.toast(say.plain(f"{card.title} is there. It plays on the Compose page, too."))
    draft.change(shown=card.id, view=None)
    st.session_state.pop("models-view", None)
    st.rerun()


def _row(card: Card, called: str, chosen: bool) -> None:
    with st.container(key=f"models-row-{card.id}", horizontal=True, wrap=False,
                      vertical_alignment="center", gap="small"):  # fmt: skip
        picture = picture_of(card)
        drawn = picture.read_bytes() if picture else placeholder(card)
        st.image(drawn, width=_PICTURE_PIXELS, alt="")
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
