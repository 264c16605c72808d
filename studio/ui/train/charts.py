"""The charts of a training. Their shape, made with Altair, depends on nothing but the choices of a
reader (how long the axis is, log or linear), so that new data move the lines and draw nothing anew;
and it is made once, for a page that is looked at draws twice a second."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from studio.queue import JsonObject
from studio.ui.train.lines import CEILING, FLOOR, QUIET, SYMLOG, THIS_RUN, Point, apart, point

_DATA = "points"
_GRID, _NOW, _FIRST = "#1f252d", THIS_RUN, "#6b7482"
_WITH_NAMES = 1.22  # times the last epoch: room beside the lines
_NAME_PIXELS, _NAME_HEIGHT = 130, 14


def show(
    points: Sequence[Point], epochs: int, title: str, height: int, key: str, log: bool = False
) -> None:
    """Points of `studio.ui.train.lines` as a chart of that height in pixels."""
    shape, data = curves(epochs, title, log, height), table(points, log, height)
    st.vega_lite_chart(data, shape, width="stretch", theme=None, key=key)


def table(points: Sequence[Point], log: bool, height: int) -> Any:
    """Points of `studio.ui.train.lines` as the data of `curves`, of the same types each time."""
    import pandas as pd

    data = pd.DataFrame(apart(points, _NAME_HEIGHT / height, log) or [point("none")])
    for name in ("epoch", "value", "thick", "low", "high"):
        data[name] = data[name].astype(float)
    for name in ("role", "series", "colour"):
        data[name] = data[name].astype(object)
    for name in ("dash", "dot"):
        data[name] = data[name] == True  # noqa: E712 - a column, where None is no
    return data


def curves(epochs: int, title: str, log: bool, height: int) -> JsonObject:
    """The shape of lines over epochs; logarithmic on both sides of 0 where that is asked for."""
    shape: JsonObject = json.loads(_curves(epochs, title, log, height))
    return shape


@lru_cache(maxsize=64)
def _curves(epochs: int, title: str, log: bool, height: int) -> str:
    import altair as alt

    fade = alt.Scale(domain=[1, 2], range=[0.5, 1])  # what is compared stands back
    scale: dict[str, Any] = {"type": "symlog", "constant": SYMLOG} if log else {"zero": False}
    last = max(epochs, 1)
    # what is written beside the lines lies inside the axis: it must not make the chart narrower
    x = alt.X(
        "epoch:Q", title=None, scale=alt.Scale(domain=[0, last * _WITH_NAMES], nice=False),
        axis=alt.Axis(grid=False, values=_ticks(last), format="d"),
    )  # fmt: skip
    y = alt.Y(
        "value:Q", title=None, scale=alt.Scale(**scale), axis=alt.Axis(tickCount=4, format="~r")
    )
    colour = alt.Color("colour:N", scale=None)
    tooltip = [
        alt.Tooltip("series:N", title="Line"),
        alt.Tooltip("epoch:Q", title="Epoch"),
        alt.Tooltip("value:Q", title="Value", format=".4g"),
    ]
    base = alt.Chart(alt.NamedData(name=_DATA))

    def role(name: str) -> Any:
        return base.transform_filter(alt.datum.role == name)

    def named(limit: str, above: bool) -> Any:
        text = role("limit").transform_filter(alt.datum.series == limit)
        mark = text.mark_text(align="right", dy=-7 if above else 9, color=QUIET, fontSize=11)
        return mark.encode(x=alt.value("width"), y=y, text="series:N")

    line = role("line").encode(x=x, y=y, color=colour, detail="series:N")
    layers = [
        role("line").mark_area(opacity=0.12).encode(
            x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour, detail="series:N"
        ),
        role("limit").mark_rule(strokeDash=[4, 4], color=_FIRST).encode(y=y),
        named(CEILING, above=True),
        named(FLOOR, above=False),
        line.transform_filter("!datum.dash").mark_line(interpolate="linear").encode(
            size=alt.Size("thick:Q", scale=None),
            opacity=alt.Opacity("thick:Q", scale=fade, legend=None),
        ),
        line.transform_filter("datum.dash").mark_line(strokeDash=[3, 3], strokeWidth=1.4),
        line.transform_filter("datum.dot").mark_point(filled=True, size=16, opacity=1),
        line.mark_point(opacity=0, size=70).encode(tooltip=tooltip),
        role("cursor").mark_rule(strokeWidth=1, color=THIS_RUN).encode(x=x),
        role("cursor").mark_point(filled=True, size=55, color=THIS_RUN, opacity=1).encode(
            x=x, y=alt.value(0)
        ),
        role("end").mark_text(align="left", dx=7, fontSize=11, limit=_NAME_PIXELS).encode(
            x=x, y=y, text="series:N", color=colour
        ),
    ]  # fmt: skip
    padding = {"left": 4, "top": 8, "right": 4, "bottom": 4}
    chart = _quiet(alt.layer(*layers), height=height, title="", description=title, padding=padding)
    spec = chart.to_dict()
    spec.pop("data", None)  # Streamlit gives all layers the one table
    return json.dumps(spec)


def _ticks(last: int) -> list[int]:
    """A handful of round epochs from 0 to the last one."""
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, last) if last / s <= 6)
    return list(range(0, last + 1, step))


def breakdown(rows: Sequence[dict[str, Any]]) -> Any:
    """The index by feature, the worst on top: a bar for now, a tick for the first time."""
    import altair as alt
    import pandas as pd

    data = pd.DataFrame(list(rows))
    worst_first = alt.SortField("now", order="descending")
    y = alt.Y("feature:N", title=None, sort=worst_first, axis=alt.Axis(labelLimit=190))
    base = alt.Chart(data).encode(y=y)
    tooltip = [
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("now:Q", title="Now", format=".3g"),
        alt.Tooltip("first:Q", title="At first", format=".3g"),
    ]
    bars = base.mark_bar(color=_NOW, height=6, cornerRadius=2).encode(
        x=alt.X("now:Q", title=None, axis=alt.Axis(tickCount=4)), tooltip=tooltip
    )
    ticks = base.mark_tick(color=_FIRST, thickness=2, height=11).encode(x="first:Q")
    chart = alt.layer(bars, ticks)
    return _quiet(chart, height=alt.Step(15), description="How far off each feature is")


def counts(values: Sequence[tuple[str, int]], what: str) -> Any:
    """How often each of some values is there, the most frequent on top."""
    import altair as alt
    import pandas as pd

    data = pd.DataFrame(list(values), columns=["value", "count"])
    y = alt.Y("value:N", title=None, sort=None, axis=alt.Axis(labelLimit=120))
    bars = alt.Chart(data).mark_bar(color="#3a4350", height=8, cornerRadius=2)
    encoded = bars.encode(
        y=y, x=alt.X("count:Q", axis=None), tooltip=[alt.Tooltip("value:N", title=what), "count:Q"]
    )
    text = alt.Chart(data).mark_text(align="left", dx=4, color=QUIET, fontSize=11)
    chart = alt.layer(encoded, text.encode(y=y, x="count:Q", text="count:Q"))
    return _quiet(chart, grid=False, height=alt.Step(17), description=what)


def _quiet(chart: Any, grid: bool | None = None, **properties: object) -> Any:
    """The chart without frame and ticks, on the page's own ground; `grid` None leaves its lines."""
    lines = {"gridColor": _GRID} if grid is None else {"grid": grid}
    look = chart.properties(**properties).configure(background="transparent")
    look = look.configure_axis(domain=False, ticks=False, labelColor=QUIET, **lines)
    return look.configure_view(stroke=None)
