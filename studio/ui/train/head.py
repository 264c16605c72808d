"""The head of a run: what it is doing, how long it will take, and the hand on the wheel."""

from __future__ import annotations

import html

import streamlit as st

from studio.jobs.controls import controls_of, steer
from studio.queue import Job
from studio.techniques import technique
from studio.training import Controls
from studio.training.events import Stage
from studio.ui import house, say, waiting
from studio.ui.train import draft, order, queue_panel, runs, scrubber
from studio.ui.train.run_state import RunState

_WAITING = Stage("Waiting for the trainer", 0.02)
_FILLS = "Fills the panel on the left; change what you like, then Train."
_ENDED = {
    "epochs": "done",
    "stopped": "stopped early, the model is kept",
    "converged": "stopped by itself: it had converged",
}


def show(job: Job) -> None:
    """Drawn again and again while the job runs."""
    state = runs.look(job)
    asked = controls_of(house.store(), job)
    facts = " · ".join(_facts(job, state, asked))
    with st.container(horizontal=True, vertical_alignment="center", key="train_head"):
        st.html(
            f'<h1 class="tutti-panel-title">{html.escape(runs.name(job))}</h1>'
            f'<p class="tutti-quiet" role="status">{html.escape(facts)}</p>'
        )
        with st.container(horizontal=True, width="content", key="train_wheel"):
            if job.ended:
                _afterwards(job, state)
            else:
                _wheel(job, state, asked)
    if not job.ended:
        _progress(job, state)
        if problem := house.training_engine().problem():
            st.error(problem)


def _facts(job: Job, state: RunState, asked: Controls) -> list[str]:
    """`GAN · running · epoch 248 of 400 · 3 min 10 s left · CPU, 2 cores · 412 MB`."""
    planned = runs.planned_epochs(job, state)
    facts = [runs.technique_title(job)]
    if job.ended:
        last = state.rows[-1]["epoch"] if state.rows else 0
        facts.append(_ENDED.get(state.done.why, job.state) if state.done else job.state)
        return [*facts, f"{state.done.epochs if state.done else last:,} epochs"]
    if job.state == "queued":
        before, seconds = queue_panel.start_of(job)
        facts.append(f"waiting, {before} before it" if before else "waiting for its turn")
        return [*facts, f"starts in about {say.span(seconds)}"] if before and seconds else facts
    if not state.began:
        left = runs.seconds_left(job)
        return [*facts, "getting ready", *([f"about {say.span(left)} left"] if left else [])]
    progress = state.progress
    epoch = progress.epoch if progress else state.began.epoch
    paused = progress is not None and progress.paused
    if asked.stop:
        facts.append("stopping")
    else:
        facts.append("paused" if paused else "pausing" if asked.paused else "running")
    facts.append(f"epoch {epoch:,} of {planned:,}")
    if progress and progress.seconds_left is not None and not paused:
        facts.append(f"{say.span(progress.seconds_left)} left")
    facts.append(state.began.device)
    if progress and progress.memory_mb:
        facts.append(f"{progress.memory_mb:,} MB")
    return facts


def _progress(job: Job, state: RunState) -> None:
    """One thin bar: how far the preparations are, then the whole training."""
    if not state.began:
        stage = state.stage or _WAITING
        st.progress(min(stage.share, 1.0), text=say.plain(stage.text))
        return
    done = len(state.rows) + (state.progress.share if state.progress else 0.0)
    st.progress(min(done / max(runs.planned_epochs(job, state), 1), 1.0))


def _wheel(job: Job, state: RunState, asked: Controls) -> None:
    """What can be asked of a training on its way."""
    if state.began:
        paused = asked.paused
        st.button(
            "Resume" if paused else "Pause", key="train_pause", disabled=asked.stop,
            on_click=_steer, args=(job,), kwargs={"paused": not paused},
        )  # fmt: skip
        with st.popover("Learning rate"):
            _rate(job, state)
        st.button(
            "Stop", key="train_halt", disabled=asked.stop,
            help="Ends it after this step and keeps the model as it is now.",
            on_click=_steer, args=(job,), kwargs={"stop": True, "paused": False},
        )  # fmt: skip
    with st.popover("Cancel"):
        st.caption("Ends it at once, without a model.")
        waiting.cancel_button(job, draft.PROBLEM, "Cancel this training", "train_cancel")


def _rate(job: Job, state: RunState) -> None:
    kind = technique(runs.spec(job).technique)
    field = next(f for f in kind.Settings.fields() if f.name == "learning_rate")
    now = state.progress.learning_rate if state.progress else float(field.default)
    st.caption(f"Now {now:g}. What you set here counts from the next step on.")
    rate = st.number_input(
        "New learning rate", float(field.low), float(field.high),
        min(max(now, float(field.low)), float(field.high)), step=float(field.low) * 10,
        format="%.5f", key=f"train_rate-{job.id}",
    )  # fmt: skip
    st.button(
        "Change it", key="train_rate_go", on_click=_steer, args=(job,),
        kwargs={"learning_rate": float(rate)},
    )  # fmt: skip


def _afterwards(job: Job, state: RunState) -> None:
    """How to go on when it has ended."""
    at = scrubber.cursor(job.id)
    epochs = [epoch for epoch in state.snapshots if epoch > 0]
    if epochs:
        epoch = epochs[-1] if at is None else min(epochs, key=lambda each: abs(each - at))
        st.button(
            f"Continue from epoch {epoch}", key="train_continue", on_click=order.go_on,
            args=(job, epoch), help=_FILLS,
        )  # fmt: skip
    st.button(
        "Clone with other settings", key="train_clone", on_click=order.clone, args=(job,),
        help=_FILLS,
    )  # fmt: skip


def _steer(job: Job, **changes: object) -> None:
    with draft.PROBLEM.catch():
        steer(house.store(), job, **changes)
