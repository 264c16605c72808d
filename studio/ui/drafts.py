"""What a page must not lose: a draft in the store, under the browser's anonymous owner.

Streamlit's session state dies with a reload and a page switch; a draft does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from studio.ui import house
from studio.ui.guard import owner


@dataclass(frozen=True, slots=True)
class PageDraft:
    """The draft of that `name`; `fresh` is that of somebody new, and what one of an earlier version
    lacks."""

    name: str
    fresh: Callable[[], dict[str, Any]]

    def read(self) -> dict[str, Any]:
        """The draft; from the store once a session."""
        if self._key not in st.session_state:
            st.session_state[self._key] = self.saved()
        return dict(st.session_state[self._key])

    def change(self, **values: Any) -> None:
        """Changes the draft and saves it, on top of what another tab may have saved since."""
        st.session_state[self._key] = {**self.saved(), **values}
        house.store().save_draft(owner(), self.name, st.session_state[self._key])

    def saved(self) -> dict[str, Any]:
        """The draft as the store has it, whichever tab saved it."""
        saved = house.store().load_draft(owner(), self.name)
        return {**self.fresh(), **(saved.data if saved else {})}

    @property
    def _key(self) -> str:
        return f"{self.name}_draft"
