"""The way in for piece files of other people."""

from __future__ import annotations

import streamlit as st

from studio.errors import TuttiError
from studio.export import FORMATS, MAX_BYTES
from studio.ui import say
from studio.ui.library.pieces import CHOSEN, open_file

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
        piece = open_file(data)
    except TuttiError as error:
        st.session_state[_REFUSED] = str(error)
        return
    st.session_state[CHOSEN] = piece.id
    st.toast(say.plain(f"{piece.name} is in your library."))
    st.rerun()
