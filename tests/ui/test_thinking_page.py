"""Why a note is there, on the page: asked, waited for, shown in words and bars, and put away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_tools import arranged, open_page, own_studio, shown, take_sample, tell
from streamlit.testing.v1 import AppTest

from studio.jobs.kinds.think import Request as ThinkRequest
from studio.jobs.kinds.think import to_json
from studio.music.melody import sample_melody
from studio.music.score import Metre, Note, Score, Track
from studio.techniques.introspection import END, Option, Seen, Thought
from studio.ui import house
from studio.ui.compose.introspection_picture import picture

NOTE = Note(960, 55, 480, 80)


def thought(pitch: int = 55) -> Thought:
    """Of a note on the third beat of the first bar."""
    return Thought(
        {
            "position": [Option(8, 0.6, True, True), Option(END, 0.4, True, False)],
            "role": [Option("Keys", 1.0, True, True)],
            "pitch": [
                Option(pitch, 0.7, True, True),
                Option(pitch + 1, 0.2, True, False),
                Option(pitch + 2, 0.1, False, False),
            ],
            "duration": [Option(4, 0.5, True, True), Option(5, 0.5, True, False)],
        },
        [Seen("melody", "Melody", 0, 60, 0.75), Seen("start", "", 0, None, 0.25)],
        cut="TopK 2",
    )


def band(name: str = "Keys", is_drum: bool = False) -> Score:
    melody = sample_melody("twinkle")
    return melody.with_tracks((*melody.tracks, Track(name, (NOTE,), 4, is_drum)))


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def tab_with(technique: str) -> AppTest:
    """The tab with a piece that a model of that technique wrote."""
    recipe = {"model": f"pop-{technique}", "technique": technique, "seed": 1, "knobs": {}}
    piece = house.library().add("somebody", "Tune", band(), recipe)
    tab = take_sample(open_page(), "twinkle")
    place = {"id": piece.id, "version": None}
    tab.session_state.compose_draft = replace(tab.session_state.compose_draft, piece=place)
    return tab.run()


@pytest.fixture
def tab(data_dir: Path) -> AppTest:
    return tab_with("transformer")


def ask(tab: AppTest) -> str:
    """Asks why the note is there, as the browser does; the job's id."""
    tell(tab, {"kind": "think", "part": "Keys", "note": [960, 55, 480, 80]})
    job = house.store().latest("somebody", "think")
    assert job is not None
    tab.session_state.thinking = job.id
    return job.id


def answer(tab: AppTest, error: str | None = None) -> AppTest:
    job = ask(tab)
    store = house.store()
    assert store.claim("worker", 60.0, {"think"}) is not None
    if error is None:
        payload: dict[str, Any] = store.get(job).payload
        store.finish(job, "worker", {**payload, **to_json(thought(), band())})
    else:
        store.fail(job, "worker", error)
    tab = tab.run()
    assert not tab.exception
    return tab


def test_a_worker_is_asked_about_the_version_that_is_shown(tab: AppTest) -> None:
    piece = arranged(tab)["piece"]
    before = house.library().piece(piece)
    draft = tab.session_state.compose_draft
    wanted = ThinkRequest(**house.store().get(ask(tab)).payload)
    assert wanted == ThinkRequest(piece, before.head, "Keys", [960, 55, 480, 80])
    assert arranged(tab)["attention"] is None
    assert re.search("Asking the model|Waiting: . before you", shown(tab.run()))
    assert house.library().piece(piece) == before
    assert tab.session_state.compose_draft == draft


def test_the_answer_is_shown_and_closed(tab: AppTest) -> None:
    tab = answer(tab)
    said = shown(tab)
    assert "Why G3 of Keys in bar 1, beat 3?" in said
    assert "TopK 2 left out 1, together 10 %" in said
    assert arranged(tab)["attention"] == {
        "part": "Keys",
        "note": [960, 55, 480, 80],
        "notes": [["Melody", 0, 60, 0.75]],
        "chords": [],
        "bars": [],
    }
    tab = tab.button(key="thinking-close").click().run()
    assert arranged(tab)["attention"] is None
    assert "Why G3" not in shown(tab)


def test_the_answer_goes_where_the_piece_changes(tab: AppTest) -> None:
    tab = answer(tab)
    tab = tell(tab, {"kind": "edit", "part": "Keys", "take": 1, "notes": []})
    assert arranged(tab)["attention"] is None
    assert "Why G3" not in shown(tab)


def test_what_could_not_be_told_is_a_sentence(tab: AppTest) -> None:
    tab = answer(tab, "The model wrote no such note in Keys: choose another one.")
    assert "wrote no such note" in tab.error[0].value
    assert arranged(tab)["attention"] is None
    tab = tab.button(key="thinking-close").click().run()
    assert not tab.error


def test_only_what_writes_note_by_note_can_be_asked(data_dir: Path) -> None:
    assert arranged(tab_with("transformer"))["can"]["think"]
    assert not arranged(tab_with("gan"))["can"]["think"]


def test_only_what_writes_edit_by_edit_has_a_replay(data_dir: Path) -> None:
    can = arranged(tab_with("arcnn"))["can"]
    assert (can["retrace"], can["think"]) == (True, False)
    assert not arranged(tab_with("transformer"))["can"]["retrace"]


def test_vetoes_are_asked_of_a_worker_on_the_version_that_is_shown(data_dir: Path) -> None:
    tab = tab_with("arcnn")
    shown_now = arranged(tab)
    veto = ["Keys", 960, 1440, 55]
    tab = tell(tab, {"kind": "veto", "vetoes": [veto]})
    job = house.store().latest("somebody", "rewrite")
    assert job is not None
    assert job.payload["version"] == shown_now["version"]
    assert job.payload["vetoes"] == [veto]
    assert not arranged(tab)["can"]["retrace"]  # one at a time


def drawn(score: Score, found: Thought, part: str = "Keys", pitch: int = 55) -> str:
    request = ThinkRequest("p", "v", part, [960, pitch, 480, 80])
    return picture({**request.to_json(), **to_json(found, score)}, score)


def texts(picture: str) -> list[str]:
    return re.findall(r">([^<]+)<", picture.split("<h3>")[1])


def test_options_have_the_names_that_musicians_read() -> None:
    said = texts(drawn(band(), thought()))
    in_order = ["1 · When?", "Beat 3", "The bar is over", "2 · Which part?", "Keys",
                "3 · Which pitch?", "G3", "A♭3", "TopK 2 left out 1, together 10 %", "A3",
                "4 · How long?", "Quarter", "5 sixteenths"]  # fmt: skip
    assert [text for text in said if text in in_order] == in_order
    drums = drawn(band("Keys", is_drum=True), thought(36), pitch=36)
    assert "Why the kick of Keys" in drums
    assert "Which drum?" in drums
    odd = band().with_tracks(band().tracks)
    six_eight = Score(odd.tracks, 100.0, Metre(6, 8))
    assert "Beat 5" in texts(drawn(six_eight, thought()))  # in eighths


def test_names_are_no_html() -> None:
    assert "<script>" not in drawn(band("<script>"), thought(), "<script>")
