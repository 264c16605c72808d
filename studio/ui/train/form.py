"""A technique's settings as a form: each field with its meaning, range and usual value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from studio.techniques import Field
from studio.ui import say

_FEW = 32  # whole numbers in a range this small are chosen with a slider
_SWITCH = ("Off", "On")
Number = float | int


def show(field: Field, key: str, value: Number, usual: Number, keep: Callable[[], None]) -> None:
    """The field under the key; `keep` is called when its value was changed."""
    shared: dict[str, Any] = {
        "key": key,
        "help": f"{field.help} {reach(field, usual)}",
        "on_change": keep,
    }
    whole = isinstance(field.default, int)
    value = type(field.default)(min(max(value, field.low), field.high))
    if field.options == _SWITCH:
        st.toggle(field.label, bool(value), **shared)
    elif field.options:
        st.segmented_control(
            field.label, range(len(field.options)), default=int(value), required=True,
            format_func=lambda place: field.options[place], **shared,
        )  # fmt: skip
    elif whole and field.high - field.low <= _FEW:
        st.slider(field.label, int(field.low), int(field.high), int(value), step=1, **shared)
    elif not whole and field.low == 0 and field.high <= 1:
        st.slider(field.label, 0.0, float(field.high), float(value), step=0.05, **shared)
    elif whole:
        st.number_input(field.label, int(field.low), int(field.high), int(value), **shared)
    else:
        st.number_input(
            field.label, float(field.low), float(field.high), float(value),
            step=_step(float(usual)), format="%.5f", **shared,
        )  # fmt: skip


def reach(field: Field, usual: Number) -> str:
    """`From 1 to 2,000, usually 60.`"""
    if field.options:
        return f"Usually {field.options[int(usual)]}."
    if field.name == "seed":
        return "Any whole number."
    return f"From {say.number(field.low)} to {say.number(field.high)}, usually {say.number(usual)}."


def _step(usual: float) -> float:
    """A tenth of the usual value, to one digit."""
    return max(float(f"{usual / 10:.0e}"), 0.00001)
