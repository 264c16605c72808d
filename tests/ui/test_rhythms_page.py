"""A part goes on in a rhythm, on the page: saved at once, one step to undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_tools import arranged, open_page, own_studio, tell
from streamlit.testing.v1 import AppTest

from studio.music.score import ChordMark, Note, Score, Track
from studio.ui import house

BAR = 1920
KEEP: dict[str, Any] = {"kind": "rhythm", "part": "Keys", "bar": 0}
Rows = list[list[int]]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


@pytest.fixture
def tab(data_dir: Path) -> AppTest:
    """The tab with a piece that came from a file: the keys strum in its first bar only."""
    melody = Track("Melody", tuple(Note(bar * BAR, 72, BAR) for bar in range(4)))
    strums = [Note(tick, p, 240, loud) for tick, loud in ((0, 90), (720, 60)) for p in (60, 64)]
    keys = Track("Keys", (*strums, Note(2 * BAR, 65, BAR)), 4)
    chords = tuple(ChordMark(bar * BAR, symbol) for bar, symbol in enumerate("CFGC"))
    piece = house.library().add("somebody", "Tune", Score((melody, keys), chords=chords))
    tab = open_page()
    place = {"id": piece.id, "version": None}
    tab.session_state.compose_draft = replace(tab.session_state.compose_draft, piece=place)
    return tab.run()


def keys_of(tab: AppTest, bar: int) -> Rows:
    """What the keys play in a bar from 0, ticks from its beginning."""
    notes: Rows = arranged(tab)["parts"][1]["notes"]
    return [[n[0] - bar * BAR, *n[1:]] for n in notes if n[0] // BAR == bar]


def test_a_rhythm_goes_on_as_one_version_that_one_goes_back_from(tab: AppTest) -> None:
    before, first = arranged(tab), keys_of(tab, 0)
    assert before["can"]["rhythm"]
    assert not before["can"]["regenerate"]  # it needs no model
    tab = tell(tab, {**KEEP, "bars": [1, 3]})
    assert keys_of(tab, 1) == [
        [0, 60, 240, 90],
        [0, 65, 240, 90],
        [720, 60, 240, 60],
        [720, 65, 240, 60],
    ]
    assert keys_of(tab, 3) == first
    assert keys_of(tab, 2) == [[0, 65, BAR, 80]]
    assert arranged(tab)["change"] == "Rhythm of bar 1 kept in Keys"
    assert arranged(tab)["parts"][0] == before["parts"][0]
    tab = tell(tab, {"kind": "go", "place": before["place"]["id"]})
    assert arranged(tab)["parts"][1]["notes"] == before["parts"][1]["notes"]
    assert not tab.error


def test_taps_of_several_rounds_are_one_bar_s_rhythm(tab: AppTest) -> None:
    taps = [[5, 0, 90], [955, 0, 70], [BAR - 8, 0, 90], [BAR + 961, 0, 70]]
    tab = tell(tab, {**KEEP, "bars": [0, 1], "taps": taps})
    for bar in (0, 1):
        rhythm = [[start, ticks, loud] for start, _, ticks, loud in keys_of(tab, bar)[::2]]
        assert rhythm == [[0, 960, 90], [960, 960, 70]]
    assert arranged(tab)["change"] == "Rhythm tapped for Keys"
    kinds = [version.kind for version in house.library().versions(arranged(tab)["piece"])]
    assert kinds == ["opened", "rhythm"]


def test_an_edit_just_before_it_counts_and_one_on_its_way_takes_it_not_back(tab: AppTest) -> None:
    shown = arranged(tab)
    notes: Rows = shown["parts"][1]["notes"]
    tab = tell(tab, {"kind": "edit", "part": "Keys", "notes": notes[2:]}, {**KEEP, "bars": [1]})
    assert [row[0] for row in keys_of(tab, 1)] == [720, 720]
    late = {"kind": "edit", "part": "Keys", "notes": [*notes[2:-1], [2 * BAR, 67, BAR, 80]]}
    tab = tell(tab, {**late, "revision": shown["revision"]})  # before the page was shown anew
    assert [row[0] for row in keys_of(tab, 1)] == [720, 720]
    assert keys_of(tab, 2) == [[0, 67, BAR, 80]]
    assert not tab.error


def test_what_cannot_be_is_a_sentence_and_nothing_changes(tab: AppTest) -> None:
    before = arranged(tab)["parts"]
    for more, words in (
        ({"part": "Melody"}, "melody is yours"),
        ({"part": "Horn"}, "no part called"),
        ({"bar": 1}, "is empty"),
        ({"bar": 4}, "no bar 5"),
        ({"bar": -1}, "no bar 0"),
        ({"bars": [0]}, "already"),
        ({"taps": [[0, 0, 0]]}, "tap it again"),
        ({"taps": "all"}, "reload the page"),
    ):
        tab = tell(tab, {**KEEP, **more})
        assert words in tab.error[0].value, more
    tab = tell(tab, {"kind": "lock", "part": "Keys", "locked": True}, KEEP)
    assert "Keys is locked" in tab.error[0].value
    assert [part["notes"] for part in arranged(tab)["parts"]] == [part["notes"] for part in before]
