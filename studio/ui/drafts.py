"""What a page must not lose: a draft in the store, under the browser's anonymous owner.

Streamlit's session state dies with a reload and a page switch; a draft does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from studio.queue import JsonObject
from studio.ui import house

T = TypeVar("T", bound=Mapping[str, object])


class PageDraft(Generic[T]):
    """The draft of a page, a TypedDict."""

    def __init__(self, name: str, kind: type[T], fresh: Callable[[], T]) -> None:
        """The draft of that `name`; `fresh` is that of somebody new, and what one of an earlier
        version lacks."""
        self.name = name
        self._fresh, self._fields = fresh, TypeAdapter(kind)
        self._key = f"{name}_draft"

    def read(self) -> T:
        """The draft; from the store once a session."""
        if self._key not in st.session_state:
            st.session_state[self._key] = self.saved()
        draft: T = st.session_state[self._key]
        return draft

    def change(self, **values: object) -> None:
        """Changes the draft and saves it, on top of what another tab may have saved since."""
        draft = {**self.saved(), **values}
        st.session_state[self._key] = draft
        house.store().save_draft(house.owner(), self.name, draft)

    def saved(self) -> T:
        """The draft as the store has it, whichever tab saved it; a field that cannot be what it was
        saved as is fresh."""
        saved = house.store().load_draft(house.owner(), self.name)
        draft: JsonObject = {**self._fresh(), **(saved.data if saved else {})}
        try:
            return self._fields.validate_python(draft)
        except ValidationError as error:
            damaged = {str(each["loc"][0]) for each in error.errors()}
            sound = {name: value for name, value in draft.items() if name not in damaged}
            return self._fields.validate_python({**self._fresh(), **sound})
