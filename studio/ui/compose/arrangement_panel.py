"""How the next band is arranged: who drums, how full and how human it is, its form, who plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from studio.arrangement import STYLES, Arrangement
from studio.catalog import Card
from studio.composing import Band
from studio.ui import desk

_KEY = "arrange-"
_SLIDERS = {
    "intensity": ("Intensity", "How loud and how full it is; sections rise and fall around it."),
    "complexity": ("Complexity", "How much the drummer does."),
    "feel": (
        "Feel",
        "How much of a drummer's timing is in it: the other parts lean on the drums. 0 is on the "
        "grid.",
    ),
}
_NAMES = {"hiphop": "Hip hop"}


def show(card: Card) -> None:
    """The choices, each as the genre usually has it until it is changed."""
    usual = Band.usual(card)
    with st.expander("Arrangement"):
        own = any(part.is_drum for part in card.parts)
        st.selectbox(
            "Drums",
            ["", *STYLES],
            format_func=lambda style: _drums(style, own),
            help="A drummer who learned from people plays along, with fills where phrases end.",
            **_field(card, "drums", usual.drums),
        )
        for name, (label, about) in _SLIDERS.items():
            st.slider(
                label, 0.0, 1.0, step=0.05, help=about, **_field(card, name, getattr(usual, name))
            )
        names = [
            *(part.name for part in card.parts if part.name != Arrangement.DRUMS),
            Arrangement.DRUMS,
        ]
        st.pills(
            "Who does not play",
            names,
            selection_mode="multi",
            **_field(card, "left_out", []),
        )
        st.text_input(
            "Form",
            placeholder="As it is heard in the melody",
            help="Sections, how many bars each has, and how intense it is from 0 to 1: A8:0.4 "
            "B8:0.7 A8. Empty: as it is heard.",
            **_field(card, "form", ""),
        )
        if wanted(card) != usual:
            st.button("As usual", on_click=_forget, args=(card,), type="tertiary")


def wanted(card: Card) -> Arrangement:
    """What is asked for of a model; raises BadKnob for what is none."""
    typed = {
        name: st.session_state.get(_key(card, name), value) for name, value in _saved(card).items()
    }
    chosen = Band.usual(card, typed)
    play = chosen.names(card.parts)  # a drummer who is not there cannot be left out
    return replace(chosen, left_out=tuple(name for name in chosen.left_out if name in play))


def _drums(style: str, own: bool) -> str:
    if not style:
        return "As the model writes them" if own else "None"
    return _NAMES.get(style, style.capitalize())


def _field(card: Card, name: str, usual: object) -> Mapping[str, Any]:
    """What a widget is told: its key, with the value that was chosen last under it."""
    key = _key(card, name)
    if key not in st.session_state:
        st.session_state[key] = _saved(card).get(name, usual)

    def keep() -> None:
        everything = desk.draft().arrangements
        mine = {**everything.get(card.id, {}), name: st.session_state[key]}
        desk.change(arrangements={**everything, card.id: mine})

    return {"key": key, "on_change": keep}


def _key(card: Card, name: str) -> str:
    return f"{_KEY}{card.id}-{name}"


def _saved(card: Card) -> dict[str, Any]:
    return desk.draft().arrangements.get(card.id, {})


def _forget(card: Card) -> None:
    for key in list(st.session_state):
        if str(key).startswith(f"{_KEY}{card.id}-"):
            del st.session_state[key]
    desk.change(arrangements={**desk.draft().arrangements, card.id: {}})
