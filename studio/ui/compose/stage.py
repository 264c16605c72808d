"""The stage of the Compose page: the melody among the arranger, the newest band's progress, then
the band among the arranger, or its chords."""

from __future__ import annotations

from typing import Any

import streamlit as st

from studio.music.melody import Melody
from studio.pictures import part_colour
from studio.queue import Job, JobEvent
from studio.ui import desk, house, waiting
from studio.ui.compose import arranger_panel, chords_panel, sketch, timeline
from studio.ui.compose.table import Table
from studio.ui.compose.work import root_of

BAND, CHORDS, MELODY = "Band", "Chords", "Melody"
_WELCOME = """
<p class="tutti-welcome"><b>You play the melody. Tutti plays everything else.</b> Press
<b>Record</b> and play a tune on the keyboard below, write one here, choose a sample, import a MIDI
file, or type chords instead. Choose a band, <b>Generate</b>, listen, take it home.</p>
"""


def show(melody: Melody | None, table: Table) -> None:
    """The piece that is worked on or being made, or the melody where that is newer; the page on
    which one is written, with a word of welcome, before there is either."""
    if desk.PROBLEM.waits():
        with st.container(key="stage-problem"):  # over the page, which it does not push
            desk.PROBLEM.show()
    job, work = table.job, table.work
    if job is None and work is None:
        timeline.wanted_view()
        arranger_panel.show_melody(melody, None)
        if melody is None:
            st.html(_WELCOME)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="stage-head"):
        view = _choose_view(melody, table)
        if work is not None and table.busy and job is not None:
            arranger_panel.await_more(job, table.said)
        elif work is not None and view == BAND:
            arranger_panel.head(work, table.rewrite)
    if view == MELODY and melody is not None:
        arranger_panel.show_melody(melody, work)
    elif view == CHORDS:
        chords_panel.show(*_plans(table))
    elif work is not None and view == BAND:
        if job is not None and job.state == "failed" and job.id == work.opened.version.job:
            st.error(job.error or "The rest could not be composed: try again.")
        arranger_panel.show(work, table.rewrite)
    elif job is not None:
        waiting.watch_job(job, _make)


def _choose_view(melody: Melody | None, table: Table) -> str:
    """At first the one that came last."""
    job, chosen = table.job, table.chosen
    views = [BAND, CHORDS] + [MELODY] * (melody is not None)
    same = melody is None or table.is_of(melody.score)
    key = f"view-{job.id if job else ''}-{same}"
    wanted = {desk.MELODY: MELODY, "band": BAND}.get(timeline.wanted_view() or "")
    if wanted in views:
        st.session_state[key] = wanted
    elif key not in st.session_state:
        st.session_state[key] = BAND if same or (table.busy and not chosen) else MELODY
    view = st.segmented_control(
        "What is shown",
        views,
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return str(view or BAND)


def _plans(table: Table) -> tuple[str, list[str]]:
    """The plan of the band that is shown, and others that were found for it."""
    if table.work is None:
        made = table.job
        planned = (made.result if made else None) or {}
        return str(planned.get("chords", "")), planned.get("other_chords", [])
    work = table.work
    root = root_of(work.history, work.opened.version.id)
    made = house.job(next((each.job for each in work.history if each.id == root), None))
    others = ((made.result if made else None) or {}).get("other_chords", [])
    return str(work.opened.facts.get("chords", "")), others


def _make(job: Job) -> None:
    events = house.store().events(job.id)
    if not job.ended and any(event.kind == "kept" for event in events):
        st.rerun()  # there is something to work on, while others are made
    _waiting(job, events)
    if not job.ended:
        written = any(event.kind == "bars" for event in events)
        waiting.cancel_button(job, desk.PROBLEM, "Stop and keep" if written else "Cancel")


def _waiting(job: Job, events: list[JobEvent]) -> None:
    if job.state == "failed":
        st.error(job.error or "The band could not be composed: try again.")
    elif job.ended:
        st.info("This band was cancelled. Your melody is still there.")
    else:
        bars = [event.data for event in events if event.kind == "bars"]
        if bars:
            _grow(job, next(event.data for event in events if event.kind == "begun"), bars)
        else:
            waiting.progress(job, events=events)
        waiting.show_dying_worker()


def _grow(job: Job, begun: dict[str, Any], bars: list[dict[str, Any]]) -> None:
    """The piece as far as it is written."""
    written, of = int(bars[-1]["bars"]), int(begun["of"])
    parts = begun["parts"]
    lanes = [sketch.lane(0, job.payload["melody"]["notes"])]
    for i, (part, rows) in enumerate(zip(parts, sketch.merged(bars, len(parts)), strict=True), 1):
        lanes.append(sketch.Lane(part_colour(i), rows, part["low"], part["high"]))
    symbols = [(int(tick), str(symbol)) for tick, symbol in begun["chords"]]
    frame = sketch.Frame(of, int(begun["bar_ticks"]), int(begun["beats"]), symbols, written)
    st.image(sketch.picture(lanes, frame), width="stretch")
    st.progress(written / of, text=f"Bar {written} of {of} is written")
