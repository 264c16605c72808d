"""The way in for piece files of other people."""

from __future__ import annotations

import streamlit as st

from studio.export import FORMATS, MAX_BYTES, open_piece
from studio.ground.errors import BadScore, TuttiError
from studio.library import Piece
from studio.ui import fields, house, say
from studio.ui.library.pieces import CHOSEN


def show() -> None:
    """The uploader for a piece file; what it holds becomes a piece of one's own, once."""
    with st.expander("Open a piece file"):
        fields.upload(
            "A piece file", "library-upload", [FORMATS["piece"].ending.lstrip(".")],
            MAX_BYTES // 1_000_000,
            "A .tutti file that Take home made. It is checked; nothing in it can run.", _take_in,
        )  # fmt: skip


def _take_in(data: bytes) -> None:
    piece = _open(data)
    st.session_state[CHOSEN] = piece.id
    st.toast(say.plain(f"{piece.name} is in your library."))
    st.rerun()


def _open(data: bytes) -> Piece:
    """Keeps a piece file of any Tutti as a piece of this owner; raises TuttiError."""
    found = open_piece(data)
    score, mix = found.score, found.mix.to_json()
    try:
        return house.library().add(house.owner(), score.title, score, found.recipe, mix)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        if isinstance(error, TuttiError):
            raise
        raise BadScore("The recipe in this file is damaged: ask for the piece again.") from error
