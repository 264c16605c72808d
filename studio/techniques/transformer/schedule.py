"""How far an update moves the weights, from the first of a training to its last."""

from __future__ import annotations

WARM_UP = 200  # updates
_LAST_RATE, _FALLS = 0.005, 0.3  # the learning rate falls in the last third to nearly nothing


def rate(done: int, progress: float, warm_up: float) -> float:
    """The share, 0-1, of the learning rate that an update takes after `done` others, `progress`
    0-1 being the share of the training that is over.

    It grows over 200 updates, or over the share `warm_up` of the training where that is shorter; a
    whole share leaves the 200 as they are, however short the training is.
    """
    warm = (done + 1) / WARM_UP
    if warm_up < 1:
        warm = max(warm, progress / warm_up if warm_up else 1.0)
    return min(1.0, warm) * min(1.0, max(1 - progress, _LAST_RATE) / _FALLS)
