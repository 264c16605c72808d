"""A run's charts as a PNG, drawn with matplotlib off screen in the studio's colours."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from studio.pictures import Colour
from studio.ui.train.lines import SYMLOG, Point

_GRID = "#1f252d"
_WIDTH_INCHES, _HEIGHT_INCHES, _MARGIN_INCHES, _DOTS_PER_INCH = 9.6, 1.7, 1.2, 160


def picture(
    title: str, charts: Sequence[tuple[str, Sequence[Point]]], epochs: int, log: bool
) -> bytes:
    """The named charts one above the other, each as the points of `studio.ui.train.lines`."""
    size = (_WIDTH_INCHES, _MARGIN_INCHES + _HEIGHT_INCHES * len(charts))
    figure = Figure(figsize=size, dpi=_DOTS_PER_INCH, facecolor=Colour.BACKGROUND)
    FigureCanvasAgg(figure)
    every = figure.subplots(len(charts), 1, squeeze=False)[:, 0]
    for axes, (name, points) in zip(every, charts, strict=True):
        _draw(axes, name, points, epochs, log)
    every[-1].set_xlabel("Epoch", color=Colour.QUIET, fontsize=9)
    figure.suptitle(
        _plain(title), x=0.02, ha="left", color=Colour.TEXT, fontsize=13, fontweight="bold"
    )
    names = {line.get_label(): line for axes in every for line in axes.get_lines()}
    names = {name: line for name, line in names.items() if not str(name).startswith("_")}
    figure.legend(
        names.values(), names.keys(), loc="upper right", ncols=3, frameon=False, fontsize=8,
        labelcolor=Colour.TEXT,
    )  # fmt: skip
    top = 1 - 0.8 * _MARGIN_INCHES / size[1]
    figure.subplots_adjust(left=0.07, right=0.98, top=top, bottom=0.45 / size[1], hspace=0.4)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _draw(axes: Axes, name: str, points: Sequence[Point], epochs: int, log: bool) -> None:
    axes.set_facecolor(Colour.LANE)
    axes.set_title(name, loc="left", color=Colour.QUIET, fontsize=9)
    axes.set_xlim(0, max(epochs, 1))
    if log:
        axes.set_yscale("symlog", linthresh=SYMLOG)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.tick_params(colors=Colour.QUIET, labelsize=8, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for series in dict.fromkeys(p["series"] for p in points if p["role"] == "line"):
        line = [p for p in points if p["role"] == "line" and p["series"] == series]
        x, y = [p["epoch"] for p in line], [p["value"] for p in line]
        style = (0, (3, 3)) if line[0]["dash"] else "solid"
        axes.plot(
            x, y, color=line[0]["colour"], linewidth=line[0]["thick"] * 0.8, linestyle=style,
            label=_plain(series.lstrip("_")),
        )  # fmt: skip
    for limit in (p for p in points if p["role"] == "limit"):
        axes.axhline(limit["value"], color="#6b7482", linewidth=0.8, linestyle=(0, (4, 4)))
        axes.annotate(
            _plain(limit["series"]), (max(epochs, 1), limit["value"]), (-4, 3), ha="right",
            textcoords="offset points", color=Colour.QUIET, fontsize=8, annotation_clip=False,
        )  # fmt: skip


def _plain(text: str) -> str:
    """Text in which matplotlib looks for no mathematics."""
    return text.replace("$", r"\$")
