"""What is asked of a model about the tune on the keyboard, to go on with it or to mend it: knobs,
the request, and the job that is waited for."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from studio.composing import Request
from studio.queue import Job
from studio.techniques import Field
from studio.ui import desk, fields, house
from studio.ui.compose import chords_panel, fixes, melody_panel

Act = Literal["extend", "fix"]  # where the desk has its knobs
Awaited = Literal["extending", "fixing"]  # and its job


def prefix(act: Act) -> str:
    """Of the keys of its knobs on the page."""
    return f"{act}-knob-"


def knob(act: Act, field: Field) -> None:
    """Shows a knob, which the desk keeps."""
    kept: dict[str, desk.Number] = getattr(desk.draft(), act)

    def keep(value: float) -> None:
        desk.change(**{act: {**getattr(desk.draft(), act), field.name: value}})

    fields.show(field, prefix(act) + field.name, kept.get(field.name), keep)


def request(act: Act) -> Request:
    """Melody and choices as they are at the click; raises what `to_play_on` raises."""
    melody, chords = melody_panel.to_play_on(chords_panel.typed())
    return Request(
        melody, st.session_state.model, int(st.session_state.seed), fields.typed(prefix(act)),
        chords, key=desk.draft().key, chain=fixes.chain(melody),
    )  # fmt: skip


def awaited(name: Awaited) -> Job | None:
    """The job whose melody is waited for; one that is gone is waited for no more."""
    job_id: str | None = getattr(desk.draft(), name)
    job = house.job(job_id)
    if job is None and job_id is not None:
        desk.change(**{name: None})
    return job
