"""Generate gives another band each time, into the piece on the table; what somebody chose there
stays, and the bands before are a click away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import scribe
from page_tools import (
    arranged,
    generate_button,
    open_page,
    own_studio,
    shown,
    take_sample,
    tell,
)
from streamlit.testing.v1 import AppTest

from studio.composing import Edit, Recipe, Request, load_band
from studio.jobs.kinds import compose, genres
from studio.library import Piece, band_facts
from studio.music.melody import melody_from_json
from studio.queue import Job
from studio.ui import house
from studio.ui.compose import table
from studio.ui.compose.work import Work, open_version
from studio.ui.say import plain

OWNER, WORKER, BANDS = "somebody", "w1", ("compose", "genres")


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for model, genre in ((scribe.MODEL, "pop"), ("folk-scribe", "folk")):
        scribe.hire(monkeypatch, tmp_path / "models", model, genre)
    yield from own_studio(tmp_path, monkeypatch)


@pytest.fixture
def tab(data_dir: Path) -> AppTest:
    """The tab with a melody and a model that writes bar by bar."""
    tab = take_sample(open_page(), "twinkle")
    return tab.segmented_control(key="technique").set_value("scribe").run()


def ordered(tab: AppTest) -> tuple[AppTest, Job]:
    """After a press of Generate, and the job that a worker has of it."""
    tab = generate_button(tab).click().run()
    assert not tab.exception
    job = house.store().claim(WORKER, 60.0, BANDS)
    assert job is not None
    return tab, job


def finished(tab: AppTest, job: Job, data_dir: Path) -> AppTest:
    """After the worker has composed it."""
    request = compose.Request.from_json(job.payload)
    band = load_band(data_dir / "models" / request.model, "cpu")
    for take, piece in enumerate(band.takes(request), 1):
        placed = piece.on_instruments(request.place.instruments)
        facts = band_facts(placed)
        into = request.place.into
        house.library().keep(OWNER, job.id, placed, facts, take, band.card.title, into)
    house.store().finish(job.id, WORKER, {"seconds": 0.1})
    tab = tab.run()
    assert not tab.exception
    return tab


def generated(tab: AppTest, data_dir: Path) -> AppTest:
    return finished(*ordered(tab), data_dir)


def seeds() -> list[int]:
    """Of the jobs that there were, the oldest first."""
    jobs = [job for job in house.store().jobs(OWNER, limit=99) if job.kind in BANDS]
    return [job.payload["seed"] for job in reversed(jobs)]


def mine() -> list[Piece]:
    return house.library().pieces(OWNER)


def test_each_generate_takes_the_next_seed(tab: AppTest, data_dir: Path) -> None:
    for _ in range(3):
        tab = generated(tab, data_dir)
    assert seeds() == [0, 1, 2]
    assert tab.number_input(key="seed").value == 2
    assert "another band" in generate_button(tab).label
    tab.slider(key="knob-creative_risk").set_value(0.4).run()  # another request: the seed is free
    tab, _ = ordered(tab)
    assert seeds()[-1] == 2


def test_what_was_there_once_is_not_made_again_after_a_way_round(
    tab: AppTest, data_dir: Path
) -> None:
    tab = generated(tab, data_dir)
    tab.slider(key="knob-creative_risk").set_value(0.4).run()
    tab = generated(tab, data_dir)
    tab.slider(key="knob-creative_risk").set_value(1.0).run()
    tab, _ = ordered(tab)
    assert seeds() == [0, 0, 1]


def test_four_takes_are_all_new(tab: AppTest, data_dir: Path) -> None:
    tab.segmented_control(key="takes").set_value(4).run()
    tab = generated(tab, data_dir)
    tab.segmented_control(key="takes").set_value(1).run()
    tab = generated(tab, data_dir)
    tab.segmented_control(key="takes").set_value(4).run()
    tab, _ = ordered(tab)
    assert seeds() == [0, 4, 5]


def test_a_pin_holds_the_seed_and_a_typed_one_is_taken_once(tab: AppTest, data_dir: Path) -> None:
    tab.number_input(key="seed").set_value(7).run()
    tab = generated(tab, data_dir)
    tab = generated(tab, data_dir)
    tab.number_input(key="seed").set_value(7).run()  # asked for
    tab = generated(tab, data_dir)
    tab.toggle(key="pinned").set_value(True).run()
    assert "another" not in generate_button(tab).label
    tab = generated(tab, data_dir)
    assert seeds() == [7, 8, 7, 7]
    assert open_page().toggle(key="pinned").value is True
    tab.toggle(key="pinned").set_value(False).run()
    tab, _ = ordered(tab)
    assert seeds()[-1] == 9


def test_another_band_joins_the_piece_which_stays_in_sight(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    first = arranged(tab)
    house.library().mix(first["piece"], {"Keys": {"mute": True}}, OWNER)
    tab, job = ordered(tab)
    assert job.payload["place"]["into"] == first["piece"]
    assert arranged(tab)["take"] == 1  # it can be heard while the next is composed
    tab = finished(tab, job, data_dir)
    shown = arranged(tab)
    assert (shown["piece"], shown["take"]) == (first["piece"], 2)
    assert [band["label"] for band in shown["takes"]] == ["1 Pop", "2 Pop"]
    assert all(band["roll"].startswith(f"/rolls/{first['piece']}/") for band in shown["takes"])
    heard = [{part["name"]: part["stem"] for part in band["parts"]} for band in shown["takes"]]
    assert heard[1] == {part["name"]: part["stem"] for part in shown["parts"]}
    assert heard[0] == {part["name"]: part["stem"] for part in first["parts"]}
    assert shown["mix"]["Keys"]["mute"] is True
    assert len(mine()) == 1


def test_instruments_that_were_chosen_stay_by_the_parts_name(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    library = house.library()
    piece = mine()[0]
    opened = library.opened(piece.id)
    edits = [Edit("Melody", program=56), Edit("Keys", program=11)]
    score = opened.score
    for edit in edits:
        score = edit.applied(score)
    recipe = Recipe.with_edits(opened.recipe, edits)
    saved = library.save(piece.id, piece.head, score, recipe, "edit", piece.revision, owner=OWNER)
    assert saved.id == mine()[0].head
    tab = generated(tab.run(), data_dir)
    programs = {part["name"]: part["program"] for part in arranged(tab)["parts"]}
    assert (programs["Melody"], programs["Keys"]) == (56, 11)


def test_another_tune_is_a_piece_of_its_own(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    tab = take_sample(tab, "ode-to-joy")
    assert "another" not in generate_button(tab).label
    tab = generated(tab, data_dir)
    assert len(mine()) == 2
    assert seeds() == [0, 0]


def test_a_band_that_fails_leaves_the_piece_and_says_why(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    tab, job = ordered(tab)
    house.store().fail(job.id, WORKER, "The disk is full: make room.")
    tab = tab.run()
    assert [error.value for error in tab.error] == [plain("The disk is full: make room.")]
    assert arranged(tab)["take"] == 1
    assert not generate_button(tab).disabled


def asked_for_all_genres(tab: AppTest) -> tuple[AppTest, Job]:
    """The page after a click on All genres, and the job that a worker took."""
    [button] = [b for b in tab.button if b.label == "All genres"]
    tab = button.click().run()
    job = house.store().claim(WORKER, 60.0, BANDS)
    assert job is not None
    return tab, job


def test_all_genres_come_into_the_piece_one_by_one(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    tab, job = asked_for_all_genres(tab)
    request = genres.Request.from_json(job.payload)
    assert request.models == [scribe.MODEL, "folk-scribe"]  # the chosen one first
    assert (request.place.into, request.seed) == (mine()[0].id, 1)
    assert request.place.sound == house.sound_name()


def come(job: Job, data_dir: Path, take: int, *said: str) -> None:
    """A band of all genres is there, and the job says so."""
    request = genres.Request.from_json(job.payload)
    band = load_band(data_dir / "models" / request.models[take - 1], "cpu")
    melody = melody_from_json(request.melody)
    *_, piece = band.stream(Request(melody, band.card.id, request.seed))
    house.library().keep(OWNER, job.id, piece, band_facts(piece), take, band.card.title)
    for kind in said:
        house.store().append(job.id, WORKER, kind, {"take": take})


def test_a_genre_that_is_left_out_has_its_place_with_the_reason(
    tab: AppTest, data_dir: Path
) -> None:
    tab, job = asked_for_all_genres(tab)
    come(job, data_dir, 1, "kept", "composed")
    why = "Bar 2 has 4 chords: write one, or 2 chords at most."
    for model in ("folk-scribe", "gone-gan"):
        house.store().append(job.id, WORKER, "left out", {"model": model, "text": why})
    house.store().append(job.id, WORKER, "played", {})
    house.store().finish(job.id, WORKER, {"seconds": 0.1})
    title = house.model("folk-scribe").title  # type: ignore[union-attr]
    for page in (tab.run(), open_page()):
        told = arranged(page)["left_out"]
        assert told == [{"label": title, "why": why}, {"label": "gone-gan", "why": why}]
        assert f"{title} is left out. {why}" in shown(page)
    assert arranged(generated(tab, data_dir))["left_out"] == []


def test_the_page_shows_a_last_band_that_comes_while_it_is_drawn(
    tab: AppTest, data_dir: Path
) -> None:
    tab, job = asked_for_all_genres(tab)
    come(job, data_dir, 1, "kept", "composed")

    def overtaken(piece: str, version: str | None = None) -> Work:
        work = open_version(piece, version)
        come(job, data_dir, 2, "composed", "played")
        return work

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "open_version", overtaken)
        tab = tab.run()
    assert len(arranged(tab)["takes"]) == 2
    assert "Stop and keep" not in [b.label for b in tab.button]


def test_the_panel_follows_the_band_that_is_chosen(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    tab.radio(key="model").set_value("folk-scribe").run()
    tab = generated(tab, data_dir)
    tab = tell(tab, {"kind": "take", "take": 1})
    assert tab.radio(key="model").value == scribe.MODEL
    assert arranged(tab)["take"] == 1


def test_a_band_that_was_stopped_can_be_written_to_its_end(tab: AppTest, data_dir: Path) -> None:
    tab, job = ordered(tab)
    request = compose.Request.from_json(job.payload)
    band = load_band(data_dir / "models" / request.model, "cpu")
    *_, stopped = band.stream(replace(request, bars=3))
    house.library().keep(OWNER, job.id, stopped, band_facts(stopped), 1, "Pop")
    house.store().finish(job.id, WORKER, {"seconds": 0.1})
    tab = tab.run()
    [button] = [b for b in tab.button if b.label == "Write the rest"]
    tab = button.click().run()
    whole_job = house.store().claim(WORKER, 60.0, BANDS)
    assert whole_job is not None
    assert (whole_job.payload["seed"], whole_job.payload["bars"]) == (0, None)
    tab = finished(tab, whole_job, data_dir)
    assert "Write the rest" not in [b.label for b in tab.button]
    before, after = arranged(tab)["takes"]
    assert (before["label"], after["label"]) == ("1 Pop", "2 Pop")
    whole = house.library().opened(mine()[0].id).score
    end = 3 * whole.metre.bar_ticks
    for old, new in zip(stopped.score.tracks[1:], whole.tracks[1:], strict=True):
        early = [note.start_tick for note in new.notes if note.start_tick < end]
        assert [note.start_tick for note in old.notes] == early


def test_the_sample_that_plays_stays_chosen_until_another_melody_comes(tab: AppTest) -> None:
    assert tab.selectbox(key="sample").value == "twinkle"
    tab = take_sample(tab, "ode-to-joy")
    assert tab.selectbox(key="sample").value == "ode-to-joy"
    tab.segmented_control(key="way").set_value("Play").run()
    tab.segmented_control(key="way").set_value("Samples").run()
    assert tab.selectbox(key="sample").value == "ode-to-joy"
    assert open_page().selectbox(key="sample").value == "ode-to-joy"


def test_another_tune_is_another_piece_also_after_a_reload(tab: AppTest, data_dir: Path) -> None:
    tab = generated(generated(tab, data_dir), data_dir)  # the second joins the first
    tab = take_sample(tab, "greensleeves")
    assert arranged(tab)["title"] == "Greensleeves"
    tab = open_page()
    assert arranged(tab)["title"] == "Greensleeves"
    tab = generated(tab, data_dir)
    assert sorted(piece.name for piece in mine()) == [
        "Greensleeves",
        "Twinkle, Twinkle, Little Star",
    ]


def test_a_version_says_which_parts_were_edited(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    keys = next(part for part in arranged(tab)["parts"] if part["name"] == "Keys")
    tab = tell(tab, {"kind": "edit", "part": "Bass", "take": 1, "notes": [[0, 40, 480, 80]]})
    assert label() == "Edited Bass"
    tab = tell(tab, {"kind": "edit", "part": "Keys", "take": 1, "notes": keys["notes"][1:]})
    assert label() == "Edited Bass, Keys"
    tell(tab, {"kind": "instrument", "part": "Bass", "take": 1, "program": 32})
    assert label() == "Edited Bass: Acoustic bass"


def label() -> str:
    """Of the newest version, as a history shows it."""
    return house.library().versions(mine()[0].id)[-1].text


def test_what_a_model_changed_last_is_named(tab: AppTest, data_dir: Path) -> None:
    tab = generated(tab, data_dir)
    assert arranged(tab)["change"] == ""
    [piece], library = mine(), house.library()
    there = library.opened(piece.id)
    score, recipe, revision = there.score, there.recipe, piece.revision
    library.save(piece.id, piece.head, score, recipe, "chord", revision, "Bar 2", owner=OWNER)
    assert arranged(tab.run())["change"] == "Bar 2 · Chord changed"
