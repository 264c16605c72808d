"""Chords without a melody, on the page: typed, told what is wrong, played on, sung on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_tools import open_page, own_studio, shown
from streamlit.testing.v1 import AppTest

from studio.composing import Request
from studio.jobs.kinds import genres
from studio.ui import house


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def type_chords(text: str) -> AppTest:
    page = open_page()
    page.segmented_control(key="way").set_value("Chords").run()
    page.text_area(key="chart").set_value(text).run()
    assert not page.exception
    return page


def button(page: AppTest, label: str) -> object:
    return next(each for each in page.button if each.label == label)


def asked(kind: str) -> Request:
    job = house.store().latest("somebody", kind)
    assert job is not None
    return Request.from_json(job.payload)


def test_a_band_is_asked_for_on_chords_alone() -> None:
    page = type_chords("Bm7b5 | E7(b9)\nAm | %")
    button(page, "Generate the band on your chords").click().run()  # type: ignore[attr-defined]
    assert not page.exception
    request = asked("compose")
    assert request.melody.bars == 0
    assert request.melody.title == "Chords: Bm7b5 E7b9 Am"
    assert request.chords == "Bm7b5 | E7b9 | Am | Am"
    request.check()


def test_a_chart_is_as_long_as_one_wants() -> None:
    page = type_chords("C | Am")
    page.number_input(key="chart_bars").set_value(5).run()
    page = open_page()  # it is there after a reload
    page.segmented_control(key="way").set_value("Chords").run()
    assert page.number_input(key="chart_bars").value == 5
    button(page, "Generate the band on your chords").click().run()  # type: ignore[attr-defined]
    assert asked("compose").chords == "C | Am | C | Am | C"


def test_all_genres_play_on_chords_alone() -> None:
    assert button(type_chords(""), "All genres").disabled  # type: ignore[attr-defined]
    page = type_chords("Dm7 | Es")
    button(page, "All genres").click().run()  # type: ignore[attr-defined]
    assert "is no chord" in shown(page)
    page = type_chords("Dm7 | G7 | C6")
    button(page, "All genres").click().run()  # type: ignore[attr-defined]
    assert not page.exception
    job = house.store().latest("somebody", "genres")
    assert job is not None
    wanted = genres.Request.from_json(job.payload)
    assert len(wanted.models) > 2
    assert (wanted.melody["notes"], wanted.chords) == ([], "Dm7 | G7 | C6")


def test_a_word_that_is_no_chord_is_told_at_once_and_kept() -> None:
    page = type_chords("C | Es")
    assert "'Es' in bar 2 is no chord" in shown(page)
    button(page, "Generate the band on your chords").click().run()  # type: ignore[attr-defined]
    assert house.store().latest("somebody", "compose") is None
    assert page.text_area(key="chart").value == "C | Es"


def test_without_chords_or_a_melody_there_is_nothing_to_generate() -> None:
    page = type_chords("")
    assert button(page, "Generate the band").disabled  # type: ignore[attr-defined]


def test_a_melody_is_asked_for_on_the_chords() -> None:
    page = type_chords("C | Am | F | G")
    page.segmented_control(key="technique").set_value("transformer").run()
    button(page, "Extend").click().run()  # type: ignore[attr-defined]
    assert not page.exception
    request = asked("extend")
    assert (request.melody.bars, request.chords) == (0, "C | Am | F | G")
