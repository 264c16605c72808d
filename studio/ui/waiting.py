"""Waiting for what is made elsewhere: a part of the page that draws itself again and again."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st

from studio.queue import Job, JobEvent
from studio.ui import house
from studio.ui.flash import Flash
from studio.ui.say import plain

OFTEN_SECONDS = 0.15  # for what is done in a second or two
T = TypeVar("T")


def watch(
    known: T,
    look: Callable[[], T],
    draw: Callable[[T], None],
    waits: Callable[[T], bool],
    every_seconds: float,
    whole_page: bool = True,
) -> None:
    """Draws what `look` finds, again and again while that `waits`. `known` is what the rest of the
    page was drawn with: where one waits and the other does not, the whole page runs anew, unless
    nothing else of it depends on that: a page under a hand does not run for nothing."""
    waited = waits(known)

    def part() -> None:
        found = look()
        if whole_page and waits(found) != waited:
            st.rerun()
        draw(found)

    st.fragment(part, run_every=every_seconds if waited else None)()


def watch_job(job: Job, draw: Callable[[Job], None], every_seconds: float = OFTEN_SECONDS) -> None:
    """Draws one of this owner's jobs until it has ended, and then once more."""

    def drawn(now: Job) -> None:
        draw(now)
        if now.state == "done":
            tell("Done")

    watch(
        job,
        lambda: house.store().get(job.id, house.owner()),
        drawn,
        lambda now: not now.ended,
        every_seconds,
    )


def progress(
    job: Job,
    text: str = "Waiting for the models to wake up",
    events: Sequence[JobEvent] | None = None,
    label: str = "",
) -> None:
    """How far a job is, with its place in the queue; `text` until it says more itself. `events` are
    what it said, where that is known; `label` goes before the text."""
    said = house.store().events(job.id) if events is None else events
    share = 0.02
    for event in said:
        if event.kind == "stage":
            text, share = str(event.data["text"]), min(float(event.data["share"]), 1.0)
    now = house.turn(job.id, text)
    st.progress(share, text=plain(f"{label}: {now}" if label else now))


def tell(text: str) -> None:
    """Has a screen reader say what has come of a job; `page.js` says it once."""
    st.html(f'<p class="tutti-live">{html.escape(text)}</p>')


def wait_line(job: Job, text: str) -> None:
    """The same as a quiet line without a bar."""
    st.html(f'<p class="tutti-quiet tutti-told">{house.turn(job.id, text)} …</p>')


def show_dying_worker() -> None:
    """The sentence of a worker that dies again and again, where one does."""
    if problem := house.problem():
        st.error(problem)


def cancel_button(
    job: Job,
    flash: Flash,
    label: str = "Cancel",
    key: str | None = None,
    type: Literal["secondary", "tertiary"] = "secondary",
) -> None:
    """A button that ends the job; `flash` tells where it could not."""
    st.button(label, key=key, type=type, on_click=_cancel, args=(job.id, flash))


def _cancel(job_id: str, flash: Flash) -> None:
    with flash.catch():
        house.store().cancel(job_id, house.owner())
