"""A tune is sent on to another model: the melody, or a part of a band that is taken for it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from studio.catalog import models
from studio.composing import Recipe
from studio.ground.errors import TuttiError
from studio.music.melody import melody_to_json
from studio.music.score import Score
from studio.queue import JsonObject
from studio.ui import desk, house, say
from studio.ui.compose.tune import current
from studio.ui.compose.work import Work


def show(work: Work | None = None) -> None:
    """The button behind which one chooses the model, and of a band what goes on as the melody."""
    cards, _ = models(house.settings().model_folders)
    here = st.session_state.get("model")
    others = say.distinct({card.id: card.name for card in cards if card.id != here})
    parts = _parts(work.opened.score) if work else []
    if not others or (work and not parts):
        return
    of = "band" if work else "tune"
    with st.popover("Send on to…", type="tertiary", help="Another model goes on with the tune."):
        part = ""
        if parts:
            part = st.selectbox("What goes on as the melody", parts, key="send-part-of-band")
        model = st.selectbox(
            "To", list(others), format_func=others.__getitem__, key=f"send-{of}-to"
        )
        st.button(
            "Send on", type="primary", key=f"send-{of}", on_click=_send, args=(work, part, model)
        )


def _parts(score: Score) -> list[str]:
    """The parts that could be a melody, the melody first."""
    named = zip(score.part_names, score.tracks, strict=True)
    return [name for name, track in named if track.notes and not track.is_drum]


def _send(work: Work | None, part: str, model: str) -> None:
    """Makes the part the tune, where it is another one, and chooses the model."""
    with desk.PROBLEM.catch():
        if work is not None:
            score = work.opened.score
            index = score.part_index(part)
            track = replace(score.tracks[index], name="Melody")
            tune = replace(score, tracks=(track,), chords=(), title=work.piece.name)
            now = current()
            if now is None or melody_to_json(now.score)["notes"] != melody_to_json(tune)["notes"]:
                desk.lay(tune, {desk.CHAIN: _chain(work, part, index)}, desk.PART)
        desk.follow_model(model)


def _chain(work: Work, part: str, index: int) -> JsonObject | None:
    """What was done until the part was there; None for a piece that no model made."""
    told = work.opened.recipe
    if index == 0:
        return told.get("chain")
    try:
        recipe = Recipe.from_json(told)
    except TuttiError:
        return None
    card = house.model(recipe.model)
    return recipe.part_chain(part, card.name if card else recipe.model).to_json()
