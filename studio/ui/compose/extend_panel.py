"""Going on with the melody: its knobs, the job, and the way back."""

from __future__ import annotations

import streamlit as st

from studio.composing.recipe import melody_from_json, melody_to_json
from studio.errors import JobError, TuttiError
from studio.jobs.extend import ExtendRequest
from studio.models.catalog import Card
from studio.music.melody import from_performance
from studio.music.score import MAX_BARS
from studio.queue.store import Job
from studio.techniques.contract import Field, fields
from studio.techniques.registry import technique
from studio.ui import house, state
from studio.ui.compose import knobs

KNOB = "extend-knob-"
_REFRESH_SECONDS = 0.15
_FIRST = "extension_duration"  # what people turn most


def show(card: Card) -> None:
    """The panel, where the model's technique can go on with a melody; a longer melody that is
    ready is taken over in any case."""
    job = _awaited()
    if job is not None and job.ended:
        _take_over(job)
    problem = st.session_state.pop("extend_problem", None)
    kind = technique(card.technique).extend_knobs
    if kind is None:
        if problem:
            st.error(problem)
        return
    with st.expander("Extend the melody", expanded=bool(problem)):
        for field in sorted(fields(kind), key=lambda field: field.name != _FIRST):
            _knob(field)
        st.toggle(
            "Keep its chords for the band",
            bool(state.draft()["extend_chords"]),
            key="extend_chords",
            help="The longer melody is written on chords. Off: Tutti chooses the band's anew, "
            "unless you have written some down.",
            on_change=lambda: state.change(extend_chords=st.session_state.extend_chords),
        )
        if problem:
            st.error(problem)
        if job is not None and not job.ended:
            st.fragment(_watch, run_every=_REFRESH_SECONDS)(job.id)
        else:
            _buttons()


def _buttons() -> None:
    reason = _reason_not_to()
    if reason:
        st.caption(reason)
    with st.container(horizontal=True):
        st.button("Extend", on_click=_submit, disabled=reason is not None, key="extend")
        if state.is_extended():
            st.button("Undo", on_click=state.undo_extension, key="undo-extension")


def _reason_not_to() -> str | None:
    """Why the melody cannot go on, as a sentence."""
    try:
        bars = from_performance(state.draft()["performance"]).score.bars
    except TuttiError as error:
        return str(error)
    if bars + int(knobs.turned(KNOB).get(_FIRST, 1)) > MAX_BARS:
        return f"A melody can have up to {MAX_BARS} bars, and this one has {bars}."
    return None


def _knob(field: Field) -> None:
    def keep(value: float) -> None:
        state.change(extend={**state.draft()["extend"], field.name: value})

    knobs.show(field, KNOB, state.draft()["extend"].get(field.name), keep)


def _submit() -> None:
    """Reads melody and choices as they are at the click."""
    try:
        melody = from_performance(state.draft()["performance"]).score
        request = ExtendRequest(
            melody_to_json(melody),
            st.session_state.model,
            int(st.session_state.seed),
            knobs.turned(KNOB),
            str(st.session_state.get("chords", state.draft()["chords"])),
        )
        job_id = house.store().submit("extend", request.payload(), state.owner())
        state.change(extending=job_id)
    except TuttiError as error:
        st.session_state.extend_problem = str(error)


def _awaited() -> Job | None:
    """The job whose melody is waited for."""
    job_id = state.draft()["extending"]
    if job_id is None:
        return None
    try:
        return state.piece_of(job_id)
    except JobError:
        state.change(extending=None)
        return None


def _take_over(job: Job) -> None:
    """The longer melody becomes the melody; the page begins again, for it is shown above."""
    if job.state == "done" and job.result is not None:
        wanted = state.draft()["extend_chords"] or state.draft()["chords"].strip()
        chords = str(job.result["chords"]) if wanted else None
        state.push_extension(melody_from_json(job.result["melody"]), chords)
    else:
        state.change(extending=None)
        if job.state == "failed":
            st.session_state.extend_problem = job.error or "The melody could not go on: try again."
    st.rerun()


def _watch(job_id: str) -> None:
    job = state.piece_of(job_id)
    if job.ended:
        st.rerun()
    st.progress(0.3, text=house.turn(job_id, "Going on"))
    st.button("Cancel", on_click=_cancel, args=(job_id,), key="cancel-extension")


def _cancel(job_id: str) -> None:
    house.store().cancel(job_id, state.owner())
