"""What single parts are asked for: density, register and polyphony, one part at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from studio.catalog import Card
from studio.music.instruments import Part
from studio.music.theory import SHARP_NAMES
from studio.techniques import Field, technique
from studio.ui import desk

_PITCHED = ("register", "polyphony")  # drums have neither


def show(card: Card) -> None:
    """The wishes, where the model's technique takes any."""
    fields = technique(card.technique).PartKnobs.fields()
    if not fields:
        return
    with st.expander("Parts"):
        names = [part.name for part in card.parts]
        chosen = st.segmented_control(
            "The part", names, default=names[0], required=True, key=f"part-of-{card.id}",
            label_visibility="collapsed", width="stretch",
        )  # fmt: skip
        part = next(part for part in card.parts if part.name == (chosen or names[0]))
        for field in fields:
            steps = offers(field, part)
            if len(steps) > 1:
                _wish(field, part, card.id, steps)
        asked = wishes(card.id)
        if asked:
            st.caption("Asked for: " + " · ".join(_sentences(asked)) + ".")
            st.button("Ask for nothing", on_click=_forget, args=(card,), type="tertiary")


def wishes(model: str) -> dict[str, dict[str, float]]:
    """What the parts of a model are asked for, by name; nothing that is up to the model."""
    saved = desk.draft().parts.get(model, {})
    asked = {part: {k: v for k, v in knobs.items() if v} for part, knobs in saved.items()}
    return {part: knobs for part, knobs in asked.items() if knobs}


def offers(field: Field, part: Part) -> list[float]:
    """The values that make sense for a part, the first 0, which leaves it to the model; that alone
    where the part can only play one way."""
    if field.name in _PITCHED and part.is_drum:
        return [0]
    if field.name == "register":
        return [0, *range(part.low, part.high + 1)]
    if field.name == "polyphony":
        most = min(part.voices, int(field.high))
        return [0, *(1 + half / 2 for half in range(2 * most - 1))] if most > 1 else [0]
    return [0, *range(1, math.floor(field.high) + 1)]


def named(name: str, value: float) -> str:
    """A wish's value as people say it: a register is a note."""
    if name == "register":
        pitch = round(value)
        return f"{SHARP_NAMES[pitch % 12]}{pitch // 12 - 1}"
    return f"{value:g}"


def _wish(field: Field, part: Part, model: str, steps: list[float]) -> None:
    key = f"wish-{model}-{part.name}-{field.name}"
    saved = desk.draft().parts.get(model, {}).get(part.name, {}).get(field.name, 0)
    if key not in st.session_state:
        st.session_state[key] = min(steps, key=lambda step: abs(step - saved))

    def keep() -> None:
        everything = desk.draft().parts
        mine = everything.get(model, {})
        one = {**mine.get(part.name, {}), field.name: st.session_state[key]}
        desk.change(parts={**everything, model: {**mine, part.name: one}})

    st.select_slider(
        field.label,
        steps,
        format_func=lambda value: named(field.name, value) if value else "auto",
        key=key,
        help=field.help,
        on_change=keep,
    )


def _sentences(asked: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [
        f"{part} "
        + ", ".join(f"{name} {named(name, value)}" for name, value in sorted(knobs.items()))
        for part, knobs in asked.items()
    ]


def _forget(card: Card) -> None:
    for key in list(st.session_state):
        if str(key).startswith(f"wish-{card.id}-"):
            st.session_state[key] = 0
    desk.change(parts={**desk.draft().parts, card.id: {}})
