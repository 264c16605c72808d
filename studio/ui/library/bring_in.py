"""The way in for piece files of other people."""

from __future__ import annotations

import streamlit as st

from studio.errors import BadScore, TuttiError
from studio.export import FORMATS, MAX_BYTES, open_piece
from studio.library import Piece
from studio.ui import house, say
from studio.ui.library.pieces import CHOSEN

_TAKEN, _REFUSED = "library_file", "library_refused"


def show() -> None:
    """The uploader for a piece file; what it holds becomes a piece of one's own, once."""
    with st.expander("Open a piece file"):
        upload = st.file_uploader(
            "A piece file",
            type=[FORMATS["piece"].ending.lstrip(".")],
            key="library-upload",
            label_visibility="collapsed",
            max_upload_size=MAX_BYTES // 1_000_000,
        )
        st.caption("A .tutti file that Take home made. It is checked; nothing in it can run.")
        if upload is None:
            st.session_state.pop(_TAKEN, None)
            return
        if st.session_state.get(_TAKEN) != upload.file_id:
            st.session_state[_TAKEN] = upload.file_id
            st.session_state.pop(_REFUSED, None)
            _take_in(upload.getvalue())
        if _REFUSED in st.session_state:
            st.error(say.plain(st.session_state[_REFUSED]))


def _take_in(data: bytes) -> None:
    try:
        piece = _open(data)
    except TuttiError as error:
        st.session_state[_REFUSED] = str(error)
        return
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
