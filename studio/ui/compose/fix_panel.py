"""Mending a melody: its knobs, the job, and the list of what was changed."""

from __future__ import annotations

import streamlit as st

from studio.catalog import Card
from studio.ground.errors import TuttiError
from studio.jobs.kinds import mend
from studio.music.melody import from_performance, melody_from_json
from studio.queue import Job
from studio.techniques import technique
from studio.ui import Flash, desk, house, say, waiting
from studio.ui.components import show_changes
from studio.ui.compose import fixes, melody_panel, send_panel, tune_acts

_PROBLEM = Flash("fix")
_NO_NOTES = "Play a melody first: there are no notes to mend yet."


def show(card: Card) -> None:
    """The panel, where the model's technique mends melodies or the tune was mended; a mended
    melody that is ready is taken over in any case."""
    job = tune_acts.awaited("fixing")
    if job is not None and job.ended:
        _take_over(job)
    kind, mended = technique(card.technique), fixes.changes()
    if not kind.can("mend"):
        _PROBLEM.show()
        if mended:
            with st.expander("What was mended"):
                _list(mended)
        return
    with st.expander("Fix my melody", expanded=bool(mended) or _PROBLEM.waits()):
        _PROBLEM.show()
        if job is not None and not job.ended:
            waiting.watch_job(job, _wait)
        else:
            _button(card)
        if said := desk.draft().fixed.get(desk.newest_take()):
            st.caption(say.plain(said))
            waiting.tell(said)
        _list(mended)
        for field in kind.MendKnobs.fields():
            tune_acts.knob("fix", field)


def _list(mended: tuple[fixes.Change, ...]) -> None:
    """Each change, with what else was likely where the pointer rests."""
    if not mended:
        return
    try:
        melody = from_performance(desk.draft().performance).score
    except TuttiError:
        return
    states = [fixes.state_in(melody, change) for change in mended]
    made = states.count("made")
    words = f"{made} of {say.counted(len(mended), 'change')}"
    st.html(f'<p class="tutti-step">{words}</p>')
    waiting.tell(f"Mended: {words}")
    told = [
        {
            "text": change.text,
            "help": f"Likely there: {change.options}",
            "state": state,
            "old": change.heard(melody, made=False),
            "new": change.heard(melody, made=True),
        }
        for change, state in zip(mended, states, strict=True)
    ]
    sprite = desk.sprite(melody.tracks[0].program)
    show_changes(key="fix-changes", sprite=sprite, changes=told, on_toggle=fixes.toggle)
    for line in fixes.report():
        st.caption(say.plain(line))
    send_panel.show()


def _button(card: Card) -> None:
    reason = None
    try:
        if not melody_panel.to_play_on(desk.draft().chords)[0].bars:
            reason = _NO_NOTES
    except TuttiError as error:
        reason = str(error)
    st.caption(
        reason or f"{card.title} changes notes that seem out of place. Each can be taken back."
    )
    st.button("Fix my melody", on_click=_submit, disabled=reason is not None, key="fix")


def _submit() -> None:
    """Reads melody and choices as they are at the click."""
    with _PROBLEM.catch():
        request = tune_acts.request("fix")
        job_id = house.store().submit(mend.KIND, request.to_json(), house.owner())
        desk.change(fixing=job_id, fixed={})


def _take_over(job: Job) -> None:
    """The mended melody becomes the melody; the page begins again, for it is shown above."""
    if job.state == "done" and job.result is not None:
        told = job.result
        if told["changes"]:
            mended = {"changes": told["changes"], "report": told["report"]}
            more = {desk.CHAIN: told["chain"], desk.MENDED: mended}
            desk.lay(melody_from_json(told["melody"]), more, desk.MENDED, fixing=None)
        else:
            nothing = "Nothing to mend was found within these limits: your melody is as it was."
            said = " ".join([nothing, *told["report"]])
            desk.change(fixing=None, fixed={desk.newest_take(): said})
    else:
        desk.change(fixing=None)
        if job.state == "failed":
            _PROBLEM.tell(job.error or "The melody could not be mended: try again.")
    st.rerun()


def _wait(job: Job) -> None:
    st.progress(0.3, text=house.turn(job.id, "Looking at your melody"))
    waiting.cancel_button(job, _PROBLEM, key="cancel-fix")
