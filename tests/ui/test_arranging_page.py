"""What becomes of what the arranger asks for: saved, asked of a worker, or a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_tools import (
    arranged,
    finish_band,
    generate_button,
    open_page,
    own_studio,
    take_sample,
    tell,
)
from streamlit.testing.v1 import AppTest

from studio.arrangement import Arrangement
from studio.jobs.kinds.rewrite import Request as RewriteRequest
from studio.library import Content, Library
from studio.music.melody import sample_melody
from studio.ui import house
from studio.ui.desk import MELODY

NOTE = [0, 40, 480, 80]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


@pytest.fixture
def tab(data_dir: Path) -> AppTest:
    """The tab with a finished piece among the arranger."""
    tab = take_sample(open_page(), "twinkle")
    finish_band(data_dir, None)
    return tab.run()


def melody_of(tab: AppTest) -> list[list[int]]:
    notes: list[list[int]] = arranged(tab)["parts"][0]["notes"]
    return notes


def edit(notes: list[list[int]], part: str = "Melody") -> dict[str, Any]:
    return {"kind": "edit", "part": part, "notes": notes}


def test_the_piece_lies_among_the_arranger_with_its_stems_wanted(tab: AppTest) -> None:
    shown = arranged(tab)
    assert shown["bars"] == 12
    assert shown["parts"][0]["stem"].startswith("/stems/")
    assert re.fullmatch("/stems/[0-9a-f]{32}.json", shown["loudness"])
    [job] = [job for job in house.store().jobs("somebody") if job.kind == "stems"]
    assert job.payload["piece"] == shown["piece"]


def test_the_melody_lies_among_the_arranger_from_the_first_note(data_dir: Path) -> None:
    tab = open_page()
    empty = arranged(tab)
    assert (empty["piece"], empty["bars"], empty["rendered"]) == (MELODY, 8, False)
    assert melody_of(tab) == []
    assert generate_button(tab).disabled
    tab = tell(tab, edit([[2 * 1920, 60, 480, 90]]))  # in bar 3, and it stays there
    assert melody_of(tab) == [[2 * 1920, 60, 480, 90]]
    assert not generate_button(tab).disabled
    tab = tell(tab, {"kind": "instrument", "part": "Melody", "program": 73})
    assert arranged(open_page())["parts"][0]["instrument"] == "Flute"
    tab = tell(tab, edit([]))
    assert melody_of(tab) == []
    assert not tab.error
    assert generate_button(tab).disabled

    tab = take_sample(tab, "twinkle")
    tune = sample_melody("twinkle")
    assert [tuple(row) for row in melody_of(tab)] == [tuple(n.row) for n in tune.tracks[0].notes]
    assert arranged(tab)["bars"] == tune.bars + 1
    tab = tell(tab, edit(moved(melody_of(tab), 3)))
    assert sorted(melody_of(open_page())) == moved([n.row for n in tune.tracks[0].notes], 3)
    tab = tell(tab, {"kind": "regenerate", "bars": [1], "parts": ["Melody"]})
    assert "no band yet" in tab.error[0].value


def test_an_edit_that_comes_when_another_tune_is_there_is_not_laid_on_it(data_dir: Path) -> None:
    tab = take_sample(open_page(), "twinkle")
    late = {**edit(moved(melody_of(tab), 3)), "take": arranged(tab)["take"]}
    tab = tell(tab, late)
    assert arranged(tab)["take"] == late["take"]  # it is the same tune, edited
    place = arranged(tab)["place"]["id"]
    tab = take_sample(tab, "ode-to-joy")
    ode = melody_of(tab)
    tab = tell(tab, late, {**edit([]), "take": 1})  # the latter of the empty page
    assert melody_of(tab) == melody_of(open_page()) == ode
    assert "too late" in tab.error[0].value
    tab = tell(tab, {"kind": "go", "place": place})
    assert sorted(melody_of(tell(tab, late))) == sorted(late["notes"])


def test_an_edit_is_saved_and_is_the_melody_of_the_next_band(tab: AppTest) -> None:
    part = arranged(tab)["parts"][0]["name"]
    more = [*melody_of(tab), [11 * 1920, 79, 240, 90]]
    tab = tell(tab, edit(more, part))
    assert sorted(melody_of(tab)) == sorted(more)
    takes = tab.session_state.compose_draft.performance["takes"]
    assert len(takes[-1]["notes"]) == len(more)
    count = len(takes)
    tab = tell(tab, edit(more[:-2], part))
    assert len(tab.session_state.compose_draft.performance["takes"]) == count  # no heap of takes
    again = open_page()  # a reload
    assert sorted(melody_of(again)) == sorted(more[:-2])


def test_the_same_message_is_not_done_twice(tab: AppTest) -> None:
    tab = tell(tab, {"kind": "lock", "part": "Melody", "locked": True})
    revision = arranged(tab)["revision"]
    tab.session_state.arranger_done = arranged(tab)["done"]
    before = arranged(tab)["done"]
    tab = tell(tab, {"kind": "lock", "part": "Melody", "locked": True, "n": before})
    assert arranged(tab)["revision"] == revision


def test_mix_and_instrument_stay(tab: AppTest) -> None:
    part = arranged(tab)["parts"][0]["name"]
    strip = {"volume": 0.5, "pan": -1, "mute": True, "solo": False}
    tab = tell(
        tab,
        {"kind": "mix", "mix": {part: strip}},
        {"kind": "instrument", "part": part, "program": 73},
    )
    again = arranged(open_page())
    assert again["mix"][part] == strip
    assert again["parts"][0]["instrument"] == "Flute"


def test_bars_are_asked_of_a_worker_on_the_version_that_is_shown(tab: AppTest) -> None:
    shown = arranged(tab)
    tab = tell(tab, {"kind": "regenerate", "bars": [2], "parts": ["Bass"]})
    job = house.store().latest("somebody", "rewrite")
    assert job is not None
    request = RewriteRequest(**job.payload)
    assert (request.piece, request.bars, request.parts) == (shown["piece"], [2], ["Bass"])
    head = house.library().piece(shown["piece"]).head
    assert (request.version, request.revision) == (head, shown["revision"])
    assert not arranged(tab)["can"]["regenerate"]  # one at a time
    house.store().cancel(job.id)
    tab = tab.run()
    assert not tab.session_state.compose_draft.remaking


def arranged_tab(data_dir: Path, **values: object) -> AppTest:
    tab = take_sample(open_page(), "twinkle")
    usual = {"drums": "pop", "form": "A4:0.4 B4:0.5 A4:0.7", **values}
    finish_band(data_dir, None, Arrangement.usual(usual))
    return tab.run()


def test_an_arranged_band_has_its_form_and_another_is_asked_for(data_dir: Path) -> None:
    tab = arranged_tab(data_dir, fills=[2])
    shown = arranged(tab)
    form = shown["form"]
    assert (form["text"], form["by_hand"]) == ("A4:0.4 B4:0.5 A4:0.7", [])
    assert {1, 3, 7} <= set(form["fills"])
    assert 11 not in form["fills"]  # the band ends there
    assert shown["can"]["form"]
    tab = tell(tab, {"kind": "form", "form": "A4:0.4 B4:0.9 A4:0.7"})
    [job] = [job for job in house.store().jobs("somebody") if job.kind == "rewrite"]
    assert (job.payload["form"], job.payload["fill"]) == ("A4:0.4 B4:0.9 A4:0.7", None)
    shown = arranged(tab)
    assert shown["form"]["text"] == "A4:0.4 B4:0.9 A4:0.7"  # as it will be
    assert not shown["can"]["form"]


def test_a_fill_is_asked_for_and_is_seen_while_it_is_made(data_dir: Path) -> None:
    tab = tell(arranged_tab(data_dir), {"kind": "fill", "bar": 3, "fill": False})
    [job] = [job for job in house.store().jobs("somebody") if job.kind == "rewrite"]
    assert job.payload["fill"] == [3, False]
    assert 3 not in arranged(tab)["form"]["fills"]


def test_a_band_without_drums_has_a_form_and_no_fills(data_dir: Path) -> None:
    form = arranged(arranged_tab(data_dir, drums=""))["form"]
    assert form["text"].startswith("A4")
    assert form["fills"] is None


def test_a_band_that_is_not_arranged_has_no_form(tab: AppTest) -> None:
    assert arranged(tab)["form"] is None
    tab = tell(tab, edit(moved(melody_of(tab), 3)))
    assert arranged(tab)["form"] is None


def test_a_version_is_opened_once_for_a_chord(
    tab: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    opening = Library.opened

    def counted(library: Library, piece: str, *version: str) -> Content:
        opened.append(piece)
        return opening(library, piece, *version)

    monkeypatch.setattr(Library, "opened", counted)
    tab.run()
    once = len(opened)  # to draw the page
    tell(tab, {"kind": "chord", "tick": 0, "symbol": "F"})
    assert house.store().latest("somebody", "rewrite") is not None
    assert len(opened) == 2 * once + 1


def test_what_cannot_be_is_a_sentence_and_nothing_changes(tab: AppTest) -> None:
    before = melody_of(tab)
    tab = tell(tab, {"kind": "chord", "tick": 0, "symbol": "H13"})
    assert "is no chord" in tab.error[0].value
    tab = tell(tab, edit([[0, 300, 1, 1]], arranged(tab)["parts"][0]["name"]))
    assert len(tab.error) == 1
    tab = tell(tab, {"kind": "edit"})
    assert "reload the page" in tab.error[0].value
    assert melody_of(tab) == before


def test_a_stranger_changes_nothing(tab: AppTest) -> None:
    piece = arranged(tab)["piece"]
    other = open_page("somebodyelse")
    place = {"id": piece, "version": None}
    other.session_state.compose_draft = replace(tab.session_state.compose_draft, piece=place)
    other = other.run()
    assert arranged(other)["piece"] == MELODY
    assert "no such piece" in other.error[0].value


def test_a_piece_that_was_deleted_is_put_away_with_a_sentence(tab: AppTest) -> None:
    piece = arranged(tab)["piece"]
    house.library().delete(piece)
    tab = tab.run()
    assert arranged(tab) is None
    assert "was deleted" in tab.error[0].value
    house.library().undelete(piece)
    assert arranged(tab.run())["piece"] == piece


def test_parts_are_named_as_the_library_names_them(tab: AppTest) -> None:
    shown = arranged(tab)
    score = house.library().opened(shown["piece"]).score
    assert [part["name"] for part in shown["parts"]] == list(score.part_names)


def moved(notes: list[list[int]], *which: int) -> list[list[int]]:
    """These notes, a semitone higher."""
    return sorted(
        [start, pitch + (i in which), *more] for i, (start, pitch, *more) in enumerate(notes)
    )


@pytest.mark.parametrize("reloaded", [False, True])
def test_an_edit_on_its_way_while_the_page_shows_another_tabs_keeps_both(
    tab: AppTest, reloaded: bool
) -> None:
    before, revision = melody_of(tab), arranged(tab)["revision"]
    part = arranged(tab)["parts"][0]["name"]
    other = tell(open_page(), edit(moved(before, 0), part))
    assert sorted(melody_of(other)) == moved(before, 0)
    late = open_page() if reloaded else tab.run()  # which shows the other tab's notes, and then:
    assert sorted(melody_of(late)) == moved(before, 0)
    late = tell(late, {**edit(moved(before, 3), part), "revision": revision})
    assert sorted(melody_of(late)) == moved(before, 0, 3)
    late = tell(late, {**edit(moved(before, 3, 5), part), "revision": revision})
    assert sorted(melody_of(late)) == moved(before, 0, 3, 5)
    late = tell(late, edit(moved(melody_of(late), 7), part))
    assert sorted(melody_of(late)) == moved(before, 0, 3, 5, 7)
    assert not late.error


def test_edits_one_after_the_other_are_made_of_one_another(tab: AppTest) -> None:
    """The second is told before the browser was shown the first, with a change of the mix between
    them."""
    before, part = melody_of(tab), arranged(tab)["parts"][0]["name"]
    tab = tell(
        tab,
        edit(moved(before, 2), part),
        {"kind": "lock", "part": part, "locked": True},
        edit(before[:2] + before[3:], part),
    )
    assert sorted(melody_of(tab)) == sorted(before[:2] + before[3:])
    labels = [version.label for version in house.library().versions(arranged(tab)["piece"])]
    assert labels[1:] == ["Edited Melody"]  # one version, with nothing beside it


def test_one_goes_back_to_where_one_was_with_the_edits_that_were_made_there(tab: AppTest) -> None:
    band = arranged(tab)["place"]["id"]
    edited = moved(melody_of(tab), 2)
    tab = tell(tab, edit(edited))
    assert arranged(tab)["place"]["id"] == band  # an edit leads nowhere else
    tab = take_sample(tab, "ode-to-joy")
    other = arranged(tab)
    assert other["place"]["id"] != band
    tab = tell(tab, {"kind": "go", "place": band})
    assert sorted(melody_of(tab)) == edited
    assert arranged(tab)["place"]["id"] == band
    tab = tell(tab, {"kind": "go", "place": other["place"]["id"]})
    assert melody_of(tab) == other["parts"][0]["notes"]
    tab = tell(tab, {"kind": "go", "place": "elsewhere.band"})
    assert "cannot be undone any more" in tab.error[0].value
    assert melody_of(tab) == other["parts"][0]["notes"]
