"""What the curves of a training say, in words: the rows of a history in, a plain sentence out.

A row is one line of `history.jsonl`: `epoch`, `seconds`, losses by name, and where it was measured
the similarity index, 0 the same as real music. How a curve moves is read in `trend`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

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
from studio.training.trend import (
    EPOCHS,
    LARGE,
    LEAST_EPOCHS,
    LEAST_MEASURES,
    STILL,
    epochs,
    explained,
    falls,
    is_number,
    moved,
    percent,
    points,
    recent,
    trend,
)

__all__ = [  # with what belongs to a history: its rows, their columns' names, and its trends
    "CEILING", "FEATURE", "FLOOR", "HELD_OUT", "INDEX", "Row", "as_csv", "described", "explained",
    "has_converged", "label", "line", "losses_of", "read_rows", "reading", "smoothed", "standing",
    "stands", "trend", "verdict",
]  # fmt: skip

_STEADY = 8  # epochs whose mean says where a loss stands
_BLOWN_UP = 1.5  # times its best value, and a training loss has run away
_STRONG_CRITIC = -5.0  # shipped critics end between -1.6 and -3.5
_NEAR_RANDOM = 0.9  # of the way from floor to ceiling
_FAR_OFF = 0.75  # sd: one value over and over is .8 sd from a normal distribution
_GAINED = 0.9  # of its first value: an index below that has learned something
_LOST = 1.1  # times its best value: an index above that has lost something
_SILENT = 0.01  # nats: nothing surprises the model any more
HELD_OUT = "held_out_"
_SET = "songs of its training set that it did not learn from"
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
    window = recent(points(rows, _goal(rows)))
    if len(window) < LEAST_MEASURES or window[-1][0] - window[0][0] < EPOCHS:
        return False
    lately = [row for row in rows if row["epoch"] >= window[0][0]]
    if any(_warms_up(row, kind) for row in lately):
        return False
    return abs(moved(window)[0]) < STILL


def reading(rows: Sequence[Row], kind: Technique | None) -> str:
    """What the curves of a technique say, and where the index stands, in plain sentences."""
    return f"{verdict(rows, kind)} {stands(rows)}".strip()


def verdict(rows: Sequence[Row], kind: Technique | None) -> str:
    """What the curves say alone."""
    if not rows:
        return "Nothing to read yet: the first epoch is not over."
    for trouble in (_diverging, _critic_too_strong, _lost, _by_heart):  # the worst first
        said = trouble(rows, kind)
        if said is not None:
            return said
    if len(rows) < LEAST_EPOCHS:
        return f"Too early to tell: give it {LEAST_EPOCHS} epochs."
    warming = "Warming up, the critic joins later. " if _warms_up(rows[-1], kind) else ""
    return warming + _trend(rows, kind)


def stands(rows: Sequence[Row]) -> str:
    """Where the index stands by now, as a sentence; empty where it was not measured."""
    measured = points(rows, _index)
    return standing(measured[-1][1], *_scale(rows)) if measured else ""


def standing(index: float, floor: float, ceiling: float) -> str:
    """Where an index stands between random notes and people's music, with the figures and what
    music that is, as a sentence; empty where there is nothing to stand between."""
    if not all(map(math.isfinite, (index, floor, ceiling))) or ceiling <= floor:
        return ""
    way = (ceiling - index) / (ceiling - floor)
    random, real = f"random notes ({ceiling:.2f})", f"{_SET} ({floor:.2f})"
    if way < -0.05:
        return f"Its index is {index:.2f}, farther than {random} from {real}."
    if way < 0.05:
        return f"Its index is {index:.2f}, as far as {random} from {real}."
    if way >= 1:
        return (
            f"Its index is {index:.2f}, too low to tell its bands from {real}. "
            f"Random notes have {ceiling:.2f}."
        )
    nearest = min(_FRACTIONS, key=lambda fraction: abs(fraction - way))
    gone = "nearly all" if way >= 0.95 else _FRACTIONS[nearest]
    return f"Its index is {index:.2f}, {gone} of the way from {random} to {real}."


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
    falling = [
        name
        for name, loss in (kind.losses.items() if kind else ())
        if loss.judges or (loss.good == "falls" and not loss.detail)
    ]
    for name in falling:
        values = [value for _, value in points(rows, _column(name))]
        if len(values) <= LEAST_EPOCHS:
            continue
        # an epoch of few updates is as high or low as what it happened to be asked
        wide = min(max(len(values) // 4, 2), _STEADY)
        means = np.convolve(values, np.full(wide, 1 / wide), "valid")
        best, latest = float(means.min()), float(means[-1])
        if latest > _BLOWN_UP * best and latest - best > 0.1:
            rise = round(100 * (latest / best - 1)) if best > 0 else 100
            return f"Diverging: the {_said(name, kind)} is {rise} % above its best. {advice}"
    return None


def _critic_too_strong(rows: Sequence[Row], kind: Technique | None) -> str | None:
    """A critic that pulls away while the generator is rated worse and worse, or whose gradient is
    out of hand; never while the index still falls."""
    names = ("critic_loss", "generator_loss", "gradient_penalty")
    with_critic = [row for row in rows if all(is_number(row.get(name)) for name in names)][1:]
    if len(with_critic) < LEAST_MEASURES:
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
    out_of_hand = float(np.mean(penalty[-LEAST_EPOCHS:])) > LARGE
    if falls(points(rows, _index)):
        return None
    if out_of_hand and (climbing or pulls_away):
        why = "its gradient penalty has run away"
    elif pulls_away and climbing:
        why = "the generator's loss climbs and climbs"
    else:
        return None
    return f"Critic too strong: {why}. Try a smaller update ratio or a lower learning rate."


def _lost(rows: Sequence[Row], kind: Technique | None) -> str | None:
    """An index that stays as far off as random notes, or so far off in every feature that one note
    over and over would do. Where a critic plays, that is how a collapse looks, and so does a rhythm
    that surprises nobody any more, if the index has not fallen: of music in one rhythm that is what
    there is to learn. Never while the index falls, nor before the critic had its say."""
    index = points(rows, _index)
    critic = kind.critic if kind else None
    if falls(index) or (critic and len(points(rows, _column(critic))) < LEAST_EPOCHS):
        return None
    advice = "Listen, then try a lower learning rate or more music."
    learned = bool(index) and _has_learned([value for _, value in index])
    for name, loss in kind.losses.items() if kind and critic and not learned else ():
        if loss.silent and 0 <= rows[-1].get(name, 1.0) < _SILENT:
            return f"Collapsing: {loss.silent}. {advice}"
    if len(index) < LEAST_MEASURES or rows[-1]["epoch"] - rows[0]["epoch"] < LEAST_MEASURES:
        return None
    latest = [row for row in rows if is_number(row.get(INDEX))][-LEAST_EPOCHS:]
    if all(_is_random(row[INDEX], *_scale(rows)) for row in latest):
        far = "as far from people's as random notes are"
    elif _learned_nothing([value for _, value in index]) and all(map(_is_far_off, latest)):
        far = "far from people's in every feature"
    else:
        return None
    if critic:
        return f"Collapsing, or never learned: its bands are {far}. {advice}"
    return f"Not learning: its bands are {far}. {advice}"


def _is_random(index: float, floor: float, ceiling: float) -> bool:
    return ceiling > floor and (index - floor) / (ceiling - floor) > _NEAR_RANDOM


def _has_learned(index: Sequence[float]) -> bool:
    """Whether the index has fallen, and most of that is still there."""
    latest = float(np.mean(index[-LEAST_EPOCHS:]))
    return latest < min(_GAINED * index[0], (index[0] + min(index)) / 2)


def _learned_nothing(index: Sequence[float]) -> bool:
    """Whether the index is about where it began, or lost what it had."""
    latest = float(np.mean(index[-LEAST_EPOCHS:]))
    return latest > _GAINED * index[0] or latest > _LOST * min(index)


def _is_far_off(row: Row) -> bool:
    features = [v for name, v in row.items() if name.startswith(FEATURE) and is_number(v)]
    return len(features) > 1 and float(np.quantile(features, 0.2)) > _FAR_OFF


def _by_heart(rows: Sequence[Row], kind: Technique | None) -> str | None:
    """Unseen music surprises the model more and more, the music it learns from less."""
    if kind is None or kind.judge is None or kind.judge not in rows[-1]:
        return None
    unseen = points(rows, _held_out)
    window = recent(unseen)
    learned = recent(points(rows, _column(kind.judge)))
    if len(window) < LEAST_EPOCHS or len(learned) < LEAST_EPOCHS:
        return None
    rise, error = moved(window)
    if rise > STILL and rise > error and moved(learned)[0] < -STILL:
        judged = points(rows, _column(HELD_OUT + kind.judge))
        best = min(judged or unseen, key=lambda point: point[1])[0]
        kept = ", and is what the model keeps" if judged else ""
        return (
            f"Learning by heart: the loss on unseen music rose by {percent(rise)} in the last "
            f"{epochs(window)} while the other fell. Stop here; epoch {best:g} was the "
            f"best{kept}."
        )
    return None


def _trend(rows: Sequence[Row], kind: Technique | None) -> str:
    """How the goal moved lately."""
    goal = _goal(rows)
    window = recent(points(rows, goal))
    name = "similarity index" if goal is _index else "loss on unseen music"
    if len(window) < LEAST_EPOCHS:
        return "Too early to tell: the index was hardly measured yet."
    change, error = moved(window)
    lately = f"in the last {epochs(window)}"
    if has_converged(rows, kind):
        short = "index" if goal is _index else name
        return f"Has converged: the {short} moved under 1 % in {epochs(window)}."
    if change <= -STILL and -change > error:
        return f"Still improving: the {name} fell by {percent(change)} {lately}."
    if goal is not _index and "critic_loss" in rows[-1] and change > 2 * error:
        rose = "under 1 %" if change < STILL else percent(change)
        return f"The {name} rose by {rose} {lately}, which is usual with a critic: listen."
    if change > 0.05 and change > 2 * error:
        return f"Getting worse: the {name} rose by {percent(change)} {lately}. Stop, or listen."
    by = "under 1 %" if abs(change) < STILL else percent(change)
    return f"Holds its level: the {name} moved by {by} {lately}, about as much as it swings."


def _scale(rows: Sequence[Row]) -> tuple[float, float]:
    """Floor and ceiling of the index, the newest that a row bears; not a number where none does."""
    for row in reversed(rows):
        if is_number(row.get(FLOOR)) and is_number(row.get(CEILING)):
            return float(row[FLOOR]), float(row[CEILING])
    return math.nan, math.nan


def _goal(rows: Sequence[Row]) -> Callable[[Row], float | None]:
    """What training is after: the index, where it was ever measured twice."""
    return _index if len(points(rows, _index)) > 1 else _held_out


def _column(name: str) -> Callable[[Row], float | None]:
    return lambda row: row.get(name)


_index = _column(INDEX)


def _held_out(row: Row) -> float | None:
    """The loss on unseen music: of several parts or styles the mean."""
    losses = [value for name, value in row.items() if name.startswith(HELD_OUT)]
    if not losses or not all(map(is_number, losses)):
        return None
    return float(np.mean(losses))


def _said(name: str, kind: Technique | None) -> str:
    text = label(name, kind)
    return text[0].lower() + text[1:]
