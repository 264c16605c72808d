"""The frame: a page of somebody's component for Streamlit, served by us, that is only looked at."""

from __future__ import annotations

from collections.abc import Mapping

from studio.ui.components.mount import component

_frame = component("frame")


def show_frame(*, key: str, src: str, title: str, args: Mapping[str, object]) -> None:
    """The page at an address of ours, called so, with what it is to draw. Streamlit's own frames
    ask each browser for nine features that it does not know, with a warning for each."""
    _frame(key=key, data={"src": src, "title": title, "args": dict(args)})
