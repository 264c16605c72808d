"""What the page knows of each piece, and what is done to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from studio.errors import BadScore, TuttiError
from studio.export import open_piece
from studio.library import Library, Piece
from studio.ui import Flash, desk, house, owner
from studio.ui.library.thumbnail import thumbnail

CHOSEN, PROBLEM = "library_chosen", Flash("library")
_DRAWN_KEPT = 400


@dataclass(frozen=True, slots=True)
class Look:
    """What a card shows of a version: its roll's address, its length, and its model."""

    roll: str
    bars: int
    model: str


def look_of(piece: Piece) -> Look:
    """The look of a piece's newest version; raises TuttiError where it is damaged."""
    return _look(house.library(), piece.id, piece.head)


@lru_cache(maxsize=_DRAWN_KEPT)
def _look(library: Library, piece: str, version: str) -> Look:
    """A version never changes, so its look is made once; a damaged one is tried again."""
    found = library.opened(piece, version)
    model = found.facts.get("model")
    return Look(thumbnail(found.score), found.score.bars, model if isinstance(model, str) else "")


def tags_known() -> list[str]:
    """All tags of this owner's pieces, in alphabetical order."""
    every = {tag for piece in house.library().pieces(owner()) for tag in piece.tags}
    return sorted(every, key=str.casefold)


def act(change: Callable[..., Any], *values: Any, **named: Any) -> None:
    """Does something that may fail; what went wrong is shown on top of the page."""
    with PROBLEM.catch():
        made = change(*values, **named)
        if isinstance(made, Piece) and made.deleted_at is None:
            st.session_state[CHOSEN] = made.id


def open_file(data: bytes) -> Piece:
    """Keeps a piece file of any Tutti as a piece of this owner; raises TuttiError."""
    found = open_piece(data)
    keep = house.library().add
    try:
        return keep(owner(), found.score.title, found.score, found.recipe, found.mix.to_json())
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        if isinstance(error, TuttiError):
            raise
        raise BadScore("The recipe in this file is damaged: ask for the piece again.") from error


def open_on_compose(piece: str, version: str) -> None:
    """Goes to the Compose page with this version; a damaged one is a sentence here."""
    try:
        opened = house.library().opened(piece, version, owner())
    except TuttiError as error:
        PROBLEM.tell(error)
        st.rerun()
    desk.open_piece(piece, version, opened.score)
    desk.visit()
