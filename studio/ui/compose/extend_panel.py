"""Going on with the melody: its knobs and the job."""

from __future__ import annotations

import streamlit as st

from studio.catalog import Card
from studio.ground.errors import TuttiError
from studio.jobs.kinds import extend
from studio.music.melody import melody_from_json
from studio.queue import Job
from studio.techniques import technique
from studio.ui import Flash, desk, fields, house, waiting
from studio.ui.compose import melody_panel, send_panel, tune_acts

_PROBLEM = Flash("extend")
_FIRST = "extension_duration"  # what people turn most


def show(card: Card) -> None:
    """The panel, where the model's technique can go on with a melody; a longer melody that is
    ready is taken over in any case."""
    job = tune_acts.awaited("extending")
    if job is not None and job.ended:
        _take_over(job)
    kind = technique(card.technique)
    if not kind.can("extend"):
        _PROBLEM.show()
        return
    with st.expander("Extend the melody", expanded=_PROBLEM.waits()):
        st.caption("For the bars that are added; the band has settings of its own.")
        for field in sorted(kind.ExtendKnobs.fields(), key=lambda field: field.name != _FIRST):
            tune_acts.knob("extend", field)
        st.toggle(
            "Keep its chords for the band",
            bool(desk.draft().extend_chords),
            key="extend_chords",
            help="The longer melody is written to chords. On: the band plays them. Off: Tutti "
            "chooses new ones for the band, unless you have typed some.",
            on_change=lambda: desk.change(extend_chords=st.session_state.extend_chords),
        )
        _PROBLEM.show()
        if job is not None and not job.ended:
            waiting.watch_job(job, _wait)
        else:
            _buttons()
        takes = desk.draft().performance["takes"]
        if takes and takes[-1]["source"] == desk.EXTENSION:
            send_panel.show()


def _buttons() -> None:
    reason = _reason_not_to()
    if reason:
        st.caption(reason)
    st.button("Extend", on_click=_submit, disabled=reason is not None, key="extend")


def _reason_not_to() -> str | None:
    """Why the melody cannot go on, as a sentence."""
    try:
        melody = melody_panel.to_play_on(desk.draft().chords)[0]
    except TuttiError as error:
        return str(error)
    bars, added = melody.bars, int(fields.typed(tune_acts.prefix("extend")).get(_FIRST, 1))
    if bars and bars + added > melody.most_bars:
        return f"A melody can have up to {melody.longest}, and this one has {bars}."
    return None


def _submit() -> None:
    """Reads melody and choices as they are at the click."""
    with _PROBLEM.catch():
        request = tune_acts.request("extend")
        job_id = house.store().submit(extend.KIND, request.to_json(), house.owner())
        desk.change(extending=job_id)


def _take_over(job: Job) -> None:
    """The longer melody becomes the melody; the page begins again, for it is shown above."""
    if job.state == "done" and job.result is not None:
        wanted = desk.draft().extend_chords or desk.draft().chords.strip()
        chords = str(job.result["chords"]) if wanted else None
        longer, added = melody_from_json(job.result["melody"]), int(job.result["added"])
        desk.push_extension(longer, added, job.result.get("chain"), chords)
    else:
        desk.change(extending=None)
        if job.state == "failed":
            _PROBLEM.tell(job.error or "The melody could not go on: try again.")
    st.rerun()


def _wait(job: Job) -> None:
    st.progress(0.3, text=house.turn(job.id, "Going on"))
    waiting.cancel_button(job, _PROBLEM, key="cancel-extension")
