"""The line above the Compose page: what is being worked on, and what this machine is."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

from studio.library import Piece
from studio.music.melody import Melody
from studio.music.score import Score, clean_text
from studio.queue import Job
from studio.ui import desk, fields, house, say, waiting
from studio.ui.compose.table import Table

_LOOK_SECONDS = 1.0  # how often a page looks whether the models are awake
_UNNAMED = "Your melody"


def show(melody: Melody | None, table: Table) -> None:
    """Title and facts of what is shown on the left, device and last time on the right; a click on
    the title gives it another name."""
    job = table.job if table.job is not None and table.job.kind == "compose" else None
    newer = melody is not None and not table.is_of(melody.score)
    piece = table.work.piece if table.work is not None and not newer else None
    about = replace(melody.score, key=desk.draft().key or melody.score.key) if melody else None
    if table.work is not None and piece is not None and (table.chosen or about is None):
        about = table.work.opened.score  # it may be on chords alone
    with st.container(horizontal=True, key="compose-title", vertical_alignment="center"):
        if about is None:
            st.html('<div class="tutti-title"><h1>A new piece</h1></div>')
        else:
            fields.show_title(
                key="title", of="page", name=(piece.name if piece else about.title) or _UNNAMED,
                id=_bearers(piece, table.chosen), rename=_rename,
            )  # fmt: skip
        waiting.watch(
            _device(),
            _device,
            lambda device: _show(about, job, device),
            lambda device: device is None,
            _LOOK_SECONDS,
            whole_page=False,
        )


def _bearers(piece: Piece | None, chosen: bool) -> str:
    """The piece and the take that have the title, as `_rename` takes them; on the keyboard there
    may be another tune than that of a piece that was chosen."""
    take = next(iter(desk.draft().performance["takes"][-1:]), None)
    of_it = take is not None and (piece is None or not chosen or take["name"] == piece.name)
    return f"{piece.id if piece else ''} {take['id'] if take and of_it else ''}"


def _rename(bearers: str, name: str) -> None:
    """Both, so that the next band to this tune is called the same."""
    piece, take = bearers.split(" ")
    with desk.PROBLEM.catch():
        performance = desk.draft().performance
        new = {"name": clean_text(name)}
        takes = [each | new if each["id"] == take else each for each in performance["takes"]]
        desk.change_performance({**performance, "takes": takes})
        if piece:  # last, as the page shows its name: one that shows the new name has both
            house.library().rename(piece, name, house.owner())


def _show(score: Score | None, job: Job | None, device: str | None) -> None:
    facts = "Play a melody, and Tutti plays everything else"
    if score is not None:
        facts = f"{say.counted(score.bars, 'bar')} · ♩ = {score.tempo_bpm:g} · {score.metre}"
        facts += f" · {score.key}" if score.key else ""
    st.html(
        f'<div class="tutti-title"><span class="tutti-quiet">{html.escape(facts)}</span>'
        f'<span class="tutti-pill">{html.escape(_machine(job, device))}</span></div>'
    )


def _machine(job: Job | None, device: str | None) -> str:
    if device is None:
        return "The models are waking up"
    if job is not None and job.result:
        return f"{device} · last band in {job.result['seconds']:.2f} s"
    return device


def _device() -> str | None:
    """What the models play on; None before they are loaded."""
    workers = house.store().workers()
    return next((str(w.facts["device"]) for w in workers if "device" in w.facts), None)
