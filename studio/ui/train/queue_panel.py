"""Queue and compare: what trains and waits, which run is shown, and what is drawn beside it."""

from __future__ import annotations

import html
import time

import streamlit as st

from studio.jobs.train import KIND
from studio.queue import Job
from studio.ui import house, say, waiting
from studio.ui.train import draft, runs

_REFRESH_SECONDS = 2.0
_MOST_BESIDE = 4


def show(shown: Job | None) -> None:
    """Both, where there is anything to say."""
    every = runs.runs()
    st.html('<p class="tutti-step">Queue</p>')
    waiting.watch(every, runs.runs, _queue, _waits, _REFRESH_SECONDS)
    if len(every) > 1:
        _choose_run(every, shown)
    st.html('<p class="tutti-step">Compare</p>')
    _beside(every, shown)


def start_of(job: Job) -> tuple[int, float | None]:
    """Of a waiting training: how many are before it, and in about how many seconds it begins."""
    everyone = house.store().jobs(states=("queued", "running"), limit=400)
    before = [other for other in everyone if other.kind == KIND and _is_before(other, job)]
    left = [runs.seconds_left(other) for other in before]
    known = [seconds for seconds in left if seconds is not None]
    return len(before), sum(known) if len(known) == len(left) else None


def _is_before(other: Job, job: Job) -> bool:
    if other.state == "running":
        return other.id != job.id
    return house.store().place(other.id) < house.store().place(job.id)


def _waits(every: list[Job]) -> bool:
    return any(not job.ended for job in every)


def _queue(every: list[Job]) -> None:
    active = [job for job in every if not job.ended]
    lines = [_line(job) for job in reversed(active)]
    others = house.store().jobs(states=("queued", "running"), limit=400)
    theirs = sum(job.kind == KIND and job.owner != house.owner() for job in others)
    if theirs:
        lines.append(f"{say.counted(theirs, 'training')} of other people")
    text = "<br>".join(map(html.escape, lines)) or "No training is waiting."
    st.html(f'<p class="tutti-quiet">{text}</p>')


def _line(job: Job) -> str:
    name = f"\N{LEFT DOUBLE QUOTATION MARK}{runs.name(job)}\N{RIGHT DOUBLE QUOTATION MARK}"
    if job.state == "running":
        left = runs.seconds_left(job)
        return f"{name} trains" + (f", {say.span(left)} left" if left is not None else "")
    before, seconds = start_of(job)
    when = f"starts in about {say.span(seconds)}" if seconds is not None else f"{before} before it"
    return f"{name} waits, {when}" if before else f"{name} starts in a moment"


def _choose_run(every: list[Job], shown: Job | None) -> None:
    ids = [job.id for job in every]
    titles = say.distinct({job.id: _title(job) for job in every})
    key = f"train_shown-{shown.id if shown else ''}-{len(ids)}"
    st.selectbox(
        "The run that is shown", ids, index=ids.index(shown.id) if shown and shown.id in ids else 0,
        format_func=titles.__getitem__, key=key,
        on_change=lambda: draft.change(run=st.session_state[key], doctor=False),
    )  # fmt: skip


def _beside(every: list[Job], shown: Job | None) -> None:
    others = [job for job in every if shown is None or job.id != shown.id]
    options = say.distinct({f"run:{job.id}": _title(job) for job in others})
    options |= {f"model:{card.id}": f"{card.id} · shipped" for card in runs.shipped().values()}
    key = f"train_compare-{shown.id if shown else ''}"
    st.multiselect(
        "Beside it in the charts", list(options),
        default=[key for key in draft.draft().compare if key in options],
        format_func=options.__getitem__, placeholder="Choose runs or models",
        max_selections=_MOST_BESIDE, key=key,
        label_visibility="collapsed",
        on_change=lambda: draft.change(compare=st.session_state[key]),
    )  # fmt: skip


def _title(job: Job) -> str:
    """What never changes of a run: a list of choices whose texts change loses what was chosen."""
    spec = runs.spec(job)
    preset = f"{spec.preset.lower()}, " if spec.preset else ""
    return f"{runs.name(job)} · {preset}{say.minute(job.created_at, time.time())}"
