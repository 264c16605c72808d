"""The trainings of this owner, and the histories to compare them with."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st

from studio.catalog import Card, models
from studio.ground import assets
from studio.ground.errors import TuttiError
from studio.jobs.train import KIND
from studio.queue import Job
from studio.techniques import Technique, technique, techniques
from studio.training import RunFolder, RunSpec
from studio.training.curves import read_rows
from studio.ui import house
from studio.ui.train import draft, music
from studio.ui.train.lines import Curves
from studio.ui.train.run_state import RunState, follow

_NEWEST = 400  # jobs that are looked through


def runs() -> list[Job]:
    """This owner's trainings, the newest first."""
    jobs = house.store().jobs(house.owner(), limit=_NEWEST)
    return [job for job in jobs if job.kind == KIND]


def shown() -> Job | None:
    """The training that is looked at: at first the one that runs, or the newest; then it stays."""
    if known := house.job(draft.draft().run):  # none: of another machine's store, or swept out
        return known
    every = runs()
    job = next((job for job in every if job.state == "running"), next(iter(every), None))
    if job is not None:
        draft.change(run=job.id)
    return job


def look(job: Job) -> RunState:
    """What is known of a training now: only what is new is read."""
    known: dict[str, RunState] = st.session_state.setdefault("train_runs", {})
    before = known.get(job.id, RunState())
    state = follow(before, house.store().events(job.id, before.after))
    if not state.rows:  # a worker that died has told nothing of its new attempt yet
        run = RunFolder.of(house.settings().data_dir, job.id)
        if rows := tuple(run.rows()):
            state = replace(state, rows=rows, snapshots=tuple(run.epochs()))
    known[job.id] = state
    return state


def spec(job: Job) -> RunSpec:
    """What was asked for."""
    return RunSpec.from_json(job.payload)


def name(job: Job) -> str:
    """What the model will be called."""
    return spec(job).name


def kind_of(job: Job) -> Technique | None:
    """The technique of a training, where this version has it."""
    return techniques()[0].get(spec(job).technique)


def technique_title(job: Job) -> str:
    """The technique as people call it."""
    kind = kind_of(job)
    return kind.title if kind else spec(job).technique


def planned_epochs(job: Job, state: RunState) -> int:
    """How many epochs it is to have; known for sure once it has begun."""
    if state.began:
        return state.began.epochs
    kind = kind_of(job)
    usual = kind.Settings().epochs if kind else 1
    return int(spec(job).settings.get("epochs", usual))


def seconds_left(job: Job) -> float | None:
    """About how long a training needs from now on until the next may begin, with all that comes
    before its first epoch; None where nobody knows how much music it has."""
    state, asked = look(job), spec(job)
    count = music.windows_of(asked.set, asked.only)
    if not count:
        return state.progress.seconds_left if state.progress else None
    before, after = asked.seconds(count, planned_epochs(job, state))
    if state.progress and state.progress.seconds_left is not None:
        return state.progress.seconds_left + asked.seconds(count, 0)[1]
    if state.began:
        return after
    gone = time.time() - job.started_at if job.started_at and job.state == "running" else 0.0
    return max(before - gone, 1.0) + after


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
            kind = technique(Card.read(assets.SHIPPED / id).technique)
            return Curves(id, read_rows(assets.SHIPPED / id / "history.jsonl"), colour, kind=kind)
        job = house.store().get(id, house.owner())
    except TuttiError:
        return Curves(id, (), colour)
    return Curves(name(job), look(job).rows, colour, kind=kind_of(job))
