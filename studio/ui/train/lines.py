"""Rows of a history as the points of a chart: one flat list, so that a chart's shape never changes
while its data do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio.techniques import Technique
from studio.training.curves import FEATURE, Row, label, losses_of, smoothed

Point = dict[str, Any]

THIS_RUN, CRITIC, GENERATOR, QUIET = "#ffb454", "#45d0b5", "#a78bfa", "#8b93a1"
OTHERS = ("#60a5fa", "#a3e635", "#f87171", "#e8e4a0")  # runs beside it
INDEX = "similarity"
FLOOR, CEILING = "real against real", "random notes"
LIMITS = (("similarity_floor", FLOOR), ("similarity_ceiling", CEILING))
# of a technique's losses, in its order: those that a chart shows first are told apart best
_COLOURS = (CRITIC, GENERATOR, "#8b93a1", "#f472b6", THIS_RUN, "#a3e635", "#f87171", "#60a5fa")
_USUAL = 4
_FEW = 30  # values of a line that are marked one by one
SYMLOG = 0.1  # below it, a logarithmic axis is nearly linear
_KEYS = ("role", "series", "epoch", "value", "colour", "thick", "dash", "dot", "low", "high")


@dataclass(frozen=True, slots=True)
class Curves:
    """What is drawn of one run: its name, its rows and its colour; `mine` for the run shown; its
    technique, where this version has it."""

    name: str
    rows: Sequence[Row]
    colour: str
    mine: bool = False
    kind: Technique | None = None


def point(role: str, **values: Any) -> Point:
    """A point with all columns, so that every data set has the same ones."""
    return {**dict.fromkeys(_KEYS), "role": role, **values}


def columns(run: Curves) -> list[str]:
    """The losses of a run, those first that its technique names first."""
    found = dict.fromkeys(
        name
        for row in run.rows
        for name in row
        if name not in ("epoch", "seconds") and not name.startswith(INDEX)
    )
    return losses_of(run.kind, list(found))[0]


def usual(run: Curves) -> list[str]:
    """The losses that are shown where nobody chose any."""
    found = columns(run)
    return losses_of(run.kind, found)[1] or found[:_USUAL]


def index_points(runs: Sequence[Curves], weight: float, cursor: int | None) -> list[Point]:
    """The similarity index of some runs with the floor and ceiling of the run shown."""
    points: list[Point] = []
    for run in runs:
        points += _line(run, INDEX, "this run" if run.mine else run.name, run.colour, weight)
        if run.mine:
            points += _limits(run.rows)
            points += _cursor(run.rows, cursor)
    return points


def loss_points(
    runs: Sequence[Curves], names: Sequence[str], weight: float, cursor: int | None
) -> list[Point]:
    """The chosen losses of some runs: each its colour in the run shown, the run's in the others."""
    points: list[Point] = []
    for run in runs:
        every = columns(run)
        for name in (name for name in names if name in every):
            own = _COLOURS[every.index(name) % len(_COLOURS)]
            colour = own if run.mine else run.colour
            short = label(name, run.kind).replace(" loss", "").replace(" music", "").lower()
            series = short if run.mine else f"{run.name} {short}"
            points += _line(run, name, series, colour, weight)
        if run.mine and names:
            points += _cursor(run.rows, cursor)
    return points


def apart(points: Sequence[Point], share: float, log: bool) -> list[Point]:
    """The points with the names at the lines' ends moved so that none covers another: `share` of
    the height is what one needs."""
    drawn = [_height(p["value"], log) for p in points if is_number(p["value"])]
    room = (max(drawn) - min(drawn)) * share if drawn else 0.0
    moved: dict[int, float] = {}
    for epoch in {p["epoch"] for p in points if p["role"] == "end"}:
        ends = [i for i, p in enumerate(points) if p["role"] == "end" and p["epoch"] == epoch]
        ends.sort(key=lambda i: points[i]["value"])
        heights: list[float] = []
        for i in ends:
            least = heights[-1] + room if heights else -math.inf
            heights.append(max(_height(points[i]["value"], log), least))
        moved |= {i: _value(height, log) for i, height in zip(ends, heights, strict=True)}
    return [{**p, "value": moved.get(i, p["value"])} for i, p in enumerate(points)]


def _height(value: float, log: bool) -> float:
    """Where a value stands on the axis, in units of its own; see Vega's symlog scale."""
    return math.copysign(math.log1p(abs(value) / SYMLOG), value) if log else value


def _value(height: float, log: bool) -> float:
    return math.copysign(math.expm1(abs(height)) * SYMLOG, height) if log else height


def features(rows: Sequence[Row], cursor: int | None) -> list[dict[str, Any]]:
    """How far off each feature is, at the cursor or last, beside where it was at first."""
    measured = [row for row in rows if any(name.startswith(FEATURE) for name in row)]
    until = [row for row in measured if cursor is None or row["epoch"] <= cursor]
    if not until:
        return []
    first, now = measured[0], until[-1]
    return [
        {
            "feature": label(name),
            "now": now[name],
            "first": first.get(name),
            "epoch": now["epoch"],
        }
        for name in now
        if name.startswith(FEATURE) and is_number(now[name])
    ]


def is_number(value: object) -> bool:
    """Whether it can be drawn."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _line(run: Curves, name: str, series: str, colour: str, weight: float) -> list[Point]:
    known = [row for row in run.rows if is_number(row.get(name))]
    values = smoothed([float(row[name]) for row in known], weight)
    band = run.mine and name == INDEX and not weight
    look = {
        "series": series,
        "colour": colour,
        "thick": 2.0 if run.mine else 1.2,
        "dash": name.startswith("held_out"),
        "dot": len(known) <= _FEW,
    }
    points = [
        point(
            "line", epoch=row["epoch"], value=value, **look,
            low=row.get("similarity_low") if band else None,
            high=row.get("similarity_high") if band else None,
        )
        for row, value in zip(known, values, strict=True)
    ]  # fmt: skip
    if points:
        points.append({**points[-1], "role": "end"})
    return points


def _limits(rows: Sequence[Row]) -> list[Point]:
    found = []
    for name, text in LIMITS:
        value = next((row[name] for row in rows if is_number(row.get(name))), None)
        if value is not None:
            found.append(point("limit", series=text, value=value, colour=QUIET))
    return found


def _cursor(rows: Sequence[Row], cursor: int | None) -> list[Point]:
    """A line at the epoch that is looked at, the newest where none is chosen."""
    if not rows:
        return []
    epoch = rows[-1]["epoch"] if cursor is None else cursor
    return [point("cursor", epoch=epoch, colour=THIS_RUN)]
