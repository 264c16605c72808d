"""The Train page: it submits trainings and watches them, and nothing of it is lost."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from page_tools import own_studio, take_sample
from streamlit.testing.v1 import AppTest
from train_tools import (
    OWNER,
    begin,
    claim,
    finish,
    hear,
    learn,
    listen_request,
    open_train_page,
    put_set,
    request,
    row,
    say,
    submit,
    zip_of_chorales,
)

from studio.ground.assets import ROOT
from studio.jobs.controls import controls_of
from studio.music.melody import sample_melody
from studio.queue.engine import PROBLEM_DEATHS
from studio.techniques import techniques
from studio.training import Controls, RunSpec
from studio.ui import house
from studio.ui.train import settings_panel
from studio.ui.train.draft import DRAFT

TECHNIQUES, _ = techniques()

CHARTS = 5  # similarity index, a GAN's four losses


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def remember(**values: Any) -> None:
    """The draft that an earlier visit left."""
    house.store().save_draft(OWNER, DRAFT, values)


def button(page: AppTest, label: str) -> Any:
    (found,) = [each for each in page.button if each.label == label]
    return found


def buttons(page: AppTest) -> set[str]:
    return {each.label for each in page.button}


def words(page: AppTest) -> str:
    """All that the page says, as HTML and Markdown."""
    return " ".join([*(each.body for each in page.html), *(each.value for each in page.markdown)])


def choose_set(page: AppTest, name: str) -> AppTest:
    (box,) = [each for each in page.selectbox if each.label.startswith("The music")]
    index = next(i for i, option in enumerate(box.options) if option.startswith(name))
    return box.select_index(index).run()


def trainings() -> list[RunSpec]:
    jobs = house.store().jobs(OWNER)
    return [RunSpec.from_json(job.payload) for job in jobs if job.kind == "train"]


def running(data_dir: Path, epochs: int) -> str:
    """A training that has learned for some epochs."""
    job_id = submit(request(put_set(data_dir)))
    claim()
    begin(job_id)
    learn(job_id, 1, epochs)
    return job_id


def test_before_there_is_a_run_the_page_says_what_will_happen(data_dir: Path) -> None:
    page = open_train_page()
    assert not page.exception
    assert "hear it learn" in words(page)
    assert button(page, "Train").disabled


def test_train_submits_one_job_with_the_music_and_the_settings(data_dir: Path) -> None:
    music = put_set(data_dir)
    page = choose_set(open_train_page(), "Chorales")
    assert "7 files · 6 kept · 1 refused" in words(page)
    page.number_input[0].set_value(12).run()
    page.text_input[0].set_value("  My choir  ").run()
    page = button(page, "Train").click().run()
    assert not page.exception
    (asked,) = trainings()
    assert (asked.name, asked.set, asked.technique) == ("My choir", music.id, "gan")
    assert (asked.layout, asked.only, asked.start) == ("chorale", None, None)
    assert asked.settings["epochs"] == 12
    assert "My choir" in words(page)
    assert "waiting for its turn" in words(page)


@pytest.mark.parametrize("technique", TECHNIQUES)
@pytest.mark.parametrize("preset", ["Quick", "Best", "Textbook"])
def test_a_preset_sets_what_its_technique_says(technique: str, preset: str, data_dir: Path) -> None:
    remember(set=put_set(data_dir).id, technique=technique, preset=preset)
    page = open_train_page()
    button(page, "Train").click().run()
    (asked,) = trainings()
    kind = TECHNIQUES[technique]
    usual = {name: getattr(kind.Settings(), name) for name in asked.settings}
    assert asked.settings == {**usual, **kind.presets[preset]}
    assert asked.preset == preset


def test_a_shipped_model_learns_on_gently_and_keeps_its_layout(data_dir: Path) -> None:
    remember(set=put_set(data_dir).id)
    page = open_train_page()
    (box,) = [each for each in page.selectbox if each.label == "Start from"]
    index = next(i for i, option in enumerate(box.options) if option.endswith("Bach"))
    page = box.select_index(index).run()
    assert not page.exception
    button(page, "Train").click().run()
    (asked,) = trainings()
    assert (asked.base, asked.layout, asked.preset) == ("bach-gan", "chorale", "")
    assert asked.settings["epochs"] < 20


def test_two_models_never_have_the_same_name(data_dir: Path) -> None:
    remember(set=put_set(data_dir).id)
    page = open_train_page()
    for _ in range(2):
        page = button(page, "Train").click().run()
    assert {each.name for each in trainings()} == {"Chorales", "Chorales 2"}


def test_filters_choose_the_songs(data_dir: Path) -> None:
    remember(set=put_set(data_dir).id, doctor=True)
    page = open_train_page()
    assert "6 of 7 files can be learned from" in words(page)
    assert "It does not have four voices" in str([each.value for each in page.dataframe])
    page = page.multiselect(key="filter-composer").set_value(["Bach"]).run()
    assert "3 songs of them pass your filters" in words(page)
    button(page, "Train").click().run()
    (asked,) = trainings()
    assert asked.only is not None
    assert len(asked.only) == 3


def test_a_file_of_a_set_is_asked_for_and_seen_and_heard(data_dir: Path) -> None:
    music = put_set(data_dir)
    remember(set=music.id, doctor=True)
    page = open_train_page()
    (box,) = [each for each in page.selectbox if each.label == "See and hear a file"]
    assert "bad.mid · refused" in box.options
    page = box.select("002.mid").run()
    assert not page.exception
    (job,) = [each for each in house.store().jobs(OWNER) if each.kind == "song"]
    assert job.payload == {"set": music.id, "name": "002.mid", "layout": "chorale"}
    store = house.store()
    assert store.claim("music", 60.0, {"song"}) is not None
    rows = [[0.0, 0.5, 72, 80, True], [0.0, 1.0, 48, 70, False]]
    store.append(job.id, "music", "notes", {"notes": rows, "seconds": 1.0, "more": 0})
    store.finish(job.id, "music", {"seconds": 1.0})
    page = page.run()
    assert not page.exception
    assert "Orange is taken for the melody: 1 of 2 notes." in [each.value for each in page.caption]
    components = {each.proto.component_name for each in page.get("bidi_component")}
    assert {"tutti_frame", "tutti_listener"} <= components


def test_an_upload_opens_the_data_doctor(data_dir: Path) -> None:
    page = open_train_page()
    page.segmented_control(key="train_way-0").set_value("Upload").run()
    upload = page.file_uploader(key="train_upload-0")
    page = upload.set_value([("songs.zip", zip_of_chorales(), "application/zip")]).run()
    assert not page.exception
    (asked,) = house.store().jobs(OWNER)
    assert asked.kind == "diagnose"
    draft = house.store().load_draft(OWNER, DRAFT)
    assert draft is not None
    assert draft.data["doctor"]
    assert draft.data["set"] == asked.payload["set"]


def test_a_bad_upload_is_one_sentence(data_dir: Path) -> None:
    page = open_train_page()
    page.segmented_control(key="train_way-0").set_value("Upload").run()
    upload = page.file_uploader(key="train_upload-0")
    page = upload.set_value([("bad.zip", b"PK nonsense", "application/zip")]).run()
    assert len(page.error) == 1
    assert not house.store().jobs(OWNER)


def test_music_that_is_not_there_is_gathered_once_it_is_asked_for(data_dir: Path) -> None:
    page = choose_set(open_train_page(), "Bach chorales")
    assert not house.store().jobs(OWNER)
    page = button(page, "Get it ready").click().run()
    (job,) = house.store().jobs(OWNER)
    assert job.kind == "gather"
    assert job.payload["source"] == "builtin"
    music = put_set(data_dir)
    assert house.store().claim("reader", 60.0, {"gather"}) is not None
    house.store().finish(job.id, "reader", {"set": music.id})
    page.run()
    assert "7 files" in words(page.run())


def test_a_running_training_shows_its_curves_and_where_it_is(data_dir: Path) -> None:
    running(data_dir, 20)
    page = open_train_page()
    assert not page.exception
    said = words(page)
    assert "GAN · running · epoch 21 of 40 · 1 min 20 s left · CPU, 2 cores · 412 MB" in said
    assert "Still improving" in said
    assert len(page.get("vega_lite_chart")) == CHARTS
    assert {"Pause", "Stop", "Change it", "Cancel this training"} <= buttons(page)


def test_the_shape_of_a_chart_stays_while_its_data_grow_on_its_axis(data_dir: Path) -> None:
    job_id = running(data_dir, 20)
    page = open_train_page()

    def charts() -> list[tuple[str, bytes]]:
        found = [chart.proto for chart in page.get("vega_lite_chart")]
        return [(proto.spec, proto.data.data) for proto in found]

    before = charts()
    learn(job_id, 21, 24)
    page.run()
    after = charts()
    assert len(before) == len(after) == CHARTS
    changed = [shape != new for (shape, _), (new, _) in zip(before, after, strict=True)]
    assert sum(changed) <= 1  # where a curve left its axis of values
    assert all(data != new for (_, data), (_, new) in zip(before, after, strict=True))


def test_a_page_that_was_away_and_a_new_attempt_see_every_epoch_once(data_dir: Path) -> None:
    job_id = running(data_dir, 6)
    page = open_train_page()
    store = house.store()
    store.release(job_id, "trainer")  # the worker goes; another takes over from the checkpoint
    claim()
    page.run()
    assert not page.exception
    begin(job_id, rows=[row(epoch) for epoch in range(1, 6)])
    learn(job_id, 6, 9)
    for seen in (page.run(), open_train_page()):
        rows = seen.session_state["train_runs"][job_id].rows
        assert [each["epoch"] for each in rows] == list(range(1, 10))


def test_pause_stop_and_another_learning_rate_are_asked_of_the_trainer(data_dir: Path) -> None:
    job_id = running(data_dir, 3)
    page = open_train_page()
    store = house.store()

    def asked() -> Controls:
        return controls_of(store, store.get(job_id))

    page = button(page, "Pause").click().run()
    assert asked().paused
    page = button(page, "Resume").click().run()
    assert not asked().paused
    page.number_input(key=f"train_rate-{job_id}").set_value(0.0001).run()
    page = button(page, "Change it").click().run()
    assert asked().learning_rate == 0.0001
    button(page, "Stop").click().run()
    assert asked().stop


def test_a_waiting_training_says_when_it_starts_and_can_be_cancelled(data_dir: Path) -> None:
    running(data_dir, 10)
    waits = submit(request(put_set(data_dir, "Other"), "Lullabies"))
    remember(run=waits)
    page = open_train_page()
    assert "waiting, 1 before it · starts in about 2 min" in words(page)
    button(page, "Cancel this training").click().run()
    assert house.store().get(waits).state == "cancelled"


def test_what_comes_before_the_first_epoch_is_in_the_time(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.training.pace._slower", lambda: 1.0)
    music = put_set(data_dir)
    remember(set=music.id)
    assert re.search(
        r"About [\d s]+: 4 s to get ready, then 40 epochs of", words(open_train_page())
    )
    job_id = submit(request(music))
    claim()
    remember(run=job_id)
    assert re.search(r"getting ready · about \d+ s left", words(open_train_page()))
    waits = submit(request(music, "Lullabies"))
    remember(run=waits)
    (said,) = re.findall(
        r"waiting, 1 before it · starts in about (\d+) s", words(open_train_page())
    )
    assert int(said) > 40 * 0.2 + 4


def test_the_page_stops_asking_when_the_training_has_ended(data_dir: Path) -> None:
    job_id = running(data_dir, 40)
    finish(job_id, "bach-gan", 40)
    page = open_train_page()
    assert not page.exception
    assert "done · 40 epochs" in words(page)
    assert {"Play it on Compose", "Continue from epoch 40", "Clone with other settings"} <= buttons(
        page
    )
    assert "Pause" not in buttons(page)


def test_a_failed_training_shows_its_sentence(data_dir: Path) -> None:
    job_id = running(data_dir, 2)
    house.store().fail(job_id, "trainer", "The disk is full: make room and train again.")
    page = open_train_page()
    assert [each.value for each in page.error] == ["The disk is full: make room and train again."]


@pytest.mark.parametrize("epochs", [None, 3], ids=["before it began", "on its way"])
def test_a_trainer_that_dies_again_and_again_says_so(data_dir: Path, epochs: int | None) -> None:
    """Whatever ails the worker that composes is no matter of this page."""
    if epochs is None:
        submit(request(put_set(data_dir)))
    else:
        running(data_dir, epochs)
    house.engine()._quick_deaths = PROBLEM_DEATHS
    assert not open_train_page().error
    house.training_engine()._quick_deaths = PROBLEM_DEATHS
    (error,) = open_train_page().error
    assert "nothing can be trained" in error.value


def test_the_finished_model_is_chosen_on_compose(data_dir: Path) -> None:
    job_id = running(data_dir, 40)
    finish(job_id, "bach-gan", 40)
    page = button(open_train_page(), "Play it on Compose").click().run()
    assert not page.exception
    assert page.radio(key="model").value == "bach-gan"


def test_the_finished_model_goes_to_the_ear_test(data_dir: Path) -> None:
    job_id = running(data_dir, 40)
    finish(job_id, "bach-gan", 40)
    page = button(open_train_page(), "Ear test").click().run()
    assert not page.exception
    assert page.segmented_control(key="models-view").value == "Ear test"


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_technique_says_who_plays_against_whom_and_a_preset_what_it_changes(
    technique: str, data_dir: Path
) -> None:
    kind = TECHNIQUES[technique]
    for preset, values in kind.presets.items():
        said = settings_panel.changed(technique, preset)
        usual = {name: getattr(kind.Settings(), name) for name in values}
        new = [name for name in values if values[name] != usual[name]]
        assert said.startswith(f"{preset}: ")
        assert all(name.replace("_", " ") in said for name in new)
        assert said.count(",") == len(new)
    remember(set=put_set(data_dir).id, technique=technique)
    page = open_train_page()
    (drawing,) = [each.body for each in page.html if 'class="train-game"' in each.body]
    for word in (kind.game.player, kind.game.judge, kind.game.story):
        assert html.escape(word) in drawing
    assert kind.game.learns == (kind.critic is not None)


def test_a_clone_brings_back_all_choices_and_trains_nothing_yet(data_dir: Path) -> None:
    music = put_set(data_dir)
    only = ["000.mid", "001.mid", "002.mid"]
    asked = request(music, "Choir", settings={"epochs": 7, "width": 16}, only=only, preset="")
    job_id = submit(asked)
    claim()
    begin(job_id, epochs=7)
    learn(job_id, 1, 7)
    finish(job_id, "bach-gan", 7)
    page = button(open_train_page(), "Clone with other settings").click().run()
    assert not page.exception
    assert len(trainings()) == 1
    button(page, "Train").click().run()
    clone = trainings()[0]
    assert (clone.name, clone.set, clone.only) == ("Choir 2", music.id, only)
    assert (clone.settings["epochs"], clone.settings["width"]) == (7, 16)


def test_training_goes_on_from_the_epoch_under_the_cursor(data_dir: Path) -> None:
    job_id = running(data_dir, 40)
    finish(job_id, "bach-gan", 40)
    page = open_train_page()
    page.session_state["train_cursor"] = {job_id: 13}
    page = button(page.run(), "Continue from epoch 12").click().run()
    assert "Goes on from epoch 12 of My chorales" in words(page)
    button(page, "Train on from epoch 12").click().run()
    start = trainings()[0].start
    assert start is not None
    assert (start.run, start.epoch) == (job_id, 12)


def test_listening_asks_for_every_kept_epoch_and_then_for_the_new_ones(data_dir: Path) -> None:
    job_id = running(data_dir, 8)
    page = button(open_train_page(), "Listen").click().run()
    assert not page.exception
    (job,) = [each for each in house.store().jobs(OWNER) if each.kind == "listen"]
    assert job.payload["epochs"] == [0, 4, 8]
    assert job.payload["run"] == job_id
    hear(data_dir, job.id)
    learn(job_id, 9, 12)
    page.run()
    new, _ = [each for each in house.store().jobs(OWNER) if each.kind == "listen"]
    assert new.payload["epochs"] == [12]
    assert new.payload["melody"] == job.payload["melody"]
    assert not page.run().exception


def test_ones_own_take_can_be_listened_to(data_dir: Path) -> None:
    job_id = running(data_dir, 4)
    page = AppTest.from_file(str(ROOT / "studio/ui/main.py"), default_timeout=30)
    page.session_state.owner = OWNER
    page = take_sample(page.run(), "ode-to-joy").switch_page("../../pages/20_train.py").run()
    button(page, "Listen").click().run()
    (job,) = [each for each in house.store().jobs(OWNER) if each.kind == "listen"]
    assert job.payload["run"] == job_id
    played = [row[1] for row in job.payload["melody"]["notes"]]
    assert played == [note.pitch for note in sample_melody("ode-to-joy").tracks[0].notes]


def test_what_was_heard_is_there_after_a_reload(data_dir: Path) -> None:
    job_id = running(data_dir, 8)
    heard = house.store().submit("listen", listen_request(job_id, [0, 4, 8]), OWNER)
    hear(data_dir, heard)
    remember(run=job_id, listening={job_id: {"melody": "Twinkle", "jobs": [heard]}})
    page = open_train_page()
    assert not page.exception
    assert "Twinkle at every epoch" in words(page)


def test_a_run_is_heard_whatever_its_id(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = count()
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: f"an__id_{next(ids)}_")
    test_what_was_heard_is_there_after_a_reload(data_dir)


def test_runs_and_shipped_models_are_compared(data_dir: Path) -> None:
    job_id = running(data_dir, 10)
    page = open_train_page()
    (beside,) = [each for each in page.multiselect if each.label.startswith("Beside")]
    assert "bach-gan · shipped" in beside.options
    page = beside.set_value(["model:bach-gan"]).run()
    assert not page.exception
    draft = house.store().load_draft(OWNER, DRAFT)
    assert draft is not None
    assert (draft.data["compare"], draft.data["run"]) == (["model:bach-gan"], job_id)


def test_a_run_is_switched_off_and_on_in_the_legend(data_dir: Path) -> None:
    job_id = running(data_dir, 10)
    remember(run=job_id, compare=["model:bach-gan"])
    page = open_train_page()

    def drawn() -> set[str]:
        data = page.get("vega_lite_chart")[-1].proto.data.data
        return {name for name in ("My chorales", "bach-gan") if name.encode() in data}

    (legend,) = [each for each in page.pills if str(each.key).startswith("train_legend")]
    assert drawn() == {"My chorales", "bach-gan"}
    page = legend.set_value(["model:bach-gan"]).run()
    assert not page.exception
    assert drawn() == {"bach-gan"}
    page = open_train_page()  # and stays so
    assert drawn() == {"bach-gan"}


def test_the_table_of_runs_tells_what_differs_and_keeps_notes(data_dir: Path) -> None:
    first = running(data_dir, 4)
    finish(first, "bach-gan", 4)
    music = put_set(data_dir, "Hymns")
    second = submit(request(music, "Hymns", settings={"epochs": 12, "width": 16}))
    remember(run=first, view="Runs")
    page = open_train_page()
    assert not page.exception
    (note,) = [each for each in page.text_input if each.label.startswith("Note on")]
    page = note.set_value("  The loss fell, it sounds stiff.  ").run()
    table = page.dataframe[0].value.set_index("Run")
    assert set(table.columns) >= {"Music", "Epochs", "Index", "Epochs run", "Time", "Note"}
    assert "Technique" not in table.columns
    assert any("technique GAN" in each.value for each in page.caption)
    assert table.loc["My chorales", "Note"] == "The loss fell, it sounds stiff."
    assert table.loc["Hymns", "Music"] == "Hymns"
    assert (table.loc["Hymns", "Epochs"], table.loc["My chorales", "Epochs run"]) == (12, 4)
    remember(run=second, view="Runs", notes={first: "Kept."})
    again = open_train_page()
    assert again.dataframe[0].value.set_index("Run").loc["My chorales", "Note"] == "Kept."


def test_every_curve_tells_what_it_is_and_what_it_does(data_dir: Path) -> None:
    running(data_dir, 20)
    page = open_train_page()
    heads = {
        each.value.split("**")[1]: each for each in page.caption if each.value.startswith("**")
    }
    assert list(heads) == [
        "Similarity index", "Critic loss", "Generator loss", "Gradient penalty",
        "Reconstruction loss",
    ]  # fmt: skip
    assert "good" in heads["Reconstruction loss"].value
    for head in heads.values():
        assert "Good\\: it" in head.help
    assert "held back" in heads["Similarity index"].help


def test_the_index_is_shown_by_feature(data_dir: Path) -> None:
    running(data_dir, 10)
    page = open_train_page()
    page = page.segmented_control(key="train_view").set_value("Features").run()
    assert not page.exception
    assert "How far off each feature is · epoch 10" in words(page)


def test_names_are_text_wherever_they_are_shown(data_dir: Path) -> None:
    bad = "<script>window.stolen=1</script> *x*"
    music = put_set(data_dir, bad)
    job_id = submit(request(music, bad))
    claim()
    say(job_id, "stage", text=bad, share=0.1)
    remember(set=music.id, run=job_id)
    for doctor in (False, True):
        remember(set=music.id, run=job_id, doctor=doctor)
        page = open_train_page()
        assert not page.exception
        assert not [each for each in page.html if "<script" in each.body]


def test_another_browser_sees_nothing_of_it(data_dir: Path) -> None:
    running(data_dir, 3)
    page = open_train_page("somebodyelse")
    assert "My chorales" not in words(page)
    assert "1 training of other people" in words(page)


def test_the_page_loads_no_torch() -> None:
    code = (
        "import sys; from studio.ui.train import data_panel, doctor, stage, settings_panel,"
        " queue_panel, use_it; sys.exit('torch' in sys.modules or 'music21' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
