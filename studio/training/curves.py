"""What the curves of a training say, in words: the rows of a history in, a plain sentence out.

A row is one line of `history.jsonl`: `epoch`, `seconds`, losses by name, and where it was measured
the similarity index, 0 the same as real music. How much a curve moved is read from the line of
least squares through its last ten epochs, for one epoch alone swings by several per cent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeGuard

import numpy as np

from studio.techniques import Technique
from studio.training.rows import (
    CEILING,
    FEATURE,
    FLOOR,
    INDEX,
    Row,
    as_csv,
    described,
    label,
    line,
    losses_of,
    read_rows,
)

__all__ = [  # with what belongs to a history: its rows, and what their columns are called
    "CEILING", "FEATURE", "FLOOR", "INDEX", "Row", "as_csv", "described", "has_converged", "label",
    "line", "losses_of", "read_rows", "reading", "smoothed", "standing", "verdict",
]  # fmt: skip

EPOCHS = 10  # that a curve is read over
STILL = 0.01  # a curve that moved by less than this share of itself stands still
LEAST_EPOCHS = 3  # fewer say nothing
_LEAST_MEASURES = 5
_BLOWN_UP = 1.5  # times its best value, and a training loss has run away
_STRONG_CRITIC = -5.0  # shipped critics end between -1.6 and -3.5
_STRONG_PENALTY = 1.0  # the gradient's length is then off by one where it should be one
_NEAR_RANDOM = 0.9  # of the way from floor to ceiling
_FAR_OFF = 0.75  # sd: one value over and over is .8 sd from a normal distribution
_SILENT = 0.01  # nats: nothing surprises the model any more
HELD_OUT = "held_out_"
_FRACTIONS = {
    0.1: "a tenth", 0.25: "a quarter", 1 / 3: "a third", 0.5: "half", 2 / 3: "two thirds",
    0.75: "three quarters", 0.9: "nine tenths",
}  # fmt: skip


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """A running mean: each value takes `weight` (0 leaves all as it is, towards 1 flat) from what
    was before it, without the pull to zero at the start (Kingma and Ba 2015, section 3)."""
    result, mean, share = [], 0.0, 0.0
    for value in values:
        mean = weight * mean + (1 - weight) * value
        share = weight * share + (1 - weight)
        result.append(mean / share if share else value)
    return result


def has_converged(rows: Sequence[Row], kind: Technique | None) -> bool:
    """Whether the index, or where there is none the loss on unseen music, moved under 1 % in the
    last ten epochs. Never while a technique warms up, and until what joins late (a GAN's critic)
    is ten epochs old."""
    window = _window(_points(rows, _goal(rows)))
    if len(window) < _LEAST_MEASURES or window[-1][0] - window[0][0] < EPOCHS:
        return False
    lately = [row for row in rows if row["epoch"] >= window[0][0]]
    if any(_warms_up(row, kind) for row in lately):
        return False
    return abs(_moved(window)[0]) < STILL


def reading(rows: Sequence[Row], kind: Technique | None) -> str:
    """What the curves of a technique say, and where the index stands, in plain sentences."""
    points = _points(rows, _index)
    where = standing(points[-1][1], *_scale(rows)) if points else ""
    return f"{verdict(rows, kind)} {where}".strip()


def verdict(rows: Sequence[Row], kind: Technique | None) -> str:
    """What the curves say alone."""
    if not rows:
        return "Nothing to read yet: the first epoch is not over."
    for trouble in (_diverging, _critic_too_strong, _collapsing, _by_heart):  # the worst first
        said = trouble(rows, kind)
        if said is not None:
            return said
    if len(rows) < LEAST_EPOCHS:
        return f"Too early to tell: give it {LEAST_EPOCHS} epochs."
    warming = "Warming up, the critic joins later. " if _warms_up(rows[-1], kind) else ""
    return warming + _trend(rows, kind)


def standing(index: float, floor: float, ceiling: float) -> str:
    """Where an index stands between random notes and real music, as a sentence."""
    if not all(map(math.isfinite, (index, floor, ceiling))) or ceiling <= floor:
        return ""
    way = (ceiling - index) / (ceiling - floor)
    if way >= 1:
        return "It is as near to real music as other real music is."
    if way >= 0.95:
        return "It is nearly all the way from random notes to real music."
    if way < 0.05:
        return "It is as far from real music as random notes are."
    nearest = min(_FRACTIONS, key=lambda fraction: abs(fraction - way))
    return f"It is {_FRACTIONS[nearest]} of the way from random notes to real music."


def _warms_up(row: Row, kind: Technique | None) -> bool:
    """Whether losses that join late are not there yet, but others are."""
    losses = kind.losses if kind else {}
    there = [name for name in losses if name in row]
    return bool(there) and any(loss.late and name not in row for name, loss in losses.items())


def _diverging(rows: Sequence[Row], kind: Technique | None) -> str | None:
    advice = "Stop, and start again with a lower learning rate."
    for name, value in rows[-1].items():
        if not math.isfinite(value):
            return f"Diverging: the {_said(name, kind)} is not a number any more. {advice}"
    falling = [n for n, loss in kind.losses.items() if loss.falls or loss.judges] if kind else []
    for name in falling:
        values = [value for _, value in _points(rows, _column(name))]
        if len(values) <= LEAST_EPOCHS:
            continue
        latest = float(np.mean(values[-2:]))
        if latest > _BLOWN_UP * min(values) and latest - min(values) > 0.1:
            rise = round(100 * (latest / min(values) - 1)) if min(values) > 0 else 100
            return f"Diverging: the {_said(name, kind)} is {rise} % above its best. {advice}"
    return None


def _critic_too_strong(rows: Sequence[Row], kind: Technique | None) -> str | None:
    """A critic that pulls away while the generator is rated worse and worse, or whose gradient is
    out of hand; never while the index still falls."""
    names = ("critic_loss", "generator_loss", "gradient_penalty")
    with_critic = [row for row in rows if all(_is_number(row.get(name)) for name in names)][1:]
    if len(with_critic) < _LEAST_MEASURES:
        return None
    window = with_critic[-EPOCHS:]
    critic, generator, penalty = ([float(row[name]) for row in window] for name in names)
    third = max(len(window) // 3, 1)

    def ends(values: Sequence[float]) -> tuple[float, float]:
        return float(np.mean(values[:third])), float(np.mean(values[-third:]))

    before, now = ends(critic)
    rated, rated_now = ends(generator)
    pulls_away = now < _STRONG_CRITIC and now < 1.5 * min(before, 0.0)
    climbing = rated_now > rated + 0.5 * abs(rated) + 1
    out_of_hand = float(np.mean(penalty[-LEAST_EPOCHS:])) > _STRONG_PENALTY
    points = _window(_points(rows, _index))
    if len(points) >= LEAST_EPOCHS and _moved(points)[0] < -STILL:
        return None
    if out_of_hand and (climbing or pulls_away):
        why = "its gradient penalty has run away"
    elif pulls_away and climbing:
        why = "the generator's loss climbs and climbs"
    else:
        return None
    return f"Critic too strong: {why}. Try a smaller update ratio or a lower learning rate."


def _collapsing(rows: Sequence[Row], kind: Technique | None) -> str | None:
    advice = "Listen, then try a lower learning rate or more music."
    for name, loss in kind.losses.items() if kind else ():
        if loss.silent and 0 <= rows[-1].get(name, 1.0) < _SILENT:
            return f"Collapsing: {loss.silent}. {advice}"
    floor, ceiling = _scale(rows)
    measured = [row for row in rows if _is_number(row.get(INDEX))]
    if len(measured) < _LEAST_MEASURES or rows[-1]["epoch"] - rows[0]["epoch"] < _LEAST_MEASURES:
        return None
    latest = measured[-LEAST_EPOCHS:]
    if ceiling > floor:
        far = [(row[INDEX] - floor) / (ceiling - floor) > _NEAR_RANDOM for row in latest]
        if all(far):
            return f"Collapsing: every output is the same, or as random as at first. {advice}"
    features = [
        [value for name, value in row.items() if name.startswith(FEATURE) and _is_number(value)]
        for row in latest
    ]
    if all(len(row) > 1 and float(np.quantile(row, 0.2)) > _FAR_OFF for row in features):
        return f"Collapsing: every output is the same, far off in every feature. {advice}"
    return None


def _by_heart(rows: Sequence[Row], kind: Technique | None) -> str | None:
    """Unseen music surprises the model more and more, the music it learns from less."""
    if kind is None or kind.judge is None or kind.judge not in rows[-1]:
        return None
    unseen = _points(rows, _held_out)
    window = _window(unseen)
    learned = _window(_points(rows, _column(kind.judge)))
    if len(window) < LEAST_EPOCHS or len(learned) < LEAST_EPOCHS:
        return None
    rise, error = _moved(window)
    if rise > STILL and rise > error and _moved(learned)[0] < -STILL:
        judged = _points(rows, _column(HELD_OUT + kind.judge))
        best = min(judged or unseen, key=lambda point: point[1])[0]
        kept = ", and is what the model keeps" if judged else ""
        return (
            f"Learning by heart: the loss on unseen music rose by {_percent(rise)} in the last "
            f"{_epochs(window)} while the other fell. Stop here; epoch {best:g} was the "
            f"best{kept}."
        )
    return None


def _trend(rows: Sequence[Row], kind: Technique | None) -> str:
    """How the goal moved lately."""
    goal = _goal(rows)
    window = _window(_points(rows, goal))
    name = "similarity index" if goal is _index else "loss on unseen music"
    if len(window) < LEAST_EPOCHS:
        return "Too early to tell: the index was hardly measured yet."
    change, error = _moved(window)
    lately = f"in the last {_epochs(window)}"
    if has_converged(rows, kind):
        short = "index" if goal is _index else name
        return f"Has converged: the {short} moved under 1 % in {_epochs(window)}."
    if change <= -STILL and -change > error:
        return f"Still improving: the {name} fell by {_percent(change)} {lately}."
    if goal is not _index and "critic_loss" in rows[-1] and change > 2 * error:
        rose = "under 1 %" if change < STILL else _percent(change)
        return f"The {name} rose by {rose} {lately}, as it does with a critic: listen."
    if change > 0.05 and change > 2 * error:
        return f"Getting worse: the {name} rose by {_percent(change)} {lately}. Stop, or listen."
    moved = "under 1 %" if abs(change) < STILL else _percent(change)
    return f"Holds its level: the {name} moved by {moved} {lately}, about as much as it swings."


def _scale(rows: Sequence[Row]) -> tuple[float, float]:
    """Floor and ceiling of the index, the newest that a row bears; not a number where none does."""
    for row in reversed(rows):
        if _is_number(row.get(FLOOR)) and _is_number(row.get(CEILING)):
            return float(row[FLOOR]), float(row[CEILING])
    return math.nan, math.nan


def _goal(rows: Sequence[Row]) -> Callable[[Row], float | None]:
    """What training is after: the index, where it was ever measured twice."""
    return _index if len(_points(rows, _index)) > 1 else _held_out


def _column(name: str) -> Callable[[Row], float | None]:
    return lambda row: row.get(name)


_index = _column(INDEX)


def _held_out(row: Row) -> float | None:
    """The loss on unseen music: of several parts or styles the mean."""
    losses = [value for name, value in row.items() if name.startswith(HELD_OUT)]
    if not losses or not all(map(_is_number, losses)):
        return None
    return float(np.mean(losses))


def _points(rows: Sequence[Row], of: Callable[[Row], float | None]) -> list[tuple[float, float]]:
    """(epoch, value) where there is a finite value."""
    found = ((row["epoch"], of(row)) for row in rows)
    return [(float(epoch), float(value)) for epoch, value in found if _is_number(value)]


def _window(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The last ten epochs, or more where little was measured in them."""
    lately = [point for point in points if point[0] >= points[-1][0] - EPOCHS]
    return lately if len(lately) >= _LEAST_MEASURES else list(points[-_LEAST_MEASURES:])


def _moved(window: Sequence[tuple[float, float]]) -> tuple[float, float]:
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


def _epochs(window: Sequence[tuple[float, float]]) -> str:
    count = round(window[-1][0] - window[0][0])
    return f"{count} epochs" if count != 1 else "epoch"


def _percent(share: float) -> str:
    return f"{max(round(100 * abs(share)), 1)} %"


def _said(name: str, kind: Technique | None) -> str:
    text = label(name, kind)
    return text[0].lower() + text[1:]


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)
