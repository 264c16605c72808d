"""From what is asked of a training to what it is made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import chorale, write_songs

from studio.catalog import Card, Model
from studio.corpus.sets import add_files, sets_folder
from studio.ground.errors import BadKnob, BadMidi, BadModel, JobError
from studio.ground.settings import Settings
from studio.training import RunFolder, RunSpec, inputs_of
from studio.training.resolve import RunInputs


@pytest.fixture
def set_id(tmp_path: Path) -> str:
    songs = write_songs(tmp_path / "songs", [chorale(seed) for seed in range(4)])
    files = [(path.name, path.read_bytes()) for path in sorted(songs.iterdir())]
    sets_folder(tmp_path).mkdir()
    return add_files(sets_folder(tmp_path), files, "Mine").id


def prepared(data_dir: Path, set_id: str, run: str = "run1", **changes: Any) -> RunInputs:
    usual: dict[str, Any] = {
        "name": "My Bach", "set": set_id, "technique": "gan", "settings": {"epochs": 3},
        "layout": "chorale",
    }  # fmt: skip
    folder = RunFolder.of(data_dir, run)
    folder.write(RunSpec.from_json({**usual, **changes}))
    inputs = inputs_of(folder.spec(), Settings(data_dir=data_dir))
    folder.write(folder.spec(), inputs.card)
    return inputs


def test_a_model_of_ones_own_learns_from_nothing_but_the_set(tmp_path: Path, set_id: str) -> None:
    inputs = prepared(tmp_path, set_id, only=["000.mid", "001.mid"])
    assert (inputs.card.id, inputs.card.title, inputs.card.layout) == (
        "my-bach-gan",
        "My Bach",
        "chorale",
    )
    assert inputs.card.settings["epochs"] == 3
    assert inputs.data == (sets_folder(tmp_path) / set_id / "music.zip",)
    assert inputs.only == frozenset({"000.mid", "001.mid"})
    assert (inputs.base, inputs.rows, inputs.drums) == (None, (), None)


def test_the_card_is_made_once(tmp_path: Path, set_id: str) -> None:
    inputs = prepared(tmp_path, set_id)
    run = RunFolder.of(tmp_path, "run1")
    assert run.card() == inputs.card
    (tmp_path / "models" / inputs.card.id).mkdir(parents=True)  # it was written, then killed
    assert inputs_of(run.spec(), Settings(data_dir=tmp_path), run.made_card()).card == inputs.card


def test_no_model_takes_the_id_of_another(tmp_path: Path, set_id: str) -> None:
    (tmp_path / "models" / "my-bach-gan").mkdir(parents=True)
    assert prepared(tmp_path, set_id).card.id == "my-bach-gan-2"
    assert prepared(tmp_path, set_id, "run2", name="Bach").card.id == "bach-gan-2"  # a shipped one


def test_a_shipped_model_is_fine_tuned_with_its_band_and_gentle_settings(
    tmp_path: Path, set_id: str
) -> None:
    settings = Settings(data_dir=tmp_path)
    shipped = Card.read(settings.model_folders[1] / "bach-gan")
    inputs = prepared(tmp_path, set_id, base="bach-gan", technique="", layout="", settings={})
    assert inputs.base is not None
    assert inputs.base.card == shipped
    assert inputs.card.parts == shipped.parts
    assert inputs.card.id == "my-bach-gan"
    assert inputs.card.settings["learning_rate"] == shipped.settings["learning_rate"] / 4
    assert "Mine" in inputs.card.data


def test_a_run_goes_on_from_an_epoch_of_an_earlier_one(tmp_path: Path, set_id: str) -> None:
    first = prepared(tmp_path, set_id)
    folder = RunFolder.of(tmp_path, "run1").path
    model = Model.read(Settings(data_dir=tmp_path).model_folders[1] / "bach-gan")
    RunFolder(folder).keep_weights(2, model.weights)
    rows = [{"epoch": epoch, "seconds": 1.0 * epoch} for epoch in (1, 2, 3)]
    (folder / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    start = {"run": "run1", "epoch": 2}
    inputs = prepared(tmp_path, set_id, "run2", start=start, settings={"learning_rate": 1e-4})
    assert [row["epoch"] for row in inputs.rows] == [1, 2]
    assert inputs.base is not None
    name = next(iter(model.weights))
    np.testing.assert_array_equal(inputs.base.weights[name], model.weights[name])
    assert inputs.card.parts == first.card.parts
    assert inputs.card.settings == {**first.card.settings, "learning_rate": 1e-4}
    with pytest.raises(BadModel, match="epoch 3"):
        prepared(tmp_path, set_id, "run3", start={"run": "run1", "epoch": 3})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"set": "0" * 16}, BadMidi),
        ({"set": "../x"}, BadMidi),
        ({"set": ""}, BadMidi),
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
        prepared(tmp_path, set_id, **changes)


def test_a_damaged_run_is_refused(tmp_path: Path) -> None:
    folder = RunFolder.of(tmp_path, "run1").path
    for text in ("", "{}", "[]", '{"request": {"name": 1}}', "null"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(text)
        with pytest.raises(BadModel, match="not there any more"):
            RunFolder(folder).spec()


def test_what_an_earlier_version_asked_for_is_read_and_written_as_ever() -> None:
    stored = {
        "name": "My Bach", "set": "0" * 16, "technique": "gan", "settings": {"epochs": 3},
        "layout": "chorale", "only": ["000.mid"], "base": "",
        "start": {"run": "run1", "epoch": 2}, "stop_when_converged": False, "preset": "Quick",
    }  # fmt: skip
    spec = RunSpec.from_json(stored)
    assert (spec.start and spec.start.epoch, spec.settings) == (2, {"epochs": 3})
    assert spec.to_json() == stored
    assert RunSpec.from_json(RunSpec("Mine", data=("a.zip",)).to_json()).data == ("a.zip",)


@pytest.mark.parametrize(
    "changes", [{"name": 1}, {"settings": []}, {"start": {"run": "x"}}, {"only": "all"}]
)
def test_what_asks_for_no_training_is_refused_at_the_border(changes: dict[str, Any]) -> None:
    with pytest.raises(JobError, match="begin a new one"):
        RunSpec.from_json({"name": "x", "set": "0" * 16, **changes})
