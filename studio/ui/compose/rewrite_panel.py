"""Bars that a model rewrites: what is waited for, and what becomes of it."""

from __future__ import annotations

import streamlit as st

from studio.queue import Job
from studio.ui import desk, house, waiting


def awaited() -> Job | None:
    """The job that rewrites bars, while it does; one that has ended is done with: its version is
    shown, or the sentence that says why there is none."""
    job_id = desk.draft()["remaking"]
    job = house.job(job_id)
    if job is not None and not job.ended:
        return job
    if job_id is not None:
        desk.change(remaking=None)
    if job is None:
        return None
    chosen, made = desk.draft()["piece"], job.result
    if made and chosen is not None and chosen["id"] == made["piece"]:
        desk.work_on(made["piece"], made["version"])
    if job.state == "failed":
        desk.PROBLEM.tell(job.error or "The bars could not be written anew: try again.")
    return None


def show(job: Job) -> None:
    """A line that waits."""
    waiting.watch_job(job, _wait)


def _wait(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        waiting.wait_line(job, "Writing the bars anew")
        waiting.cancel_button(job, desk.PROBLEM, "Stop", type="tertiary")
    waiting.show_dying_worker()
