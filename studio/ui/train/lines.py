"""Rows of a history as the points of charts, a panel a loss: flat lists, so that a chart's shape
never changes while its data do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio.techniques import Technique
from studio.training.curves import FEATURE, HELD_OUT, INDEX, Row, label, losses_of, smoothed

Point = dict[str, Any]

THIS_RUN, QUIET = "#ffb454", "#8b93a1"
OTHERS = ("#60a5fa", "#a3e635", "#f87171", "#e8e4a0")  # runs beside it
FLOOR, CEILING = "real songs", "random notes"
LIMITS = (("similarity_floor", FLOOR), ("similarity_ceiling", CEILING))
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


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its title, and the columns of a history that it draws, its own one first."""

    title: str
    columns: tuple[str, ...]


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


def panels(run: Curves, names: Sequence[str]) -> list[Panel]:
    """The index, then a panel for each chosen loss; the same loss on unseen music is in its panel,
    where both are chosen."""
    found: dict[str, list[str]] = {INDEX: [INDEX]}
    for name in sorted(names, key=lambda name: name.startswith(HELD_OUT)):  # those stay in order
        twin = name.removeprefix(HELD_OUT)
        own = [each for each in found if twin != name and f"{twin}_".startswith(f"{each}_")]
        found.setdefault(max(own, key=len) if own else name, []).append(name)
    return [Panel(label(name, run.kind), tuple(every)) for name, every in found.items()]


def points(runs: Sequence[Curves], panel: Panel, weight: float, cursor: int | None) -> list[Point]:
    """The lines of some runs in a panel; with the index its floor and ceiling, of the first run
    that bears them; the cursor where the run shown is among them."""
    found: list[Point] = []
    for run in runs:
        for name in panel.columns:
            found += _line(run, name, weight)
        if run.mine and found:
            found += _cursor(run.rows, cursor)
    if INDEX in panel.columns and found:
        found += next((limits for run in runs if (limits := _limits(run.rows))), [])
    return found


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


def _line(run: Curves, name: str, weight: float) -> list[Point]:
    known = [row for row in run.rows if is_number(row.get(name))]
    values = smoothed([float(row[name]) for row in known], weight)
    band = run.mine and name == INDEX and not weight
    unseen = label(name, run.kind).partition(", ")[2] if name.startswith(HELD_OUT) else ""
    look = {
        "series": f"{run.name}, {unseen}" if unseen else run.name,
        "colour": run.colour,
        "thick": 2.0 if run.mine else 1.2,
        "dash": name.startswith(HELD_OUT),
        "dot": len(known) <= _FEW,
    }
    return [
        point(
            "line", epoch=row["epoch"], value=value, **look,
            low=row.get("similarity_low", value) if band else value,
            high=row.get("similarity_high", value) if band else value,
        )
        for row, value in zip(known, values, strict=True)
    ]  # fmt: skip


def _limits(rows: Sequence[Row]) -> list[Point]:
    found = []
    for name, text in LIMITS:
        value = next((row[name] for row in rows if is_number(row.get(name))), None)
        if value is not None:
            look = {"series": f"{text} {value:.2f}", "dash": text == FLOOR}
            found.append(point("limit", value=value, low=value, high=value, **look))
    return found


def _cursor(rows: Sequence[Row], cursor: int | None) -> list[Point]:
    """A line at the epoch that is looked at, the newest where none is chosen."""
    if not rows:
        return []
    epoch = rows[-1]["epoch"] if cursor is None else cursor
    return [point("cursor", epoch=epoch, colour=THIS_RUN)]
