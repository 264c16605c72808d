"""Bars that are being made anew: what is waited for, and what becomes of it."""

from __future__ import annotations

import streamlit as st

from studio.errors import JobError
from studio.queue.store import Job
from studio.ui import house, state

REFRESH_SECONDS = 0.15


def settled() -> Job | None:
    """The job that makes bars anew, while it does; one that has ended is done with: its version is
    shown, or the sentence that says why there is none."""
    told = state.draft()["remaking"]
    if told is None:
        return None
    try:
        job = house.store().get(told, state.owner())
    except JobError:
        state.change(remaking=None)
        return None
    if not job.ended:
        return job
    chosen, made = state.draft()["piece"], job.result
    state.change(remaking=None)
    if made and chosen is not None and chosen["id"] == made["piece"]:
        state.work_on(made["piece"], made["version"])
    if job.state == "failed":
        st.session_state.problem = job.error or "The bars could not be written anew: try again."
    return None


def show(job: Job) -> None:
    """A line that waits."""
    st.fragment(_wait, run_every=REFRESH_SECONDS)(job.id)


def _wait(job_id: str) -> None:
    if house.store().get(job_id, state.owner()).ended:
        st.rerun()
    text = house.turn(job_id, "Writing the bars anew")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="tutti-quiet">{text} …</p>')
        st.button("Stop", on_click=_cancel, args=(job_id,), type="tertiary")
    if problem := house.problem():
        st.error(problem)


def _cancel(job_id: str) -> None:
    try:
        house.store().cancel(job_id, state.owner())
    except JobError as error:
        st.session_state.problem = str(error)
