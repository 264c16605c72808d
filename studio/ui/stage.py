"""The stage of the Compose page: the newest band's progress, then the band itself, or its chords,
or the melody."""

from __future__ import annotations

from typing import Any

import streamlit as st

from studio.errors import JobError
from studio.jobs.pieces import pieces_folder, read_facts
from studio.jobs.store import Job, JobEvent
from studio.melody import Melody
from studio.plots import part_colour
from studio.recipes import melody_to_json
from studio.ui import chords, growing, house, overview, piece, state

REFRESH_SECONDS = 0.15


BAND, CHORDS, MELODY = "Band", "Chords", "Melody"
_WELCOME = """
<div class="tutti-welcome"><h2>You play the melody. Tutti plays everything else.</h2>
<ol><li>Press <b>Record</b> and play a tune on the keyboard below, choose a sample, or import a
MIDI file.</li><li>Choose a band.</li><li><b>Generate</b>, listen, take it home.</li></ol></div>
"""


def show(melody: Melody | None, job: Job | None) -> None:
    """The band of the newest job, or the melody where that is newer; a word of welcome before
    there is either."""
    problem = st.session_state.pop("problem", None)
    if problem:
        st.error(problem)
    if job is None:
        if melody is None:
            st.html(_WELCOME)
        else:
            overview.show(melody)
        return
    job, take = _standing(job)
    with st.container(horizontal=True):
        view = BAND if melody is None else _choose_view(melody, job)
        if view == BAND:
            take = _choose_take(job, take)
    if view == CHORDS:
        chords.show(job)
    elif view == BAND:
        run_every = None if job.ended else REFRESH_SECONDS
        st.fragment(_watch, run_every=run_every)(job.id, take, job.ended)
    elif melody is not None:
        overview.show(melody)


def _standing(job: Job) -> tuple[Job, int]:
    """The job whose piece is shown, and its take: where bars were to be written anew and were not,
    the piece as it was, with a word why."""
    while job.kind == "rewrite" and job.ended and job.state != "done":
        if job.state == "failed":
            st.error(job.error or "The bars could not be written anew: try again.")
        else:
            st.info("The bars stay as they were.")
        before = int(job.payload["take"])
        job = state.piece_of(job.payload["piece"])
        if job.kind == "compose":
            return job, state.take_shown(job, before)
    return job, state.take_shown(job, 1)


def _choose_view(melody: Melody, job: Job) -> str:
    """Band or melody: at first the one that came last."""
    notes = melody_to_json(melody.score)["notes"]
    same = notes == state.melody_of(job)["notes"]
    view = st.segmented_control(
        "What is shown",
        [BAND, CHORDS, MELODY],
        default=BAND if same or not job.ended else MELODY,
        required=True,
        key=f"view-{job.id}-{same}",
        label_visibility="collapsed",
    )
    return view or BAND


def _choose_take(job: Job, take: int) -> int:
    """One of the takes, where there are several."""
    count = int(job.payload.get("takes", 1))
    if count == 1:
        return take if job.kind == "compose" else 1
    key = f"take-{job.id}"
    chosen = st.segmented_control(
        "The take",
        range(1, count + 1),
        default=min(take, count),
        required=True,
        format_func=lambda number: f"Take {number}" if number == 1 else str(number),
        key=key,
        label_visibility="collapsed",
        on_change=lambda: state.show_take(job.id, st.session_state[key]),
    )
    return int(chosen or take)


def _watch(job_id: str, take: int, knew_end: bool) -> None:
    job = house.store().get(job_id, state.owner())
    if job.ended and not knew_end:
        st.rerun()  # the whole page: the button, and no more asking
    events = house.store().events(job_id)
    folder = pieces_folder(house.settings().data_dir, job.id, take)
    facts = _facts(job, take, events)
    if facts is None:
        _waiting(job, events)
    else:
        heard = {event.data["take"] for event in events if event.kind == "sound"}
        stage = [event.data for event in events if event.kind == "stage"]
        piece.show(job, take, folder, facts, take in heard, stage[-1] if stage else {})


def _facts(job: Job, take: int, events: list[JobEvent]) -> dict[str, Any] | None:
    """What is known of the piece once there is one: of a band that was stopped, what there is."""
    composed = next((event.data for event in events if event.kind == "composed"), None)
    if composed is None and not job.ended:
        return None
    if composed is not None and take == 1:
        return {**composed, **(job.result or {})}
    return read_facts(pieces_folder(house.settings().data_dir, job.id, take))


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
            stages = [event.data for event in events if event.kind == "stage"]
            _progress(job, stages[-1] if stages else None)
        problem = house.problem()
        if problem:
            st.error(problem)
        st.button("Cancel", on_click=_cancel, args=(job.id,))


def _progress(job: Job, stage: dict[str, Any] | None) -> None:
    place = house.store().place(job.id)
    text = stage["text"] if stage else "Waiting for the models to wake up"
    if place > 1:
        text = f"Waiting: {place - 1} before you"
    st.progress(stage["share"] if stage else 0.02, text=text)


def _grow(job: Job, begun: dict[str, Any], bars: list[dict[str, Any]]) -> None:
    """The piece as far as it is written."""
    written, of = int(bars[-1]["bars"]), int(begun["of"])
    parts = begun["parts"]
    lanes = [growing.lane(0, state.melody_of(job)["notes"])]
    for i, (part, rows) in enumerate(zip(parts, growing.merged(bars, len(parts)), strict=True), 1):
        lanes.append(growing.Lane(part_colour(i), rows, part["low"], part["high"]))
    symbols = [(int(tick), str(symbol)) for tick, symbol in begun["chords"]]
    frame = growing.Frame(of, int(begun["bar_ticks"]), int(begun["beats"]), symbols, written)
    st.image(growing.picture(lanes, frame), width="stretch")
    st.progress(written / of, text=f"Bar {written} of {of} is written")


def _cancel(job_id: str) -> None:
    try:
        house.store().cancel(job_id, state.owner())
    except JobError as error:
        st.session_state.problem = str(error)
