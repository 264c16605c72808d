"""Hear it learn, on the page: one melody at every epoch, a slider across them, the sound."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from studio.music.melody import from_performance, melody_to_json, sample_melody, samples
from studio.music.score import Metre, Score
from studio.queue import Job
from studio.ui import desk
from studio.ui.components import show_scrubber
from studio.ui.train import draft, listening
from studio.ui.train.lines import THIS_RUN
from studio.ui.train.listening import EpochSound, EpochSounds

_TAKE = "take"


def show(job: Job, kept: Sequence[int]) -> None:
    """The choice of a melody, then the rolls; what comes in while one looks is played, too."""
    known = listening.of(job.id)
    if known.heard or known.busy:
        listening.go_on(job.id, known, kept)
    head = st.container(horizontal=True, vertical_alignment="center")
    title = f"Hear it learn · {known.title or 'your melody'} at every epoch"
    head.html(f'<p class="tutti-step">{html.escape(title)}</p>', width="content")
    with head:
        _choose(job, kept, known)
    if known.problem:
        st.error(known.problem)
    if known.heard:
        _rolls(job.id, known)
    elif known.busy:
        st.progress(0.1, text="Playing your melody at the first epochs")
    else:
        st.html(
            '<p class="tutti-quiet">Pick a melody and press Listen: the model plays under it as it '
            "was at each epoch that is kept, so you can hear noise turn into music.</p>"
        )


def cursor(run_id: str) -> int | None:
    """The epoch that is looked at; None for the newest."""
    found = st.session_state.get("train_cursor", {}).get(run_id)
    return None if found is None else int(found)


def _choose(job: Job, kept: Sequence[int], known: EpochSounds) -> None:
    choices = {sample.id: sample.title for sample in samples()}
    if desk.draft().performance["takes"]:
        choices = {_TAKE: "Your take on Compose", **choices}
    chosen = st.selectbox(
        "The melody that it plays", list(choices), format_func=choices.__getitem__,
        key="train_melody", label_visibility="collapsed", width=230,
    )  # fmt: skip
    st.button(
        "Listen",
        disabled=not kept or known.busy,
        help=None if kept else "Its first epoch is not kept yet: wait a moment.",
        on_click=_listen,
        args=(job.id, str(chosen), choices.get(str(chosen), ""), tuple(kept)),
    )


def _listen(run_id: str, chosen: str, title: str, kept: tuple[int, ...]) -> None:
    with draft.PROBLEM.catch():
        melody = _melody(chosen)
        listening.ask(run_id, melody.title or title, melody_to_json(melody), kept)


def _melody(chosen: str) -> Score:
    if chosen == _TAKE:
        return from_performance(desk.draft().performance).score
    return sample_melody(chosen)


def _rolls(run_id: str, known: EpochSounds) -> None:
    melody = known.melody or {}
    beats, unit = (int(part) for part in str(melody.get("metre", "4/4")).split("/"))
    bar_ticks = Metre(beats, unit).bar_ticks
    epoch = show_scrubber(
        key=f"scrubber-{run_id.replace('_', '.')}",  # Streamlit refuses one with `__`
        data={
            "epochs": [_as_data(each, bar_ticks) for each in known.heard],
            "melody": [row[:3] for row in melody.get("notes", [])],
            "tune": known.title,
            "colour": THIS_RUN,
            "chosen": cursor(run_id),
        },
    )
    if epoch is not None and epoch != cursor(run_id):
        cursors = st.session_state.get("train_cursor", {})
        st.session_state.train_cursor = {**cursors, run_id: epoch}
        st.rerun()  # the whole page: the cursor on the curves moves, too


def _as_data(heard: EpochSound, bar_ticks: int) -> dict[str, object]:
    return {
        "epoch": heard.epoch,
        "src": heard.src,
        "ticks": int(heard.data["bars"]) * bar_ticks,
        "parts": [
            {
                "colour": str(part["colour"]),
                "is_drum": bool(part["is_drum"]),
                "notes": [row[:3] for row in part["notes"]],
            }
            for part in heard.data["parts"]
        ],
    }
