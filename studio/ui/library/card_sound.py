"""A piece heard on its card: a button, then a player; one card plays at a time."""

from __future__ import annotations

import streamlit as st

from studio.library import Piece
from studio.queue import Job
from studio.ui import fields, say, waiting
from studio.ui.library import take_home_panel
from studio.ui.library.pieces import PROBLEM

_FORMAT = "ogg"
_PLAYS = "library_plays"  # the piece whose card has the player
_REFRESH_SECONDS = 0.5


def show(piece: Piece) -> None:
    """The button, or the player where it was clicked: the sound of the newest version as it is
    mixed, which the worker writes once."""
    if st.session_state.get(_PLAYS) != piece.id:
        st.button(
            f"Play :gray[{say.plain(piece.name)}]",  # name: unseen
            key=f"library-play-{piece.id}", icon=":material/play_arrow:", type="tertiary",
            on_click=_play, args=(piece,),
        )  # fmt: skip
        return
    waiting.watch(
        _job(piece),
        lambda: _job(piece),
        lambda job: _draw(piece, job),
        lambda job: job is not None and not job.ended,
        _REFRESH_SECONDS,
        whole_page=False,
    )


def _draw(piece: Piece, job: Job | None) -> None:
    if job is not None and not job.ended:
        waiting.progress(job, "Getting the sound")
    elif job is not None and (name := take_home_panel.written(job)):
        take = {"name": piece.name, "src": take_home_panel.address(job, name)}
        fields.show_listener(key=f"library-player-{piece.id}", takes=[take], start=job.id)
    else:
        st.caption(say.plain((job and job.error) or "This cannot be heard: open it on Compose."))


def _play(piece: Piece) -> None:
    with PROBLEM.catch():
        job = _job(piece)
        if job is None or (job.ended and not take_home_panel.written(job)):
            take_home_panel.ask(piece.id, piece.head, _FORMAT)
        st.session_state[_PLAYS] = piece.id


def _job(piece: Piece) -> Job | None:
    return take_home_panel.jobs_of(piece, piece.head).get(_FORMAT)
