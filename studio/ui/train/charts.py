"""The charts of a training. Their shape, made with Altair, depends on nothing but the choices of a
reader (how long the axis is, log or linear), so that new data move the lines and draw nothing anew;
and it is made once, for a page that is looked at draws twice a second."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from studio.queue import JsonObject
from studio.ui.train.lines import QUIET, SYMLOG, THIS_RUN, Point, is_number, point

_DATA = "points"
_GRID, _NOW, _FIRST = "#1f252d", THIS_RUN, "#6b7482"
_LABELS = 42  # pixels: as wide in all charts, so that their epochs stand one under the other
_STEPS = 4  # of the axis of values, about
_FLAT = 0.8  # of what is farthest from 0: curves beyond that share of it need no 0 on their axis


def show(
    points: Sequence[Point], epochs: int, title: str, height: int, key: str, log: bool = False,
    axis: bool = True,
) -> None:  # fmt: skip
    """Points of `studio.ui.train.lines` as a chart of that height in pixels; `title` is for those
    who do not see it. Without its `axis` the epochs are to be read below it."""
    limits = any(each["role"] == "limit" for each in points)
    shape = curves(epochs, domain(points), height, log, axis, limits)
    st.vega_lite_chart(table(points), shape, width="stretch", theme=None, key=key, alt=title)


def table(points: Sequence[Point]) -> Any:
    """Points of `studio.ui.train.lines` as the data of `curves`, of the same types each time."""
    import pandas as pd

    data = pd.DataFrame(points or [point("none")])
    for name in ("epoch", "value", "thick", "low", "high"):
        data[name] = data[name].astype(float)
    for name in ("role", "series", "colour"):
        data[name] = data[name].astype(object)
    for name in ("dash", "dot"):
        data[name] = data[name] == True  # noqa: E712 - a column, where None is no
    return data


def domain(points: Sequence[Point]) -> tuple[float, float]:
    """From where to where the axis of values goes: round numbers about all of them, so that it
    seldom changes while a curve grows. It is told in Python, for Streamlit draws a view before it
    gives it its data, and Vega warns of each scale that looks for them in vain."""
    values = [each[name] for each in points for name in ("low", "high") if is_number(each[name])]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if 0 < low < _FLAT * high:
        low = 0.0
    if 0 > high > _FLAT * low:
        high = 0.0
    step = 10.0 ** math.floor(math.log10(max((high - low) / _STEPS, abs(high) / 1e3, 1e-9)))
    step *= next(s for s in (1, 2, 5, 10) if s * step * _STEPS >= high - low)
    first = math.floor(round(low / step, 6))
    last = max(math.ceil(round(high / step, 6)), first + 1)
    return first * step, last * step


def curves(
    epochs: int, domain: tuple[float, float], height: int, log: bool, axis: bool, limits: bool
) -> JsonObject:
    """The shape of lines over epochs, with values from where to where; logarithmic on both sides of
    0 where that is asked for; with `limits`, lines from side to side that bear a name."""
    shape: JsonObject = json.loads(_curves(epochs, domain, height, log, axis, limits))
    return shape


@lru_cache(maxsize=256)
def _curves(
    epochs: int, domain: tuple[float, float], height: int, log: bool, axis: bool, limits: bool
) -> str:
    import altair as alt

    fade = alt.Scale(domain=[1, 2], range=[0.5, 1])  # what is compared stands back
    kind: dict[str, Any] = {"type": "symlog", "constant": SYMLOG} if log else {"zero": False}
    scale = alt.Scale(domain=list(domain), nice=False, **kind)
    last = max(epochs, 1)
    x = alt.X(
        "epoch:Q", title=None, scale=alt.Scale(domain=[0, last * 1.01], nice=False),
        axis=alt.Axis(grid=False, values=_ticks(last), format="d", labels=axis),
    )  # fmt: skip
    y = alt.Y(
        "value:Q", title=None, scale=scale,
        axis=alt.Axis(tickCount=_STEPS, format=".3~r", minExtent=_LABELS, maxExtent=_LABELS),
    )  # fmt: skip
    colour = alt.Color("colour:N", scale=None)
    tooltip = [
        alt.Tooltip("series:N", title="Run"),
        alt.Tooltip("epoch:Q", title="Epoch"),
        alt.Tooltip("value:Q", title="Value", format=".4g"),
    ]
    base = alt.Chart(alt.NamedData(name=_DATA))

    def role(name: str) -> Any:
        return base.transform_filter(alt.datum.role == name)

    def named(below: bool) -> Any:
        text = role("limit").transform_filter("datum.dash" if below else "!datum.dash")
        mark = text.mark_text(align="right", dy=9 if below else -7, color=QUIET, fontSize=11)
        return mark.encode(x=alt.value("width"), y=y, text="series:N")

    line = role("line").encode(x=x, y=y, color=colour, detail="series:N")
    spread = role("line").mark_area(opacity=0.12).encode(
        x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colour, detail="series:N"
    )  # fmt: skip
    rule = role("limit").mark_rule(strokeDash=[4, 4], color=_FIRST).encode(y=y)
    layers = [
        *([spread, rule, named(False), named(True)] if limits else []),
        line.mark_line(interpolate="linear").encode(
            size=alt.Size("thick:Q", scale=None),
            opacity=alt.Opacity("thick:Q", scale=fade, legend=None),
            strokeDash=alt.condition("datum.dash", alt.value([3, 3]), alt.value([1, 0])),
        ),
        line.mark_point(filled=True, size=16).encode(
            opacity=alt.condition("datum.dot", alt.value(1), alt.value(0))
        ),
        line.mark_point(opacity=0, size=70).encode(tooltip=tooltip),
        role("cursor").mark_rule(strokeWidth=1, color=THIS_RUN).encode(x=x),
        role("cursor").mark_point(filled=True, size=40, color=THIS_RUN, opacity=1).encode(
            x=x, y=alt.value(0)
        ),
    ]  # fmt: skip
    padding = {"left": 4, "top": 6, "right": 4, "bottom": 2}
    chart = _quiet(alt.layer(*layers), height=height, title="", padding=padding)
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
    most = max(row[name] for row in rows for name in ("now", "first") if is_number(row[name]))
    worst_first = alt.SortField("now", order="descending")
    y = alt.Y("feature:N", title=None, sort=worst_first, axis=alt.Axis(labelLimit=190))
    base = alt.Chart(data).encode(y=y)
    tooltip = [
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("now:Q", title="Now", format=".3g"),
        alt.Tooltip("first:Q", title="At first", format=".3g"),
    ]
    bars = base.mark_bar(color=_NOW, height=6, cornerRadius=2).encode(
        x=alt.X(
            "now:Q", title=None, scale=alt.Scale(domain=[0, most]),
            axis=alt.Axis(tickCount=_STEPS),
        ),
        tooltip=tooltip,
    )  # fmt: skip
    ticks = base.mark_tick(color=_FIRST, thickness=2, height=11).encode(x="first:Q")
    chart = alt.layer(bars, ticks)
    return _quiet(chart, height=15 * len(rows), description="How far off each feature is")


def counts(values: Sequence[tuple[str, int]], what: str) -> Any:
    """How often each of some values is there, the most frequent on top."""
    import altair as alt
    import pandas as pd

    data = pd.DataFrame(list(values), columns=["value", "count"])
    most = max(count for _, count in values)
    room = 6 + 7 * len(str(most))  # for the figures behind the bars
    y = alt.Y("value:N", title=None, sort=None, axis=alt.Axis(labelLimit=120))
    bars = alt.Chart(data).mark_bar(color="#3a4350", height=8, cornerRadius=2)
    encoded = bars.encode(
        y=y, x=alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, most])),
        tooltip=[alt.Tooltip("value:N", title=what), "count:Q"],
    )  # fmt: skip
    text = alt.Chart(data).mark_text(align="left", dx=4, color=QUIET, fontSize=11)
    chart = alt.layer(encoded, text.encode(y=y, x="count:Q", text="count:Q"))
    padding = {"left": 0, "top": 0, "right": room, "bottom": 1}  # for 0 Streamlit puts its own
    height = 17 * len(values) + 1
    return _quiet(chart, grid=False, height=height, padding=padding, description=what)


def _quiet(chart: Any, grid: bool | None = None, **properties: object) -> Any:
    """The chart without frame and ticks, on the page's own ground; `grid` None leaves its lines. To
    a screen reader it is one picture with a name, not each of its marks."""
    lines = {"gridColor": _GRID} if grid is None else {"grid": grid}
    look = chart.properties(**properties).configure(background="transparent", aria=False)
    look = look.configure_mark(aria=False)
    look = look.configure_axis(domain=False, ticks=False, labelColor=QUIET, **lines)
    return look.configure_view(stroke=None)
