"""The sentence of a click that failed: kept until the page is drawn the next time, shown once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from studio.ground.errors import TuttiError
from studio.ui.say import plain


@dataclass(frozen=True, slots=True)
class Flash:
    """One place on a page where such a sentence stands."""

    place: str

    def tell(self, problem: TuttiError | str) -> None:
        """Keeps the sentence for the next time; the last one counts."""
        st.session_state[self._key] = str(problem)

    @contextmanager
    def catch(self) -> Iterator[None]:
        """Tells what goes wrong inside."""
        try:
            yield
        except TuttiError as error:
            self.tell(error)

    def waits(self) -> bool:
        """Whether there is a sentence that was not shown yet."""
        return self._key in st.session_state

    def forget(self) -> None:
        """Nothing is shown: what it was about is of no interest any more."""
        st.session_state.pop(self._key, None)

    def show(self) -> None:
        """Shows the sentence, where there is one; it is gone then."""
        problem = st.session_state.pop(self._key, None)
        if problem:
            st.error(plain(problem))

    @property
    def _key(self) -> str:
        return f"{self.place}_problem"
