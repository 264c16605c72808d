"""What a page must not lose: a draft in the store, under the browser's anonymous owner.

Streamlit's session state dies with a reload and a page switch; a draft does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from studio.ui import house

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


class PageDraft(Generic[T]):
    """The draft of a page: a dataclass, whose defaults are the draft of somebody new, and what one
    of an earlier version lacks."""

    def __init__(self, name: str, kind: type[T]) -> None:
        self.name = name
        self._kind = TypeAdapter(kind)
        self._key = f"{name}_draft"

    def read(self) -> T:
        """The draft; from the store once a session."""
        if self._key not in st.session_state:
            st.session_state[self._key] = self.saved()
        draft: T = st.session_state[self._key]
        return draft

    def change(self, **values: object) -> None:
        """Changes the draft and saves it, on top of what another tab may have saved since."""
        draft = replace(self.saved(), **values)
        st.session_state[self._key] = draft
        house.store().save_draft(house.owner(), self.name, vars(draft))

    def saved(self) -> T:
        """The draft as the store has it, whichever tab saved it; a field that cannot be what it was
        saved as is fresh."""
        known = house.store().load_draft(house.owner(), self.name)
        saved = known.data if known else {}
        try:
            return self._kind.validate_python(saved)
        except ValidationError as error:
            damaged = {str(each["loc"][0]) for each in error.errors()}
            sound = {name: value for name, value in saved.items() if name not in damaged}
            return self._kind.validate_python(sound)
