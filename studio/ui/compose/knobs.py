"""A knob as the panel shows it: a slider, a switch or a choice."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from studio.techniques import Field

_STEP = 0.05  # of a slider; finer than anyone hears
_SWITCH = ("Off", "On")


def show(field: Field, prefix: str, saved: float | None, keep: Callable[[float], None]) -> None:
    """The knob under the key `prefix` and its name; `keep` is told each new value."""
    key = prefix + field.name
    value = within(field, saved)

    def changed() -> None:
        keep(_number(st.session_state[key]))

    if field.options == _SWITCH:
        st.toggle(field.label, bool(value), key=key, help=field.help, on_change=changed)
    elif field.options:
        st.segmented_control(
            field.label,
            range(len(field.options)),
            default=int(value),
            required=True,
            format_func=lambda place: field.options[place],
            key=key,
            help=field.help,
            on_change=changed,
        )
    else:
        step = 1 if isinstance(field.default, int) else _STEP
        st.slider(
            field.label, field.low, field.high, value, step=step, key=key, help=field.help,
            on_change=changed,
        )  # fmt: skip


def within(field: Field, saved: float | None) -> float:
    """The saved value inside the field's range and of its type; its default where there is none."""
    value = field.default if saved is None else saved
    return type(field.default)(min(max(value, field.low), field.high))


def turned(prefix: str) -> dict[str, float]:
    """The knobs on the page under the prefix, as they are now: one typed just before a click
    counts."""
    return {
        str(key).removeprefix(prefix): _number(value)
        for key, value in st.session_state.items()
        if str(key).startswith(prefix) and value is not None
    }


def _number(value: float | bool) -> float:
    return int(value) if isinstance(value, bool) else value
