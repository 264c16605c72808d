"""From what a page asks for to what is trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import chorale, write_songs

from studio.catalog.catalog import read_card, read_model
from studio.corpus.sets import add_files
from studio.errors import BadKnob, BadMidi, BadModel, JobError
from studio.jobs.gathering import sets_folder
from studio.jobs.runs import card_of_run, read_run, write_run
from studio.jobs.train import TrainRequest, run_folder
from studio.jobs.training_plan import plan_of
from studio.machine.settings import Settings
from studio.training.snapshots import keep_weights


@pytest.fixture
def set_id(tmp_path: Path) -> str:
    songs = write_songs(tmp_path / "songs", [chorale(seed) for seed in range(4)])
    files = [(path.name, path.read_bytes()) for path in sorted(songs.iterdir())]
    sets_folder(tmp_path).mkdir()
    return add_files(sets_folder(tmp_path), files, "Mine").id


def planned(data_dir: Path, set_id: str, run: str = "run1", **changes: Any) -> Any:
    usual: dict[str, Any] = {
        "name": "My Bach", "set": set_id, "technique": "gan", "settings": {"epochs": 3},
        "layout": "chorale",
    }  # fmt: skip
    folder = run_folder(data_dir, run)
    write_run(folder, TrainRequest(**{**usual, **changes}))
    return plan_of(folder, Settings(data_dir=data_dir))


def test_a_model_of_ones_own_learns_from_nothing_but_the_set(tmp_path: Path, set_id: str) -> None:
    plan = planned(tmp_path, set_id, only=["000.mid", "001.mid"])
    assert (plan.card.id, plan.card.title, plan.card.layout) == (
        "my-bach-gan",
        "My Bach",
        "chorale",
    )
    assert plan.card.settings["epochs"] == 3
    assert plan.data == (sets_folder(tmp_path) / set_id / "music.zip",)
    assert plan.only == frozenset({"000.mid", "001.mid"})
    assert (plan.base, plan.rows, plan.drums) == (None, (), None)


def test_the_card_is_made_once(tmp_path: Path, set_id: str) -> None:
    plan = planned(tmp_path, set_id)
    folder = run_folder(tmp_path, "run1")
    assert card_of_run(folder) == plan.card
    (tmp_path / "models" / plan.card.id).mkdir(parents=True)  # it was written, then killed
    assert plan_of(folder, Settings(data_dir=tmp_path)).card == plan.card


def test_no_model_takes_the_id_of_another(tmp_path: Path, set_id: str) -> None:
    (tmp_path / "models" / "my-bach-gan").mkdir(parents=True)
    assert planned(tmp_path, set_id).card.id == "my-bach-gan-2"
    assert planned(tmp_path, set_id, "run2", name="Bach").card.id == "bach-gan-2"  # a shipped one


def test_a_shipped_model_is_fine_tuned_with_its_band_and_gentle_settings(
    tmp_path: Path, set_id: str
) -> None:
    settings = Settings(data_dir=tmp_path)
    shipped = read_card(settings.model_folders[1] / "bach-gan")
    plan = planned(tmp_path, set_id, base="bach-gan", technique="", layout="", settings={})
    assert plan.base is not None
    assert plan.base.card == shipped
    assert plan.card.parts == shipped.parts
    assert plan.card.id == "my-bach-gan"
    assert plan.card.settings["learning_rate"] == shipped.settings["learning_rate"] / 4
    assert "Mine" in plan.card.data


def test_a_run_goes_on_from_an_epoch_of_an_earlier_one(tmp_path: Path, set_id: str) -> None:
    first = planned(tmp_path, set_id)
    folder = run_folder(tmp_path, "run1")
    model = read_model(Settings(data_dir=tmp_path).model_folders[1] / "bach-gan")
    keep_weights(folder, 2, model.weights)
    rows = [{"epoch": epoch, "seconds": 1.0 * epoch} for epoch in (1, 2, 3)]
    (folder / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    start = {"run": "run1", "epoch": 2}
    plan = planned(tmp_path, set_id, "run2", start=start, settings={"learning_rate": 1e-4})
    assert [row["epoch"] for row in plan.rows] == [1, 2]
    assert plan.base is not None
    name = next(iter(model.weights))
    np.testing.assert_array_equal(plan.base.weights[name], model.weights[name])
    assert plan.card.parts == first.card.parts
    assert plan.card.settings == {**first.card.settings, "learning_rate": 1e-4}
    with pytest.raises(BadModel, match="epoch 3"):
        planned(tmp_path, set_id, "run3", start={"run": "run1", "epoch": 3})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"set": "0" * 16}, BadMidi),
        ({"set": "../x"}, BadMidi),
        ({"settings": {"epochs": 10**9}}, BadKnob),
        ({"settings": {"nonsense": 1}}, BadKnob),
        ({"technique": "nonsense"}, BadModel),
        ({"base": "nobody"}, BadModel),
        ({"base": "../models"}, BadModel),
        ({"start": {"run": "../run1", "epoch": 1}}, JobError),
        ({"start": {"run": "gone", "epoch": 1}}, BadModel),
        ({"layout": "nonsense"}, BadKnob),
    ],
)
def test_what_cannot_be_trained_is_refused_with_a_sentence(
    tmp_path: Path, set_id: str, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        planned(tmp_path, set_id, **changes)


def test_a_damaged_run_is_refused(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, "run1")
    for text in ("", "{}", "[]", '{"request": {"name": 1}}', "null"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(text)
        with pytest.raises(BadModel, match="not there any more"):
            read_run(folder)
