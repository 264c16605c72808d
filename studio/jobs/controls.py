"""Steering a training on its way: what pages ask for, kept in the store beside the job."""

from __future__ import annotations

import math
from dataclasses import asdict

from pydantic import TypeAdapter

from studio.ground.errors import BadKnob
from studio.queue import Job, Store
from studio.training import Controls, RunSpec

HIGHEST_RATE = 1.0
_CONTROLS: TypeAdapter[Controls] = TypeAdapter(Controls)
_FLAGS = ("paused", "stop", "stop_when_converged")


def steer(store: Store, job: Job, **changes: object) -> Controls:
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
    controls = _CONTROLS.validate_python({**asdict(controls_of(store, job)), **changes})
    store.save_draft(job.owner, _name(job), asdict(controls))
    return controls


def controls_of(store: Store, job: Job) -> Controls:
    """What a training is asked for by now."""
    saved = store.load_draft(job.owner, _name(job))
    usual = {"stop_when_converged": RunSpec.from_json(job.payload).stop_when_converged}
    return _CONTROLS.validate_python({**usual, **(saved.data if saved else {})})


def _name(job: Job) -> str:
    return f"controls-{job.id}"


def _check_rate(value: object) -> None:
    if value is None:
        return
    number = value if isinstance(value, float | int) and not isinstance(value, bool) else math.nan
    if not 0 < number <= HIGHEST_RATE:  # what is no number is neither
        raise BadKnob(f"The learning rate must be above 0 and at most {HIGHEST_RATE:g}.")
