"""The chord plan of the band that is shown, to read and to change: the next band keeps what is
written here, and Tutti chooses the rest."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from studio.ground.errors import BadKnob
from studio.music.harmony import read_chart
from studio.ui import desk


def show(planned: str, others: Sequence[str]) -> None:
    """The plan as text, and a field for the chords that the next band must keep."""
    if planned:
        st.html('<p class="tutti-step">The plan of this band, a bar between strokes</p>')
        st.code(planned, language=None, wrap_lines=True)
    show_box("Chords to keep in the next band", "chords")
    with st.container(horizontal=True):
        st.button("Start from this plan", on_click=_set, args=(planned,), disabled=not planned)
        st.button("Let Tutti choose all", on_click=_set, args=("",))
    st.slider(
        "Chord risk",
        0.0,
        1.0,
        float(desk.draft().chord_risk),
        step=0.05,
        key="chord_risk",
        help="0 takes the likeliest chords; more gives other plans, a new one for each seed.",
        on_change=lambda: desk.change(chord_risk=st.session_state.chord_risk),
    )
    _others(others)


def show_box(label: str, key: str) -> None:
    """A field for a chord chart, and what is wrong with it."""

    def keep() -> None:
        desk.change(chords=st.session_state[key])
        desk.show_chords(st.session_state[key])

    st.session_state.setdefault(key, desk.draft().chords)
    try:
        read_chart(st.session_state[key])
    except BadKnob as error:
        st.error(str(error))
    st.text_area(
        label,
        key=key,
        height="content",  # any other gives way to the rest of the panel
        placeholder="C | F G | ? | C",
        help="A bar between strokes, two chords in a bar as F G. C, Am, G7, Bm7b5, Csus4, G/B; "
        "% repeats the bar, / the chord; ? where Tutti is to choose, N.C. where none is to sound.",
        on_change=keep,
    )


def typed() -> str:
    """The chart as it is now: what was typed just before a click counts."""
    kept = desk.draft().chords
    boxes = [str(st.session_state.get(key, kept)) for key in desk.CHART_BOXES]
    return next((text for text in boxes if text != kept), kept)


def _set(text: str) -> None:
    st.session_state.chords = text
    desk.change(chords=text)


def _others(others: Sequence[str]) -> None:
    """Other plans that suit the melody, each to be kept by a click."""
    if not others:
        return
    with st.expander("Other plans that would suit this melody"):
        for number, text in enumerate(others):
            shown, use = st.columns([0.78, 0.22], vertical_alignment="center")
            shown.code(text, language=None, wrap_lines=True)
            use.button("Keep", key=f"plan-{number}", on_click=_set, args=(text,), width="stretch")
