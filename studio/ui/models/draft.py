"""What the Models page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from typing import Any

import streamlit as st

from studio.ui import house
from studio.ui.state import owner

DRAFT = "models"
_KEY = "models_draft"
_MOST_SAMPLES = 30


def draft() -> dict[str, Any]:
    """The page's draft, see `_fresh`; read once a session."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _saved()
    return dict(st.session_state[_KEY])


def change(**values: Any) -> None:
    """Changes the draft and saves it, on top of what another tab may have saved since."""
    st.session_state[_KEY] = {**_saved(), **values}
    house.store().save_draft(owner(), DRAFT, st.session_state[_KEY])


def keep_sample(models: list[str], job: str) -> None:
    """Remembers the last job that played something with these models."""
    samples = {**draft()["samples"], "+".join(models): job}
    change(samples=dict(list(samples.items())[-_MOST_SAMPLES:]))


def sample_of(models: list[str]) -> str | None:
    """The last job that played something with these models."""
    job: str | None = draft()["samples"].get("+".join(models))
    return job


def _saved() -> dict[str, Any]:
    saved = house.store().load_draft(owner(), DRAFT)
    return {**_fresh(), **(saved.data if saved else {})}


def _fresh() -> dict[str, Any]:
    """The draft of somebody new, and what one of an earlier version lacks."""
    return {
        "view": None,
        "shown": None,  # the model that is looked at
        "sides": [],  # two models, side by side
        "melody": "twinkle",
        "samples": {},  # the last audition by models, their ids joined with +
        "genre": None,  # of the ear test
        "blind": "random",  # or "chosen": who fights the next duel
        "rivals": [],  # the two that are chosen
        "duel": None,  # {"job", "models": [A, B], "vote": None | "A" | "B" | "none"}
    }
