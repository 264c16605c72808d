"""One melody in all genres: a card for each, to be heard, and to be chosen as the piece to work
on."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from studio.jobs.takes import sound_of
from studio.queue import Job, JobEvent
from studio.ui import desk, house, waiting
from studio.ui.compose.work import open_version, roots_of


def show(job: Job, events: list[JobEvent]) -> None:
    """The cards so far, and how far the others are."""
    said = [event.data for event in events if event.kind == "composed"]
    heard = {event.data["take"] for event in events if event.kind == "sound"}
    kept = job.ended or any(event.kind == "kept" for event in events)
    if not job.ended:
        waiting.progress(job, events=events)
    for row in range(0, len(said), 2):
        for column, facts in zip(st.columns(2), said[row : row + 2], strict=False):
            with column.container(border=True, key=f"genre-{facts['take']}"):
                _card(job, facts, facts["take"] in heard, kept)
    for event in events:
        if event.kind == "left out":
            st.caption(str(event.data["text"]))


def _card(job: Job, facts: dict[str, Any], heard: bool, kept: bool) -> None:
    take, model = int(facts["take"]), str(facts["model"])
    card = house.model(model)
    title = html.escape(card.title if card else model)
    names = ", ".join(part["name"] for part in facts["parts"][1:])
    head, button = st.columns([0.62, 0.38], vertical_alignment="center")
    head.html(f'<b>{title}</b><p class="tutti-quiet">{html.escape(names)}</p>')
    key = f"genre-{job.id}-{take}"
    if button.button("Work on it", key=key, disabled=not kept, width="stretch"):
        roots = roots_of(open_version(job.id).history)
        desk.work_on(job.id, next(root.id for root in roots if root.take == take))
        st.rerun()  # the whole page, of which this is a fragment
    if heard and sound_of(house.settings().data_dir, job.id, take).exists():
        place = job.id if take == 1 else f"{job.id}/{take}"
        st.html(
            f'<div class="tutti-stage"><audio controls preload="none" src="/pieces/{place}/mix.wav"'
            f' aria-label="{title}"></audio></div>'
        )
