"""Hear it learn: which epochs of a run were played, and asking for those that were not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from studio.ground.errors import TuttiError
from studio.jobs.kinds import listen
from studio.queue import Job
from studio.ui import house
from studio.ui.train import draft

SEED = 1  # the same for every epoch: only the weights differ


@dataclass(frozen=True, slots=True)
class EpochSound:
    """One epoch as it played the melody: what the event said, and where its sound is."""

    epoch: int
    src: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EpochSounds:
    """What was heard of a run with one melody, the epochs in order; `asked` those that were asked
    for; `busy` while more is coming, `problem` where the last question failed."""

    title: str = ""
    heard: tuple[EpochSound, ...] = ()
    asked: frozenset[int] = frozenset()
    busy: bool = False
    problem: str | None = None
    melody: Mapping[str, Any] | None = None


def of(run_id: str) -> EpochSounds:
    """What was heard of this run so far."""
    known = draft.draft().listening.get(run_id)
    jobs = [job for job in map(house.job, known["jobs"]) if job] if known else []
    if not known or not jobs:
        return EpochSounds()
    found: dict[int, EpochSound] = {}
    asked: set[int] = set()
    for job in jobs:
        asked |= set(job.payload["epochs"])
        found |= {each.epoch: each for each in _heard(job)}
    failed = jobs[-1].state == "failed"
    return EpochSounds(
        known["melody"],
        tuple(found[epoch] for epoch in sorted(found)),
        frozenset(asked),
        any(not job.ended for job in jobs),
        (jobs[-1].error or "The melody could not be played: try again.") if failed else None,
        jobs[-1].payload["melody"],
    )


def ask(run_id: str, title: str, melody: Mapping[str, Any], epochs: Iterable[int]) -> None:
    """Asks for these epochs; another melody than before begins anew. Raises JobError."""
    request = listen.Request(run_id, dict(melody), sorted(epochs), SEED)
    every = dict(draft.draft().listening)
    known = every[run_id]["jobs"] if run_id in every else []
    before = [job for job in map(house.job, known) if job]
    same = bool(before) and before[-1].payload["melody"] == request.melody
    if not same:
        for job in before:
            if not job.ended:
                house.store().cancel(job.id, house.owner())
    job_id = house.store().submit(listen.KIND, request.to_json(), house.owner())
    every[run_id] = {"melody": title, "jobs": [*(known if same else []), job_id]}
    draft.change(listening=every)


def go_on(run_id: str, known: EpochSounds, kept: Sequence[int]) -> bool:
    """Asks for what came since, one question at a time; whether it did."""
    new = set(kept) - known.asked
    if known.busy or known.problem or known.melody is None or not new:
        return False
    try:
        ask(run_id, known.title, known.melody, new)
    except TuttiError:
        return False  # the queue is full: the next look asks again
    return True


def _heard(job: Job) -> list[EpochSound]:
    """What a listen job has told; only what is new is read."""
    known = st.session_state.setdefault("train_heard", {})
    attempt, after, heard = known.get(job.id, (0, 0, []))
    for event in house.store().events(job.id, after):
        if event.attempt != attempt:
            attempt, heard = event.attempt, []
        if event.kind == "heard":
            take = int(event.data["take"])
            place = job.id if take == 1 else f"{job.id}/{take}"
            src = f"/pieces/{place}/mix.wav"
            heard = [*heard, EpochSound(int(event.data["epoch"]), src, event.data)]
        after = event.sequence
    known[job.id] = (attempt, after, heard)
    return list(heard)
