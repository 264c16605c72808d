"""A page's draft: what is saved comes back, and what is damaged is fresh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_tools import open_page, own_studio
from streamlit.testing.v1 import AppTest

from studio.ui import desk, house


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def saved_draft(**values: object) -> AppTest:
    """The Compose page of somebody whose draft was saved so."""
    house.store().save_draft("somebody", desk.DRAFT, values)
    page = open_page("somebody")
    assert not page.exception
    return page


@pytest.mark.usefixtures("data_dir")
def test_a_draft_of_an_earlier_version_gets_what_it_lacks() -> None:
    page = saved_draft(seed=7, knobs={"similarity": 2, "risk": 0.5})
    draft = page.session_state.compose_draft
    assert (draft.seed, draft.chord_risk, draft.piece) == (7, 0.0, None)
    assert str(draft.knobs) == "{'similarity': 2, 'risk': 0.5}"  # whole numbers stay whole
    assert page.number_input(key="seed").value == 7


@pytest.mark.usefixtures("data_dir")
def test_a_damaged_field_is_fresh_and_the_others_stay() -> None:
    page = saved_draft(seed="many", piece=["p", "v"], chords="C | F", models=None)
    draft = page.session_state.compose_draft
    assert (draft.seed, draft.piece, draft.models) == (0, None, {})
    assert draft.chords == "C | F"
