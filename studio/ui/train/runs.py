"""The trainings of this owner, and the histories to compare them with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from studio.catalog.catalog import Card, models, read_card
from studio.errors import JobError, TuttiError
from studio.jobs.train import run_folder
from studio.machine import assets
from studio.queue import Job
from studio.techniques import Technique, technique, techniques
from studio.training.pace import seconds_an_epoch
from studio.training.rows import read_rows
from studio.training.snapshots import kept_epochs
from studio.ui import house, owner
from studio.ui.train import draft
from studio.ui.train.lines import Curves
from studio.ui.train.run_state import RunState, follow

_NEWEST = 400  # jobs that are looked through


def runs() -> list[Job]:
    """This owner's trainings, the newest first."""
    jobs = house.store().jobs(owner(), limit=_NEWEST)
    return [job for job in jobs if job.kind == "train"]


def shown() -> Job | None:
    """The training that is looked at: at first the one that runs, or the newest; then it stays."""
    wanted = draft.draft()["run"]
    if wanted is not None:
        try:
            return house.store().get(wanted, owner())
        except JobError:
            pass  # of another machine's store, or swept out
    every = runs()
    job = next((job for job in every if job.state == "running"), next(iter(every), None))
    if job is not None:
        draft.change(run=job.id)
    return job


def folder(run_id: str) -> Path:
    """Where a training keeps its checkpoints and its history."""
    return run_folder(house.settings().data_dir, run_id)


def look(job: Job) -> RunState:
    """What is known of a training now: only what is new is read."""
    known: dict[str, RunState] = st.session_state.setdefault("train_runs", {})
    before = known.get(job.id, RunState())
    state = follow(before, house.store().events(job.id, before.after))
    if not state.rows:  # a worker that died has told nothing of its new attempt yet
        state = _with_files(state, folder(job.id))
    known[job.id] = state
    return state


def _with_files(state: RunState, run: Path) -> RunState:
    """The same with the rows and snapshots that lie in the run's folder."""
    rows = tuple(read_rows(run / "history.jsonl"))
    return replace(state, rows=rows, snapshots=tuple(kept_epochs(run))) if rows else state


def name(job: Job) -> str:
    """What the model will be called."""
    return str(job.payload["name"])


def kind_of(job: Job) -> Technique | None:
    """The technique of a training, where this version has it."""
    return techniques()[0].get(str(job.payload["technique"]))


def technique_title(job: Job) -> str:
    """The technique as people call it."""
    kind = kind_of(job)
    return kind.title if kind else str(job.payload["technique"])


def planned_epochs(job: Job, state: RunState) -> int:
    """How many epochs it is to have; known for sure once it has begun."""
    if state.began:
        return state.began.epochs
    kind = kind_of(job)
    default = kind.Settings().epochs if kind else 1
    return int(job.payload["settings"].get("epochs", default))


def seconds_left(job: Job, windows: Callable[[str], int]) -> float | None:
    """About how long a training needs from now on; `windows` tells a set's, 0 where unknown."""
    state = look(job)
    if state.progress and state.progress.seconds_left is not None:
        return state.progress.seconds_left
    count = windows(str(job.payload["set"]))
    if not count:
        return None
    asked = job.payload["settings"]
    each = seconds_an_epoch(count, str(job.payload["technique"]), asked)
    return each * planned_epochs(job, state)


def shipped() -> dict[str, Card]:
    """The shipped models that bring the history of their training."""
    cards, _ = models((assets.SHIPPED,))
    return {
        card.id: card
        for card in cards
        if (assets.SHIPPED / card.id / "history.jsonl").stat().st_size > 1
    }


def own_models() -> tuple[Card, ...]:
    """The models that were trained here."""
    return models((house.settings().data_dir / "models",))[0]


def history(key: str, colour: str) -> Curves:
    """What is compared, `run:ID` or `model:ID`, in a colour; no rows where it is gone."""
    where, _, id = key.partition(":")
    try:
        if where == "model":
            kind = technique(read_card(assets.SHIPPED / id).technique)
            return Curves(id, read_rows(assets.SHIPPED / id / "history.jsonl"), colour, kind=kind)
        job = house.store().get(id, owner())
    except TuttiError:
        return Curves(id, (), colour)
    return Curves(name(job), look(job).rows, colour, kind=kind_of(job))
