"""The line above the Compose page: what is being worked on, and what this machine is."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

from studio.music.melody import Melody
from studio.queue import Job
from studio.ui import desk, house, say, waiting
from studio.ui.compose.table import Table

_LOOK_SECONDS = 1.0  # how often a page looks whether the models are awake


def show(melody: Melody | None, table: Table) -> None:
    """Title and facts of what is shown on the left, device and last time on the right."""
    job = table.job if table.job is not None and table.job.kind == "compose" else None
    about = _subject(melody, table)
    waiting.watch(
        _device(),
        _device,
        lambda device: _show(about, job, device),
        lambda device: device is None,
        _LOOK_SECONDS,
        whole_page=False,
    )


def _subject(melody: Melody | None, table: Table) -> Melody | None:
    """The piece of the library that was opened, or the melody on the keyboard where that is
    newer."""
    newer = melody is not None and not table.is_of(melody.score)
    alone = melody is None  # the piece may be on chords alone
    if table.work is None or newer or not (table.chosen or alone):
        key = desk.draft().key
        return replace(melody, score=replace(melody.score, key=key)) if melody and key else melody
    return Melody(replace(table.work.opened.score, title=table.work.piece.name), ())


def _show(melody: Melody | None, job: Job | None, device: str | None) -> None:
    title, facts = "A new piece", "Play a melody, and Tutti plays everything else"
    if melody is not None:
        score = melody.score
        title = score.title or "Your melody"
        facts = f"{say.counted(score.bars, 'bar')} · ♩ = {score.tempo_bpm:g} · {score.metre}"
        facts += f" · {score.key}" if score.key else ""
    st.html(
        f'<div class="tutti-title"><b class="tutti-brand">tutt<i>i</i></b>'
        f'<h1 title="{html.escape(title)}">{html.escape(title)}</h1>'
        f'<span class="tutti-quiet">{html.escape(facts)}</span>'
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
