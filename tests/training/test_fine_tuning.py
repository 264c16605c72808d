"""Going on from a model: settings that suit the music, and weights that move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import SONGS, run, small_settings, train_model, write_songs

from studio.catalog import GENRES, Card, Model
from studio.ground.assets import SHIPPED
from studio.ground.device import prepare_torch
from studio.ground.errors import BadKnob
from studio.techniques.transformer.trainer import TransformerTrainer
from studio.training.best import Best
from studio.training.cards import fine_tuned
from studio.training.controls import Controls
from studio.training.folder import RunFolder
from studio.training.resolve import RunInputs

BARS = {"gan": 8, "transformer": 16}


@pytest.fixture(params=["pop-gan", "pop-transformer"])
def shipped(request: pytest.FixtureRequest) -> Card:
    return Card.read(SHIPPED / request.param)


def updates(card: Card, windows: int) -> int:
    """Of a training with the card's settings, as `Course` counts them."""
    steps = windows // (BARS[card.technique] * int(card.settings["batch_size"]))
    return int(card.settings["epochs"]) * max(steps, 1)


def test_more_music_is_gone_through_fewer_times_but_never_hardly_at_all(shipped: Card) -> None:
    some = [10, 500, 1000, 2000, 4000, 8000, 100_000]
    epochs = [fine_tuned(shipped, {}, windows).settings["epochs"] for windows in some]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[0] > epochs[3] > epochs[-1] >= 4
    assert epochs[0] <= 16


def test_thirty_songs_get_about_as_many_updates_however_long_they_are() -> None:
    base = Card.read(SHIPPED / "pop-transformer")
    found = [updates(fine_tuned(base, {}, windows), windows) for windows in (800, 1400, 2000, 2800)]
    assert max(found) <= 1.3 * min(found)


def test_what_is_asked_for_comes_before_what_suits(shipped: Card) -> None:
    asked = {"epochs": 7, "learning_rate": 0.003, "dropout": 0.5}
    found = fine_tuned(shipped, asked, 2000).settings
    assert {name: found[name] for name in asked} == asked
    assert found["width"] == shipped.settings["width"]
    assert found["learning_rate"] > fine_tuned(shipped, {}).settings["learning_rate"]


@pytest.mark.parametrize("changes", [{"epochs": 0}, {"nonsense": 1}, {"batch_size": "x"}])
def test_a_setting_that_there_is_not_is_refused(shipped: Card, changes: dict[str, Any]) -> None:
    with pytest.raises(BadKnob):
        fine_tuned(shipped, changes, 1000)


def test_a_shipped_models_card_goes_on_as_another(shipped: Card) -> None:
    found = fine_tuned(shipped, {}, 1000)
    assert (found.measures, found.shares) == ({}, "")
    assert found.parts == shipped.parts
    assert f"--from {shipped.id}" in found.reproduce


@pytest.fixture(scope="module")
def small_base(tmp_path_factory: pytest.TempPathFactory) -> Model:
    prepare_torch()
    folder = tmp_path_factory.mktemp("base")
    songs = write_songs(folder / "songs", [SONGS["bach"](number) for number in range(5)])
    wanted = GENRES["bach"].card("transformer", {**small_settings("transformer"), "dropout": 0.0})
    train_model(wanted, songs, folder / "models")
    return Model.read(folder / "models" / wanted.id)


def test_a_short_training_moves_a_model_further_than_two_hundred_updates_of_warming_up_let_it(
    small_base: Model, tmp_path: Path
) -> None:
    songs = write_songs(tmp_path / "songs", [SONGS["bach"](number) for number in range(20, 28)])
    few = {"epochs": 6, "learning_rate": 0.002, "batch_size": 2}
    gentle = fine_tuned(small_base.card, few)
    assert float(gentle.settings["warm_up"]) < 1

    def last(card: Card) -> float:
        rows = train_model(card, songs, tmp_path / "models", base=small_base)
        return rows[-1]["held_out_note_loss"]

    as_before = replace(gentle, settings={**gentle.settings, "warm_up": 1.0})
    assert last(gentle) < last(as_before)


def test_the_model_keeps_the_epoch_that_foretold_unseen_music_best(
    small_base: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unseen = iter([2.0, 1.5, 1.7, 1.6])
    monkeypatch.setattr(
        TransformerTrainer, "held_out", lambda self, _: {"held_out_note_loss": next(unseen)}
    )
    monkeypatch.setattr("studio.training.run.evaluator", lambda *_: None)
    songs = write_songs(tmp_path / "songs", [SONGS["bach"](number) for number in range(20, 24)])
    card = fine_tuned(small_base.card, {"epochs": 4, "batch_size": 2})
    inputs = RunInputs(card, (songs,), None, None, small_base)
    learned: dict[int, dict[str, Any]] = {}
    told: dict[str, Any] = {}
    controls = Controls(stop_when_converged=False)
    for kind, said in run(inputs, tmp_path / "run", tmp_path / "models", lambda: controls):
        if kind == "checkpoint":
            learned[said["epoch"]] = RunFolder(tmp_path / "run").weights(said["epoch"])
        told = said if kind == "done" else told
    kept = Model.read(tmp_path / "models" / card.id).weights
    assert all(np.array_equal(kept[name], learned[2][name]) for name in kept)
    assert not all(np.array_equal(kept[name], learned[4][name]) for name in kept)
    assert told == {"model": card.id, "epochs": 4, "why": "epochs", "best": 2}


def test_of_a_gan_the_last_epoch_counts() -> None:
    best = Best("held_out_note_loss")
    best.look({"epoch": 1, "held_out_reconstruction_loss": 1.0, "held_out_texture_loss": 1.0}, dict)
    assert best.epoch is None
