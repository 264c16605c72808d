"""A name that is changed where it stands: a click makes it a field, Enter keeps what is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from studio.ui.components.mount import component

_title = component("title")


def show_title(
    *, key: str, of: Literal["page", "panel", "card"], name: str, id: str, most: int,
    rename: Callable[[str, str], object],
) -> None:  # fmt: skip
    """Shows the name as the title of a page, a panel or a card. `rename` is told the `id` that the
    title had when it was clicked, and another name, of 1 to `most` characters. On a phone a click
    on a card leads to its panel, so that name is changed there. Streamlit refuses `__` in the key.
    """

    def keep() -> None:
        if given := st.session_state[key].given:
            rename(str(given["id"]), str(given["name"]))

    data = {"name": name, "id": id, "of": of, "most": most}
    _title(key=key, data=data, on_given_change=keep)
