"""Changes of a melody in a list: each is heard as it was and as it is, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from studio.ui.components.mount import component

_changes = component("changes")


def show_changes(
    *,
    key: str,
    sprite: Mapping[str, object],
    changes: Sequence[Mapping[str, object]],
    on_toggle: Callable[[int], None],
) -> None:
    """Shows changes (`text`, `help`, `state`: `made`, `undone` or `lost` where it can be neither,
    `old` and `new`: the notes of their bar as a take has them), played on the keyboard's `sprite`.
    `on_toggle` is told the place of one that is to be taken back, or made again."""

    def told() -> None:
        place = st.session_state[key].toggled
        if isinstance(place, int) and 0 <= place < len(changes):
            on_toggle(place)

    data = {"sprite": dict(sprite), "changes": [dict(change) for change in changes]}
    _changes(key=key, data=data, on_toggled_change=told)
