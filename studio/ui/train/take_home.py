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
_SIZE_INCHES, _DOTS_PER_INCH = (9.6, 6.4), 160


def picture(
    title: str, charts: Sequence[tuple[str, Sequence[Point]]], epochs: int, log: bool
) -> bytes:
    """The named charts one above the other, each as the points of `studio.ui.train.lines`."""
    figure = Figure(figsize=_SIZE_INCHES, dpi=_DOTS_PER_INCH, facecolor=Colour.BACKGROUND)
    FigureCanvasAgg(figure)
    every = figure.subplots(len(charts), 1, squeeze=False)[:, 0]
    for axes, (name, points) in zip(every, charts, strict=True):
        _draw(axes, name, points, epochs, log)
    every[-1].set_xlabel("Epoch", color=Colour.QUIET, fontsize=9)
    figure.suptitle(
        _plain(title), x=0.02, ha="left", color=Colour.TEXT, fontsize=13, fontweight="bold"
    )
    figure.subplots_adjust(left=0.07, right=0.83, top=0.89, bottom=0.09, hspace=0.32)
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
        axes.plot(x, y, color=line[0]["colour"], linewidth=line[0]["thick"] * 0.8, linestyle=style)
        _write(axes, x[-1], y[-1], series, line[0]["colour"])
    for limit in (p for p in points if p["role"] == "limit"):
        axes.axhline(limit["value"], color="#6b7482", linewidth=0.8, linestyle=(0, (4, 4)))
        _write(axes, max(epochs, 1), limit["value"], limit["series"], Colour.QUIET)


def _write(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    axes.annotate(
        _plain(text), (x, y), (5, 0), textcoords="offset points", color=colour, fontsize=8,
        va="center", annotation_clip=False,
    )  # fmt: skip


def _plain(text: str) -> str:
    """Text in which matplotlib looks for no mathematics."""
    return text.replace("$", r"\$")
