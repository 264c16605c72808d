"""The Models page: every model, two side by side, and the blind ear test."""

import streamlit as st

from studio.ui import say
from studio.ui.models import card_panel, curves_panel, draft, ear_test, listing, look, sample, sides
from studio.ui.models.shelf import shelf

VIEWS = [listing.MODEL, listing.SIDES, listing.EARS]

look.dress()
known = shelf()
chosen = known.get(draft.draft()["shown"]) or next(iter(known.cards), None)
own = f", {len(known.own)} of your own" if known.own else ""
st.html(
    '<div class="tutti-title"><h1>Models</h1>'
    f'<span class="tutti-quiet">{say.counted(len(known.cards), "model")}{own}</span></div>'
)
panel, middle = st.columns([0.27, 0.73], gap="medium")
with panel:
    st.html('<i class="tutti-first"></i>')
    with st.container(border=True, height=620):
        listing.show(known, chosen)
    listing.bring_in()
with middle:
    st.session_state.setdefault("models-view", draft.draft()["view"] or listing.MODEL)
    view = st.segmented_control(
        "What is shown",
        VIEWS,
        required=True,
        key="models-view",
        label_visibility="collapsed",
        on_change=lambda: draft.change(view=st.session_state["models-view"]),
    )
    draft.PROBLEM.show()
    if chosen is None:
        st.error("There is no model to look at: install Tutti again, or import one.")
    elif view == listing.SIDES:
        sides.show(known, chosen)
    elif view == listing.EARS:
        ear_test.show(known)
    else:
        card_panel.heading(chosen)
        with st.container(key="models-two"):
            left, right = st.columns([0.56, 0.44], gap="large")
        with left:
            st.html('<p class="tutti-step">Hear it</p>')
            sample.panel([chosen.id], [""])
            st.html('<p class="tutti-step">How it learned</p>')
            curves_panel.show(chosen)
        with right:
            st.html('<p class="tutti-step">Its card</p>')
            card_panel.facts(chosen)
            card_panel.actions(chosen)
