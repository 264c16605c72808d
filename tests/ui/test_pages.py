"""Each page runs from top to bottom, and the Compose page reacts as its widgets promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from helpers import CASES
from page_tools import (
    MAIN,
    finish_band,
    generate_button,
    open_page,
    own_studio,
    request,
    take_sample,
)
from streamlit.testing.v1 import AppTest

from studio.composing import Request
from studio.ground.assets import ROOT
from studio.measures.copies import Nearest
from studio.music.melody import sample_melody, samples
from studio.music.midi import write
from studio.music.score import Score, Track
from studio.queue.store import Store
from studio.ui import house
from studio.ui.desk import DRAFT

PAGES = sorted((ROOT / "pages").glob("*.py"))


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


@pytest.fixture
def compose_page(data_dir: Path) -> AppTest:
    return open_page()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_runs_without_an_exception(path: Path, data_dir: Path) -> None:
    page = AppTest.from_file(str(MAIN), default_timeout=30).run()
    page.switch_page(f"../../{path.relative_to(ROOT)}").run()
    assert not page.exception


def test_a_new_visitor_sees_what_to_do_and_cannot_generate_nothing(compose_page: AppTest) -> None:
    assert not compose_page.exception
    generate = generate_button(compose_page)
    assert generate.disabled


def test_every_sample_becomes_the_melody(compose_page: AppTest) -> None:
    for sample in samples()[:3]:
        page = take_sample(compose_page, sample.id)
        assert not page.exception
        takes = page.session_state.compose_draft.performance["takes"]
        assert takes[-1]["name"] == sample.title
        assert len(takes[-1]["notes"]) == len(sample_melody(sample.id).tracks[0].notes)


def test_generate_submits_one_job_with_the_melody_and_the_choices(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "ode-to-joy")
    page.radio(key="model").set_value("bach-gan").run()
    page.number_input(key="seed").set_value(7).run()
    generate = generate_button(page)
    page = generate.click().run()
    assert not page.exception
    jobs = Store.in_folder(data_dir).jobs("somebody")
    assert [job.kind for job in jobs] == ["compose"]
    request = Request.from_json(jobs[0].payload)
    assert (request.model, request.seed) == ("bach-gan", 7)
    assert request.melody.tracks[0].notes == sample_melody("ode-to-joy").tracks[0].notes
    (generate,) = [b for b in page.button if "Composing" in b.label]
    assert generate.disabled  # one band at a time


def test_a_reload_comes_back_to_melody_model_seed_and_job(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "twinkle")
    page.number_input(key="seed").set_value(9).run()
    house.store().submit("compose", request("twinkle").to_json(), "somebody")
    again = open_page()
    assert again.session_state.compose_draft.performance["takes"][-1]["source"] == "sample"
    assert again.number_input(key="seed").value == 9
    assert any("Composing" in button.label for button in again.button)


def test_two_tabs_of_one_browser_keep_what_each_changes(compose_page: AppTest) -> None:
    other = open_page()
    take_sample(compose_page, "twinkle")
    other.number_input(key="seed").set_value(5).run()  # it has not heard of Twinkle
    again = open_page()
    assert again.number_input(key="seed").value == 5
    takes = again.session_state.compose_draft.performance["takes"]
    assert [take["source"] for take in takes] == ["sample"]


def test_chords_to_keep_go_with_the_band_and_not_with_the_next_tune(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "ode-to-joy")
    draft = replace(page.session_state.compose_draft, chords="D | A", chord_risk=0.5)
    house.store().save_draft("somebody", DRAFT, asdict(draft))
    page.session_state.compose_draft = draft
    page.run()
    generate = generate_button(page)
    page = generate.click().run()
    (job,) = Store.in_folder(data_dir).jobs("somebody")
    request = Request.from_json(job.payload)
    assert (request.chords, request.chord_risk) == ("D | A", 0.5)
    page = take_sample(page, "twinkle")
    assert page.session_state.compose_draft.chords == ""


def test_another_browser_sees_nothing_of_it(compose_page: AppTest) -> None:
    take_sample(compose_page, "twinkle")
    house.store().submit("compose", request("twinkle").to_json(), "somebody")
    other = open_page("somebodyelse")
    assert other.session_state.compose_draft.performance["takes"] == []
    assert any("Generate" in button.label for button in other.button)


def test_a_failed_job_shows_its_sentence_and_keeps_the_melody(compose_page: AppTest) -> None:
    page = take_sample(compose_page, "twinkle")
    store = house.store()
    job_id = store.submit("compose", request("twinkle").to_json(), "somebody")
    claimed = store.claim("worker", 60.0)
    assert claimed is not None
    store.fail(job_id, "worker", "The model is asleep: wake it up.")
    page = page.run()
    assert [error.value for error in page.error] == ["The model is asleep: wake it up."]
    assert page.session_state.compose_draft.performance["takes"]


def test_a_finished_band_says_which_training_passage_it_is_nearest_to(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "twinkle")
    finish_band(data_dir, Nearest("d_bunny *1*", 12, 5, 0.43))
    page = page.run()
    assert not page.exception
    [line] = [c for c in page.caption if "nearest passage 43% alike" in c.value]
    shown = line.help.replace("\\", "")
    assert shown.startswith("Nearest training passage: d_bunny *1*, bar 12, likeness 0.43.")
    assert "\\*1\\*" in line.help  # a title is no Markdown
    assert "without being copied" in line.help
    assert not page.warning


def test_a_band_too_close_to_a_training_passage_says_what_to_do(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "twinkle")
    finish_band(data_dir, Nearest("Tune", 12, 5, 1.0))
    page = page.run()
    [warning] = page.warning
    assert "the same as Tune" in warning.value
    assert "try another seed" in warning.value


def test_a_band_of_which_nothing_is_known_says_nothing(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "twinkle")
    finish_band(data_dir, None)
    page = page.run()
    assert not page.exception
    assert not page.warning
    assert not [c for c in page.caption if "nearest" in c.value]


def test_the_chords_risk_is_chosen_beside_the_chords_and_kept(
    compose_page: AppTest, data_dir: Path
) -> None:
    page = take_sample(compose_page, "twinkle")
    finish_band(data_dir, None)
    page = page.run()
    [view] = [c for c in page.segmented_control if str(c.key).startswith("view-")]
    page = view.set_value("Chords").run()
    page.slider(key="chord_risk").set_value(0.5).run()
    assert page.session_state.compose_draft.chord_risk == 0.5
    generate = generate_button(page)
    generate.click().run()
    newest = [j for j in Store.in_folder(data_dir).jobs("somebody") if j.kind == "compose"]
    assert 0.5 in {Request.from_json(job.payload).chord_risk for job in newest}


def test_a_take_of_no_notes_left_by_trim_is_one_sentence(compose_page: AppTest) -> None:
    page = take_sample(compose_page, "twinkle")
    performance = {**page.session_state.compose_draft.performance}
    performance["trim"] = {"start_seconds": 500.0, "end_seconds": 501.0}
    changed = replace(page.session_state.compose_draft, performance=performance)
    page.session_state.compose_draft = changed
    page = page.run()
    assert not page.exception
    assert any("trim" in error.value for error in page.error)


def test_a_bad_upload_is_one_sentence_and_the_take_stays(compose_page: AppTest) -> None:
    page = take_sample(compose_page, "twinkle")
    page.segmented_control(key="way").set_value("Import").run()
    page.file_uploader(key="upload").set_value(("bad.mid", b"MThd nonsense", "audio/midi")).run()
    assert len(page.error) == 1
    assert page.session_state.compose_draft.performance["takes"][-1]["source"] == "sample"


def test_an_upload_becomes_the_melody_with_a_report(compose_page: AppTest) -> None:
    compose_page.segmented_control(key="way").set_value("Import").run()
    data = write(sample_melody("greensleeves"))
    upload = compose_page.file_uploader(key="upload")
    page = upload.set_value(("tune.mid", data, "audio/midi")).run()
    assert not page.exception
    takes = page.session_state.compose_draft.performance["takes"]
    assert (takes[-1]["source"], takes[-1]["name"]) == ("import", "tune")
    assert any("Kept:" in str(shown.body) for shown in page.html)


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.segmented_control(key="way").set_value("Import").run()
    return page.file_uploader(key="upload").set_value((name, data, "audio/midi")).run()


def test_all_parts_of_a_file_are_offered_and_the_likeliest_says_why(compose_page: AppTest) -> None:
    data = (CASES / "pick_drums_on_channel_1.mid").read_bytes()
    page = upload(compose_page, "tune.kar", data)
    [choice] = [box for box in page.selectbox if box.label == "The melody's track"]
    assert choice.options == [
        "1. Drums · Grand piano · 64 notes · C2 to F#2",
        "2. Piano · Grand piano · 48 notes · C4 to G4",
    ]
    assert choice.value == 1
    assert any("Taken: most like a tune" in caption.value for caption in page.caption)
    page = choice.set_value(0).run()
    [track] = page.session_state.compose_draft.performance["takes"][-1:]
    assert {note["pitch"] for note in track["notes"]} == {36, 38, 42}


def test_a_melody_on_the_drum_channel_can_be_chosen(compose_page: AppTest) -> None:
    drums = Track("Beat", sample_melody("twinkle").tracks[0].notes, 0, True)
    page = upload(compose_page, "tune.mid", write(Score((drums,))))
    assert "only drums" in page.error[0].value
    [choice] = [box for box in page.selectbox if box.label == "The melody's track"]
    page = choice.set_value(0).run()
    assert not page.error
    assert page.session_state.compose_draft.performance["takes"][-1]["source"] == "import"


def test_an_imported_melody_keeps_its_instrument_whatever_the_keyboard_offers(
    compose_page: AppTest,
) -> None:
    [track] = sample_melody("twinkle").tracks
    oboe = Score((replace(track, program=68),))
    page = upload(compose_page, "oboe.mid", write(oboe))
    assert page.session_state.compose_draft.performance["program"] == 68
    assert not page.exception
