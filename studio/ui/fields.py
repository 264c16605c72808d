"""Widgets that pages share: a technique's knobs and settings, a file that is brought in or taken
home, takes to listen to, and a name that is changed by a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from studio.ground.errors import TuttiError
from studio.music.score import MAX_TITLE_CHARACTERS
from studio.techniques import Field
from studio.ui import components, say
from studio.ui.components import show_listener, start_download

__all__ = ["reach", "show", "show_listener", "show_title", "start_download", "typed", "upload"]

Number = float | int
_STEP = 0.05  # of a slider; finer than anyone hears
_FEW = 32  # whole numbers in a range this small are chosen with a slider
_SWITCH = ("Off", "On")

show_title = partial(components.show_title, most=MAX_TITLE_CHARACTERS)


def show(
    field: Field,
    key: str,
    saved: Number | None,
    keep: Callable[[Number], None],
    usual: Number | None = None,
) -> None:
    """A switch, a choice, a slider or a box under the key; `keep` is told each new value. A `usual`
    value is told beside it with the range; then what a slider is too coarse for is typed."""
    whole = isinstance(field.default, int)
    kind = type(field.default)
    low, high = kind(field.low), kind(field.high)
    value = kind(min(max(field.default if saved is None else saved, low), high))
    shared: dict[str, Any] = {
        "key": key,
        "help": field.help if usual is None else f"{field.help} {reach(field, usual)}",
        "on_change": lambda: keep(_number(st.session_state[key])),
    }
    if field.options == _SWITCH:
        st.toggle(field.label, bool(value), **shared)
    elif field.options:
        st.segmented_control(
            field.label, range(len(field.options)), default=int(value), required=True,
            format_func=lambda place: field.options[place], **shared,
        )  # fmt: skip
    elif usual is None or (high - low <= _FEW if whole else low == 0 and high <= 1):
        st.slider(field.label, low, high, value, step=1 if whole else _STEP, **shared)
    elif whole:
        st.number_input(field.label, low, high, value, **shared)
    else:
        step = max(float(f"{usual / 10:.0e}"), 0.00001)  # a tenth of it, to one digit
        st.number_input(field.label, low, high, value, step=step, format="%.5f", **shared)


def reach(field: Field, usual: Number) -> str:
    """`From 1 to 2,000, usually 60.`"""
    if field.options:
        return f"Usually {field.options[int(usual)]}."
    if field.name == "seed":
        return "Any whole number."
    return f"From {say.number(field.low)} to {say.number(field.high)}, usually {say.number(usual)}."


def typed(prefix: str) -> dict[str, Number]:
    """The fields on the page whose keys are the prefix and their name, as they are now: one typed
    just before a click counts."""
    return {
        str(key).removeprefix(prefix): _number(value)
        for key, value in st.session_state.items()
        if str(key).startswith(prefix) and value is not None
    }


def upload(
    label: str, key: str, endings: Sequence[str], most_mb: int, about: str,
    take: Callable[[bytes], None],
) -> None:  # fmt: skip
    """A file that somebody brings: `take` has it once. Where that raises a TuttiError, its sentence
    stands there until the file is another one."""
    given = st.file_uploader(
        label, type=endings, key=key, label_visibility="collapsed", max_upload_size=most_mb
    )
    st.caption(about)
    taken, refused = f"{key}-taken", f"{key}-refused"
    if given is None:
        st.session_state.pop(taken, None)
        return
    if st.session_state.get(taken) != given.file_id:
        st.session_state[taken] = given.file_id
        st.session_state.pop(refused, None)
        try:
            take(given.getvalue())
        except TuttiError as error:
            st.session_state[refused] = str(error)
    if refused in st.session_state:
        st.error(say.plain(st.session_state[refused]))


def _number(value: Number | bool) -> Number:
    return int(value) if isinstance(value, bool) else value
