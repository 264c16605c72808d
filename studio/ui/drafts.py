"""What a page must not lose: a draft in the store, under the browser's anonymous owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from studio.ui import house
from studio.ui.state import owner


@dataclass(frozen=True, slots=True)
class PageDraft:
    """The draft of that `name`; `fresh` is that of somebody new, and what one of an earlier version
    lacks."""

    name: str
    fresh: Callable[[], dict[str, Any]]

    def read(self) -> dict[str, Any]:
        """The draft; from the store once a session."""
        if self._key not in st.session_state:
            st.session_state[self._key] = self._saved()
        return dict(st.session_state[self._key])

    def change(self, **values: Any) -> None:
        """Changes the draft and saves it, on top of what another tab may have saved since."""
        st.session_state[self._key] = {**self._saved(), **values}
        house.store().save_draft(owner(), self.name, st.session_state[self._key])

    @property
    def _key(self) -> str:
        return f"{self.name}_draft"

    def _saved(self) -> dict[str, Any]:
        saved = house.store().load_draft(owner(), self.name)
        return {**self.fresh(), **(saved.data if saved else {})}
