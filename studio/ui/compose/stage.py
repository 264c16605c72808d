"""The stage of the Compose page: the newest band's progress, then the band among the arranger, or
its chords, or the melody."""

from __future__ import annotations

from typing import Any

import streamlit as st

from studio.errors import TuttiError
from studio.music.melody import Melody, melody_to_json
from studio.music.score import Score
from studio.pictures import part_colour
from studio.queue import Job, JobEvent
from studio.ui import desk, house, waiting
from studio.ui.compose import chords, genre_cards, growing, overview, table
from studio.ui.compose.work import Work, find

BAND, CHORDS, MELODY, GENRES = "Band", "Chords", "Melody", "Genres"
_OWN = (desk.ARRANGER, desk.LIBRARY)  # a melody that came from the piece itself
_WELCOME = """
<div class="tutti-welcome"><h2>You play the melody. Tutti plays everything else.</h2>
<ol><li>Press <b>Record</b> and play a tune on the keyboard below, choose a sample, or import a
MIDI file.</li><li>Choose a band.</li><li><b>Generate</b>, listen, take it home.</li></ol></div>
"""


def show(
    melody: Melody | None, job: Job | None, work: Work | None, remade: Job | None = None
) -> None:
    """The piece that is worked on or being made, or the melody where that is newer; a word of
    welcome before there is either. `remade` is the job that makes bars of it anew."""
    desk.PROBLEM.show()
    if job is None and work is None:
        if melody is None:
            st.html(_WELCOME)
        else:
            overview.show(melody)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="stage-head"):
        view = _choose_view(melody, job, work)
        if work is not None and view == BAND:
            table.head(work, remade)
    if view == MELODY and melody is not None:
        overview.show(melody)
    elif view == CHORDS and job is not None:
        chords.show(job)
    elif work is not None and view == BAND:
        if job is not None and job.state == "failed" and work.piece.id == job.id:
            st.error(job.error or "The rest could not be composed: try again.")
        table.show(work, remade)
    elif job is not None:
        waiting.watch_job(job, _make)


def on_table(job: Job | None) -> Work | None:
    """What lies on the table; what is gone is put away, with a sentence."""
    try:
        return find(job)
    except TuttiError as error:
        desk.PROBLEM.tell(error)
        if desk.draft()["piece"] is not None:
            desk.change(piece=None)
        return None


def _choose_view(melody: Melody | None, job: Job | None, work: Work | None) -> str:
    """At first the one that came last."""
    genres = job is not None and job.kind == "genres"
    views = [GENRES] * genres + [BAND] * (work is not None or not genres)
    views += [CHORDS] * (job is not None and not genres) + [MELODY] * (melody is not None)
    chosen = desk.draft()["piece"] is not None
    same = melody is None or is_its(melody.score, job, work)
    making = job is not None and not job.ended and not chosen
    usual = GENRES if genres and not chosen else BAND
    view = st.segmented_control(
        "What is shown",
        views,
        default=usual if same or making else MELODY,
        required=True,
        key=f"view-{job.id if job else ''}-{same}-{genres and chosen}",
        label_visibility="collapsed",
    )
    return str(view or usual)


def is_its(melody: Score, job: Job | None, work: Work | None) -> bool:
    """Whether the melody on the keyboard is that of what is shown."""
    takes = desk.draft()["performance"]["takes"]
    if work is not None and takes and takes[-1]["source"] in _OWN:
        return True
    if work is not None and desk.draft()["piece"] is not None:
        newest = takes[-1]["id"] if takes else ""
        if st.session_state.setdefault(f"tune-{work.piece.id}", newest) == newest:
            return True  # none came since it was opened
    notes = melody_to_json(melody)["notes"]
    if job is not None and notes == list(desk.melody_of(job)["notes"]):
        return True
    return work is not None and notes == melody_to_json(work.opened.score)["notes"]


def _make(job: Job) -> None:
    events = house.store().events(job.id)
    if job.kind == "genres" and any(event.kind == "composed" for event in events):
        genre_cards.show(job, events)
    else:
        _waiting(job, events)
    if not job.ended:
        waiting.cancel_button(job, desk.PROBLEM)


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
    lanes = [growing.lane(0, desk.melody_of(job)["notes"])]
    for i, (part, rows) in enumerate(zip(parts, growing.merged(bars, len(parts)), strict=True), 1):
        lanes.append(growing.Lane(part_colour(i), rows, part["low"], part["high"]))
    symbols = [(int(tick), str(symbol)) for tick, symbol in begun["chords"]]
    frame = growing.Frame(of, int(begun["bar_ticks"]), int(begun["beats"]), symbols, written)
    st.image(growing.picture(lanes, frame), width="stretch")
    st.progress(written / of, text=f"Bar {written} of {of} is written")
