"""A panel: one chart with its heading, which says what the curve does, and behind a question mark
what it is and which way is good."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from studio.training.curves import INDEX, explained, trend
from studio.ui import say
from studio.ui.train import charts
from studio.ui.train.lines import Curves, Panel, Point

_INDEX_PIXELS, _LOSS_PIXELS = 128, 76
_OF_WHAT = (
    "It compares a dozen statistics of two bars at a time with people's, in songs of the training "
    "set that were held back. It cannot hear: listen, too."
)


def show(
    panel: Panel, run: Curves, points: Sequence[Point], epochs: int, key: str, log: bool = False,
    axis: bool = True,
) -> None:  # fmt: skip
    """The points of a panel, which `run` has the words for; for `axis` see `charts.show`."""
    own = panel.columns[0]
    does = trend(run.rows, own, run.kind)
    text = f"**{say.plain(panel.title)}**" + (f" · {say.plain(does)}" if does else "")
    if len(panel.columns) > 1:
        text += " · dashed: unseen music"
    said = [explained(run.rows, name, run.kind) for name in panel.columns]
    said += [_OF_WHAT] if own == INDEX else []
    st.caption(text, help="\n\n".join(say.plain(each) for each in said if each) or None)
    height = _INDEX_PIXELS if own == INDEX else _LOSS_PIXELS
    title = f"{panel.title} by epoch"
    charts.show(points, epochs, title, height, f"{key}-{own}", log, axis)
