"""Where a curve of a history goes, and whether that is good. How much it moved is read from the
line of least squares through its last ten epochs, for one epoch alone swings by some per cent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeGuard

import numpy as np

from studio.techniques import Technique
from studio.training.rows import INDEX, Row, described

EPOCHS = 10  # that a curve is read over
STILL = 0.01  # a curve that moved by less than this share of itself stands still
LEAST_EPOCHS = 3  # fewer say nothing
LEAST_MEASURES = 5
_NOTHING = 1e-6  # of itself: what arithmetic makes of a constant
SMALL, LARGE = 0.2, 1.0  # what is to stay small: a gradient is off by as much as it should be

Points = Sequence[tuple[float, float]]
_GOOD = {
    "falls": "it falls",
    "level": "it keeps its level, or moves without running away",
    "small": "it stays near 0",
}


def is_number(value: float | None) -> TypeGuard[float]:
    """Whether there is a value, and it is finite."""
    return value is not None and math.isfinite(value)


def points(rows: Sequence[Row], of: Callable[[Row], float | None]) -> list[tuple[float, float]]:
    """(epoch, value) where there is a finite value."""
    found = ((row["epoch"], of(row)) for row in rows)
    return [(float(epoch), float(value)) for epoch, value in found if is_number(value)]


def recent(points: Points) -> list[tuple[float, float]]:
    """The last ten epochs, or more where little was measured in them."""
    lately = [point for point in points if point[0] >= points[-1][0] - EPOCHS]
    return lately if len(lately) >= LEAST_MEASURES else list(points[-LEAST_MEASURES:])


def moved(window: Points) -> tuple[float, float]:
    """By which share of itself the fitted line moved from the window's begin to its end, and that
    share's standard error; both 0 for fewer than three points."""
    if len(window) < 3:
        return 0.0, 0.0
    x, y = np.array(window, float).T
    slope, base = np.polyfit(x - x[0], y, 1)
    long = x[-1] - x[0]
    rest = y - base - slope * (x - x[0])
    spread = math.sqrt(float(rest @ rest) / (len(x) - 2) / float(((x - x.mean()) ** 2).sum()))
    size = max(abs(float(base)), 1e-9)
    return float(slope) * float(long) / size, spread * float(long) / size


def falls(points: Points) -> bool:
    """Whether a curve falls by more than it swings. Of points that only ever fall, the line is
    steeper than its error by the square root of 3 at least, so that each such curve falls."""
    change, error = moved(recent(points)) if points else (0.0, 0.0)
    return change < -_NOTHING and -change > error


def percent(share: float) -> str:
    """A change as a sentence has it."""
    return f"{max(round(100 * abs(share)), 1)} %"


def epochs(window: Points) -> str:
    """How long a window is."""
    count = round(window[-1][0] - window[0][0])
    return f"{count} epochs" if count != 1 else "epoch"


def trend(rows: Sequence[Row], column: str, kind: Technique | None) -> str:
    """What a curve does and what that means, `falls by 12 %: good`; empty for what is no loss of
    the technique and not the index."""
    loss = kind.loss_of(column) if kind else None
    if loss is None and column != INDEX:
        return ""
    lately = recent(found) if (found := points(rows, lambda row: row.get(column))) else []
    if len(lately) < LEAST_EPOCHS:
        return "too early to tell"
    good = loss.good if loss else "falls"
    size = float(np.mean([abs(value) for _, value in lately[-LEAST_EPOCHS:]]))
    if good == "small" and size < SMALL:
        return "near 0: good"
    change, error = moved(lately)
    if abs(change) < STILL or abs(change) <= error:
        return "holds its level" + {"falls": "", "level": ": good", "small": ": bad"}[good]
    does = f"{'falls' if change < 0 else 'rises'} by {percent(change)}"
    if good == "level":
        return f"{does}: fine, if it does not go on for ever"
    return f"{does}: {'good' if change < 0 else 'bad'}"


def explained(rows: Sequence[Row], column: str, kind: Technique | None) -> str:
    """What a curve is, which way is good, and what this one does."""
    _, help = described(column, kind)
    does = trend(rows, column, kind)
    if not does:
        return help
    loss = kind.loss_of(column) if kind else None
    way = _GOOD[loss.good if loss else "falls"]
    return f"{help} Good: {way}. Over the last {EPOCHS} epochs this one: {does}."
