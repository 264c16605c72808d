"""Steering a training on its way: what pages ask for, kept in the store beside the job."""

from __future__ import annotations

import math
from typing import Any

from studio.errors import BadKnob
from studio.queue import Job, JsonObject, Store

HIGHEST_RATE = 1.0
_FLAGS = ("paused", "stop", "stop_when_converged")


def steer(store: Store, job: Job, **changes: Any) -> JsonObject:
    """Changes what a training is asked for: `paused`, `stop` (early, with a model),
    `stop_when_converged`, `learning_rate` (None: as its settings say); returns all of it.

    A training that waits takes it along when it begins; one that has ended does not care.
    Raises BadKnob for anything else.
    """
    for name, value in changes.items():
        if name == "learning_rate":
            _check_rate(value)
        elif name not in _FLAGS:
            raise BadKnob(f"A training has no control called {name!r}: use {', '.join(_FLAGS)}.")
        elif not isinstance(value, bool):
            raise BadKnob(f"{name.replace('_', ' ').capitalize()} must be yes or no.")
    controls = {**controls_of(store, job), **changes}
    store.save_draft(job.owner, _name(job), controls)
    return controls


def controls_of(store: Store, job: Job) -> JsonObject:
    """What a training is asked for by now: `paused`, `stop`, `learning_rate`,
    `stop_when_converged`; the arguments of `studio.training.Controls`."""
    saved = store.load_draft(job.owner, _name(job))
    return {
        "paused": False,
        "stop": False,
        "learning_rate": None,
        "stop_when_converged": bool(job.payload.get("stop_when_converged", True)),
        **(saved.data if saved else {}),
    }


def _name(job: Job) -> str:
    return f"controls-{job.id}"


def _check_rate(value: Any) -> None:
    if value is None:
        return
    number = isinstance(value, float | int) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and 0 < value <= HIGHEST_RATE):
        raise BadKnob(f"The learning rate must be above 0 and at most {HIGHEST_RATE:g}.")
