"""The piece on the stage: the arranger, and above it what there is to say of it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import streamlit as st

from studio.music.melody import Melody
from studio.queue import Job
from studio.ui import desk, house, say, waiting
from studio.ui.components import show_arranger
from studio.ui.compose import (
    answers,
    fixes,
    introspection,
    order,
    remarks,
    send_panel,
    timeline,
    tune,
)
from studio.ui.compose.piece_data import arrangement, of_melody
from studio.ui.compose.work import Work, remember
from studio.ui.library import part_sounds, take_home_panel


def head(work: Work, job: Job | None) -> None:
    """For a line above: what is known of the piece; while `job` rewrites bars, that."""
    if job is not None:
        waiting.watch_job(job, _wait)
        return
    melody, added = _melody(work), tune.added_bars(work.opened.score)
    melody += f" · {remarks.new_bars(*added).lower()}" if added else ""
    short, long = remarks.sentences(work.opened.facts, melody)
    st.caption(short, help=long)
    if remarks.is_stopped(work.opened.facts):
        st.button("Write the rest", type="tertiary", on_click=_write_rest, args=(work,))
    send_panel.show(work)
    take_home_panel.show(work.piece.id, work.opened.version.id, "tertiary")


def _write_rest(work: Work) -> None:
    with desk.PROBLEM.catch():
        order.rest(work)


def await_more(job: Job, said: Sequence[str]) -> None:
    """For the same line: how far bands are that join the piece; it can be worked on meanwhile.
    `said` is what the job had said when the piece was read."""
    known = _news(said)

    def draw(job: Job) -> None:
        events = house.store().events(job.id)
        if _news([event.kind for event in events]) != known:
            st.rerun()  # one more can be heard, or all
        said = next((e.data for e in reversed(events) if e.kind in ("stage", "bars")), {})
        bars = f"Bar {said['bars']} of {said['of']} is written" if "bars" in said else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            waiting.wait_line(job, bars or str(said.get("text", "Composing the band")))
            stop = "Stop and keep" if bars or known else "Stop"
            waiting.cancel_button(job, desk.PROBLEM, stop, type="tertiary")
        waiting.show_dying_worker()

    waiting.watch_job(job, draw)


def _news(said: Sequence[str]) -> int:
    return sum(kind in ("composed", "played") for kind in said)


def show(work: Work, job: Job | None) -> None:
    """The arranger with a piece of the library; `job` rewrites bars of it."""
    if part_sounds.found(work.opened.score) is None:  # the browser fetches each as it comes
        part_sounds.ask(work.piece.id, work.opened.version.id)
    remember(work)
    asked = job.payload if job is not None else None
    why = introspection.asked(work)
    attention = introspection.attention(why)
    names = part_sounds.names(work.opened.score)
    data = arrangement(work, names, answers.done(), asked, attention)
    data["place"] = timeline.here(work, "band")
    data["added"] = tune.added_bars(work.opened.score)
    data["marks"] = fixes.marks(work.opened.score)
    show_arranger(key=answers.KEY, arrangement=data, on_messages=answers.receive)
    gaps = "".join(f". {gap['label']} is left out. {gap['why']}" for gap in data["left_out"])
    waiting.tell(f"Ready: {', '.join(work.opened.score.part_names)}{gaps}")
    if why is not None:
        introspection.show(why, work)
    facts = work.opened.facts
    for line in facts.get("report") or ():
        st.caption(say.plain(line))
    if facts.get("nearest"):
        remarks.warn_if_near(facts["nearest"])
    if facts.get("asked"):
        st.html(remarks.asked_table(facts["asked"], facts["parts"]))


def show_melody(melody: Melody | None, work: Work | None) -> None:
    """The arranger with the melody alone, to be written by hand where there is none, and what was
    heard in it; `work` may lie on the table beside it."""
    revision = int(desk.draft().performance["revision"])
    sheet = tune.sheet(melody)
    data = of_melody(sheet, tune.number(), revision, answers.done())
    data["place"] = timeline.here(work, desk.MELODY)
    data["added"] = added = tune.added_bars(sheet)
    data["marks"] = marks = fixes.marks(sheet)
    show_arranger(key=answers.KEY, arrangement=data, on_messages=answers.receive)
    if marks:
        notes = f"{say.counted(len(marks), 'note')} with a dot {'is' if len(marks) == 1 else 'are'}"
        st.caption(f"{notes} mended: hear each and take it back in the list of changes.")
    if added:
        words = f"{remarks.new_bars(*added)}: Extend wrote them"
        st.caption(f"{words}.")
        waiting.tell(words)
    for line in melody.report if melody is not None else ():
        st.html(f'<p class="tutti-quiet">{html.escape(line)}</p>')


def _melody(work: Work) -> str:
    """Whether the melody is still the one that was played, if any was."""
    if not work.opened.score.tracks[0].notes:
        return "Played on your chords"
    first = work.opened.score.part_names[0]
    edits: list[dict[str, Any]] = work.opened.recipe.get("edits", [])
    changed = any(edit.get("part") == first and "notes" in edit for edit in edits)
    return "Melody edited" if changed else "Melody kept note for note"


def _work_of(job: Job) -> str:
    """What is done to a piece, in words."""
    if job.payload.get("vetoes") is not None:
        return "Going another way"
    arranges = any(job.payload.get(name) is not None for name in ("form", "fill"))
    return "Arranging the band" if arranges else "Writing the bars anew"


def _wait(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        waiting.wait_line(job, _work_of(job))
        waiting.cancel_button(job, desk.PROBLEM, "Stop", type="tertiary")
    waiting.show_dying_worker()
