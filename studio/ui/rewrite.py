"""Under a finished piece: which bars of which parts are to be written anew."""

from __future__ import annotations

from typing import Any

import streamlit as st

from studio.catalog import Card, find, read_card
from studio.errors import BadModel, TuttiError
from studio.jobs.pieces import pieces_folder, read_recipe
from studio.jobs.rewrite import RewriteRequest
from studio.jobs.store import Job
from studio.planning import MAX_SEED
from studio.techniques.registry import technique
from studio.ui import band_panel, house, knobs, parts, state


def show(job: Job, take: int, facts: dict[str, Any]) -> None:
    """The panel, where the piece's technique writes bar by bar and its model is still there."""
    card = _card(str(facts["model"]))
    if card is None or technique(card.technique).write is None:
        return
    key = f"{job.id}-{take}"
    last: dict[str, list[int]] = job.payload["bars"] if job.kind == "rewrite" else {}
    with st.expander("Write bars anew", expanded=bool(last)):
        names = [part.name for part in card.parts]
        chosen = st.pills(
            "Parts", names, selection_mode="multi", default=list(last), key=f"anew-parts-{key}"
        )
        bars = (1, 1)
        if facts["bars"] > 1:
            bars = st.slider(
                "Bars", 1, facts["bars"], _first_choice(last, facts), key=f"anew-bars-{key}"
            )
        st.caption("All else stays, to the note. Knobs and parts are those of the panel.")
        with st.container(horizontal=True):
            go = st.button("Write these bars anew", disabled=not chosen, key=f"anew-{key}")
            back = job.kind == "rewrite" and st.button("Undo", key=f"undo-{key}")
        if go:
            _submit(job, take, facts, card, chosen, range(bars[0], bars[1] + 1))
        elif back:
            state.go_back(job)
        if go or back:
            st.rerun()  # the whole page: there is another piece


def _first_choice(last: dict[str, list[int]], facts: dict[str, Any]) -> tuple[int, int]:
    """The bars that were written last, or the first few."""
    bars = [bar for numbers in last.values() for bar in numbers]
    return (min(bars), max(bars)) if bars else (1, min(int(facts["bars"]), 4))


def _card(model: str) -> Card | None:
    try:
        return read_card(find(model, house.settings().model_folders))
    except BadModel:
        return None


def _submit(
    job: Job, take: int, facts: dict[str, Any], card: Card, chosen: list[str], bars: range
) -> None:
    try:
        folder = pieces_folder(house.settings().data_dir, job.id, take)
        wishes = parts.wishes(card.id)
        root = job.payload["root"] if job.kind == "rewrite" else job.id
        request = RewriteRequest(
            piece=job.id,
            take=take,
            root=root,
            bars={name: list(bars) for name in chosen},
            seed=_next_seed(root, int(facts["seed"])),
            knobs=_knobs(card, read_recipe(folder)),
            parts={name: wishes[name] for name in chosen if name in wishes},
        )
        house.store().submit("rewrite", request.payload(), state.owner())
    except TuttiError as error:
        st.session_state.problem = str(error)


def _next_seed(root: str, seed: int) -> int:
    """Seeds count up, so that bars come out otherwise after an undo, too."""
    newest = house.store().latest(state.owner(), "rewrite")
    if newest is not None and newest.payload["root"] == root:
        seed = int(newest.payload["seed"])
    return (seed + 1) % (MAX_SEED + 1)


def _knobs(card: Card, recipe: dict[str, Any]) -> dict[str, float]:
    """Those of the panel where it shows the piece's technique, else those it was written with."""
    if st.session_state.get("technique", card.technique) == card.technique:
        return knobs.turned(band_panel.KNOB)
    return dict([recipe, *recipe.get("rewrites", [])][-1]["knobs"])
