"""A melody is mended on the Compose page, each change is taken back, and the tune is sent on; what
was done to it stands in the band's recipe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from page_tools import arranged, open_at, open_page, own_studio, shown, take_sample, tell
from streamlit.testing.v1 import AppTest

from studio.composing import Band, Request, load_band
from studio.library import band_facts
from studio.queue import Job
from studio.ui import house
from studio.ui.desk import DRAFT
from studio.ui.say import plain

OWNER, WORKER = "somebody", "w1"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    scribe.hire(monkeypatch, tmp_path / "models")
    yield from own_studio(tmp_path, monkeypatch)


@pytest.fixture
def tab(data_dir: Path) -> AppTest:
    tab = take_sample(open_page(), "twinkle")
    return tab.segmented_control(key="technique").set_value("scribe").run()


@pytest.fixture
def band(data_dir: Path) -> Band:
    return load_band(data_dir / "models" / scribe.MODEL, "cpu")


def click(tab: AppTest, key: str) -> AppTest:
    tab = tab.button(key=key).click().run()
    assert not tab.exception
    return tab


def claimed(kind: str) -> Job:
    """The next job of that kind; sounds are not wanted here."""
    while (job := house.store().claim(WORKER, 60.0)) is not None:
        if job.kind == kind:
            return job
        house.store().fail(job.id, WORKER, "Not now.")
    raise AssertionError(f"nobody asked for {kind}")


def fix(tab: AppTest, band: Band) -> AppTest:
    """Mends the melody, as the worker does."""
    tab = click(tab, "fix")
    job = claimed("mend")
    mended = band.mend(Request.from_json(job.payload))
    house.store().finish(job.id, WORKER, mended.to_json())
    tab = tab.run()
    assert not tab.exception
    return tab


def generate(tab: AppTest, band: Band) -> tuple[AppTest, dict[str, Any]]:
    """A band to the tune, as the worker makes it, and its recipe."""
    (button,) = [each for each in tab.button if each.label.startswith("Generate")]
    tab = button.click().run()
    job = claimed("compose")
    piece = band.compose(Request.from_json(job.payload))
    house.library().keep(OWNER, job.id, piece, band_facts(piece))
    house.store().append(job.id, WORKER, "kept", {})
    house.store().finish(job.id, WORKER, band_facts(piece))
    tab = tab.run()
    assert not tab.exception
    return tab, json.loads(json.dumps(piece.recipe.to_json()))


def changes(tab: AppTest) -> list[dict[str, Any]]:
    """What the list of changes is shown."""
    protos = [each.proto for each in tab.get("bidi_component")]
    mine = [proto for proto in protos if proto.component_name == "tutti_changes"]
    if not mine:
        return []
    found: list[dict[str, Any]] = json.loads(mine[0].mixed.json or mine[0].json)["changes"]
    return found


def toggle(tab: AppTest, place: int) -> AppTest:
    """A click on "Take back" or "Mend again", as the browser tells it."""

    def script() -> None:
        import streamlit as st

        from studio.ui.compose import fixes

        fixes.toggle(st.session_state.place)

    helper = AppTest.from_function(script)
    for key in ("owner", "compose_draft"):
        helper.session_state[key] = tab.session_state[key]
    helper.session_state.place = place
    helper.run()
    assert not helper.exception
    tab.session_state.compose_draft = helper.session_state.compose_draft
    return tab.run()


def notes(tab: AppTest) -> list[list[int]]:
    found: list[list[int]] = arranged(tab)["parts"][0]["notes"]
    return found


def steps(recipe: dict[str, Any]) -> list[tuple[str, int, list[int]]]:
    told = recipe.get("chain", {"steps": []})["steps"]
    return [(step["act"], step["count"], step["taken_back"]) for step in told]


def test_changes_are_listed_heard_taken_back_and_undone(tab: AppTest, band: Band) -> None:
    before, place = notes(tab), arranged(tab)["place"]["id"]
    tab = fix(tab, band)
    mended = [before[0], [before[1][0], 72, *before[1][2:]], *before[2:-1]]
    for page in (tab, open_page()):  # a reload keeps it
        assert notes(page) == mended
        first, last = changes(page)
        assert first["text"] == "Bar 1, beat 2: C4 becomes C5, 50 % likely"
        assert "C5 50 %, a rest 25 %" in first["help"]
        assert last["text"] == "Bar 12, beat 3: C4 goes, a rest is 75 % likely"
        assert [note["pitch"] for note in first["old"]] == [60, 60, 67, 67]
        assert [note["pitch"] for note in first["new"]] == [60, 72, 67, 67]
        assert [len(last[which]) for which in ("old", "new")] == [3, 2]
        assert first["old"][0]["start_seconds"] == last["new"][0]["start_seconds"] == 0
    assert arranged(tab)["marks"] == [mended[1][:2]]
    assert "1 note with a dot is mended" in shown(tab)
    tab = toggle(tab, 1)
    assert notes(tab) == [*mended, before[-1]]
    assert [each["state"] for each in changes(tab)] == ["made", "undone"]
    untouched = toggle(tab, 0)
    assert notes(untouched) == before
    assert arranged(untouched)["marks"] == []
    assert notes(toggle(tab, 1)) == [*before[:-1]]
    tab = tell(tab, {"kind": "go", "place": place})
    assert notes(tab) == before
    assert not changes(tab)


def test_a_note_that_was_moved_by_hand_is_not_taken_back(tab: AppTest, band: Band) -> None:
    tab = fix(tab, band)
    moved = [[start, pitch + (i == 1), *rest] for i, (start, pitch, *rest) in enumerate(notes(tab))]
    tab = tell(
        tab, {"kind": "edit", "part": "Melody", "take": arranged(tab)["take"], "notes": moved}
    )
    assert [each["state"] for each in changes(tab)] == ["lost", "made"]
    assert notes(toggle(tab, 0)) == moved
    assert len(notes(toggle(tab, 1))) == len(moved) + 1
    _, recipe = generate(tab, band)
    assert steps(recipe) == [("fix", 1, [2]), ("edit", 0, [])]


def test_nothing_to_mend_is_a_sentence_and_changes_nothing(tab: AppTest, band: Band) -> None:
    before = tab.session_state.compose_draft.performance
    tab.slider(key="fix-knob-maximum_input_notes_to_remove").set_value(0).run()
    tab = fix(tab, band)
    assert tab.session_state.compose_draft.performance == before
    assert "Nothing to mend was found" in shown(tab)
    assert "Nothing to mend was found" in shown(open_page())
    assert "Nothing to mend" not in shown(take_sample(tab, "jingle-bells"))


def test_a_mending_that_fails_or_is_cancelled_loses_nothing(tab: AppTest) -> None:
    before = notes(tab)
    tab = click(tab, "fix")
    house.store().fail(claimed("mend").id, WORKER, "Nothing may be changed: let more go.")
    tab = tab.run()
    assert [error.value for error in tab.error] == [plain("Nothing may be changed: let more go.")]
    tab = click(tab, "fix")
    tab = click(tab, "cancel-fix")
    job = house.store().latest(OWNER, "mend")
    assert job is not None
    assert job.state == "cancelled"
    assert notes(tab.run()) == before


def test_without_notes_there_is_nothing_to_mend(data_dir: Path) -> None:
    tab = open_page().segmented_control(key="technique").set_value("scribe").run()
    assert tab.button(key="fix").disabled
    tab = tab.segmented_control(key="way").set_value("Chords").run()
    tab = tab.text_area(key="chart").set_value("C | F").run()
    assert tab.button(key="fix").disabled
    assert "Play a melody first" in shown(tab)


def test_what_was_done_to_the_tune_stands_in_the_recipe(tab: AppTest, band: Band) -> None:
    tab, recipe = generate(tab, band)
    assert "chain" not in recipe
    tune = recipe["melody"]["notes"]
    tab = toggle(fix(tab, band), 1)
    tab = click(tab, "extend")
    job = claimed("extend")
    longer = band.extend(Request.from_json(job.payload))
    added = longer.melody.bars - 12
    house.store().finish(job.id, WORKER, {**longer.to_json(), "added": added})
    tab, recipe = generate(tab.run(), band)
    assert steps(recipe) == [("fix", 1, [2]), ("extend", added, [])]
    fixed = recipe["chain"]["steps"][0]
    assert (fixed["model"], fixed["weights"]) == (scribe.MODEL, band.weights_id)
    assert fixed["knobs"]["maximum_input_notes_to_remove"] == 100
    assert recipe["chain"]["tune"]["notes"] == tune
    words = f"Your tune, 1 note mended by Pop · Scribe, {added} bars more by Pop · Scribe"
    assert recipe["chain"]["text"] == words
    page = open_at("../../pages/40_library.py", OWNER)
    assert words in shown(page)


def test_a_band_is_sent_on_to_another_model_part_by_part(tab: AppTest, band: Band) -> None:
    tab, recipe = generate(tab, band)
    tab = tab.selectbox(key="send-band-to").select("pop-gan").run()
    kept = tab.session_state.compose_draft.performance
    tab = click(tab, "send-band")  # the melody itself
    assert tab.session_state.model == "pop-gan"
    assert tab.session_state.compose_draft.performance == kept
    tab = tab.selectbox(key="send-part-of-band").select("Bass").run()
    bass = next(part for part in arranged(tab)["parts"] if part["name"] == "Bass")
    tab = tab.selectbox(key="send-band-to").select(scribe.MODEL).run()
    tab = click(tab, "send-band")
    assert tab.session_state.model == scribe.MODEL
    assert notes(tab) == bass["notes"]
    assert len(arranged(tab)["parts"]) == 1
    _, recipe = generate(tab, band)
    (step,) = recipe["chain"]["steps"]
    assert (step["act"], step["part"], step["model"]) == ("part", "Bass", scribe.MODEL)
    assert recipe["melody"]["notes"] == bass["notes"]
    text = "Your tune, Bass of the band by Pop · Scribe taken for the melody"
    assert recipe["chain"]["text"] == text


def test_a_mended_tune_is_sent_on(tab: AppTest, band: Band) -> None:
    tab = fix(tab, band)
    tab = tab.selectbox(key="send-tune-to").select("pop-gan").run()
    tab = click(tab, "send-tune")
    assert tab.session_state.model == "pop-gan"
    assert [each["state"] for each in changes(tab)] == ["made", "made"]  # to be taken back still


def test_a_damaged_chain_does_not_stop_a_band(tab: AppTest, band: Band) -> None:
    tab = fix(tab, band)
    performance = tab.session_state.compose_draft.performance
    take = {**performance["takes"][-1], "chain": {"tune": 3}}
    draft = replace(tab.session_state.compose_draft, performance={**performance, "takes": [take]})
    house.store().save_draft(OWNER, DRAFT, asdict(draft))
    tab.session_state.compose_draft = draft
    _, recipe = generate(tab.run(), band)
    assert "chain" not in recipe


def test_how_a_melody_was_read_is_said(data_dir: Path, band: Band) -> None:
    tab = take_sample(open_page(), "twinkle")
    tab = tab.segmented_control(key="technique").set_value("scribe").run()
    low = [[start, pitch - 24, *rest] for start, pitch, *rest in notes(tab)]
    tab = tell(tab, {"kind": "edit", "part": "Melody", "take": arranged(tab)["take"], "notes": low})
    tab = fix(tab, band)
    assert plain("It was read upside down.") in shown(tab)
    tab, _ = generate(tab, band)
    assert shown(tab).count(plain("It was read upside down.")) == 2
