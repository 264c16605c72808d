"""The training loop: a row an epoch, a seed's own weights, held-out songs kept apart."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from helpers import chorale, pop_song, train_model, train_tiny, tune, write_songs
from numpy.typing import NDArray

from studio.catalog import GENRES, Card, Model
from studio.catalog.genre import Collection
from studio.corpus.windows import song_rolls
from studio.ground.errors import BadKnob, BadModel
from studio.music.roll import Window
from studio.techniques import Trainer
from studio.training import run as running
from studio.training.evaluation import Evaluate
from studio.training.loop import Loop
from studio.training.rows import CEILING, FLOOR, HIGH, INDEX, LOW, Row, line, row_of
from studio.training.songs import TrainingSet, read_training_set


class Listener(Trainer):
    """A trainer that only writes down what it is given."""

    def __init__(self) -> None:
        self.learning_rate = 0.1
        self.drawn: list[Window] = []
        self.checked: list[Window] = []
        self.progress: list[float] = []

    def step(self, draw: Callable[[], Sequence[Window]], progress: float) -> dict[str, float]:
        self.drawn += draw()
        self.progress.append(progress)
        return {"loss": float(len(self.progress))}

    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        self.checked += windows
        return {"held_out_loss": 0.5}

    def weights(self) -> dict[str, NDArray[Any]]:
        return {}

    def state(self) -> dict[str, NDArray[Any]]:
        return {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        pass


@pytest.fixture
def songs(tmp_path: Path) -> TrainingSet:
    data = write_songs(tmp_path / "songs", [chorale(seed) for seed in range(14)])
    return read_training_set(data, "chorale")


def learn(
    listener: Listener,
    songs: TrainingSet,
    epochs: int,
    batch: int,
    seed: int,
    evaluate: Evaluate | None = None,
) -> Iterator[Row]:
    """A whole loop, a row after each epoch."""
    loop = Loop(listener, songs, epochs, batch, seed, evaluate)
    while loop.epoch < epochs:
        while loop.step < loop.steps:
            loop.advance()
        yield loop.close()


def test_one_row_an_epoch(songs: TrainingSet) -> None:
    listener = Listener()
    rows = list(learn(listener, songs, epochs=3, batch=2, seed=0))
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    steps = len(listener.progress) // 3
    assert len(listener.drawn) == 2 * len(listener.progress)
    assert rows[0]["loss"] == pytest.approx(np.mean(range(1, steps + 1)), abs=1e-5)
    assert all(row["held_out_loss"] == 0.5 for row in rows)
    assert rows[0]["seconds"] <= rows[1]["seconds"] <= rows[2]["seconds"]
    assert listener.progress == sorted(listener.progress)
    assert listener.progress[0] == 0.0
    assert listener.progress[-1] < 1.0


def test_rows_come_while_the_training_runs(songs: TrainingSet) -> None:
    listener = Listener()
    rows = learn(listener, songs, epochs=1000, batch=2, seed=0)
    assert next(rows)["epoch"] == 1
    assert len(listener.progress) < 100


class Clock:
    """Seconds that pass only where a test lets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        clock = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr("studio.training.loop.time", clock)


@pytest.mark.parametrize(("epochs", "measuring_seconds"), [(1, 1.0), (2, 50.0), (300, 3.0)])
def test_measuring_takes_a_fifth_of_the_time_beside_the_first_and_the_last(
    songs: TrainingSet, monkeypatch: pytest.MonkeyPatch, epochs: int, measuring_seconds: float
) -> None:
    clock, listener = Clock(monkeypatch), Listener()
    measured_at = []

    def step(draw: Callable[[], Sequence[Window]], progress: float) -> dict[str, float]:
        clock.now += 1.0
        return {"loss": 0.0}

    def evaluate(weights: Mapping[str, NDArray[Any]]) -> dict[str, float]:
        clock.now += measuring_seconds
        measured_at.append(clock.now)
        return {INDEX: 0.5}

    monkeypatch.setattr(listener, "step", step)
    rows = list(learn(listener, songs, epochs, 8, 0, evaluate))
    measured = [row["epoch"] for row in rows if INDEX in row]
    assert measured[0] == 1
    assert measured[-1] == epochs
    assert measuring_seconds * (len(measured) - 2) <= 0.2 * rows[-1]["seconds"]
    if epochs == 300:
        assert len(measured) > 20


def test_a_row_has_as_many_digits_as_are_worth_keeping() -> None:
    row = row_of(3, 12.345, {"loss": 0.1234567})
    assert row == {"epoch": 3, "seconds": 12.3, "loss": 0.12346}
    assert line(row, 40) == "epoch 3/40  12 s  loss 0.123"


def pitches(window: Window) -> bytes:
    return window.melody.tobytes()


def test_held_out_songs_are_never_learned_from(songs: TrainingSet) -> None:
    assert [song.name for song in songs.held_out] == ["000.mid", "012.mid"]
    assert len(songs.songs) == 12
    listener = Listener()
    list(learn(listener, songs, epochs=30, batch=4, seed=0))
    learned = {pitches(window) for window in listener.drawn}
    checked = {pitches(window) for window in listener.checked}
    assert len(learned) > 40
    assert checked
    assert not learned & checked
    only_held_out = [song_rolls(song).melody[:, :128].tobytes() for song in songs.held_out]
    assert not learned & set(only_held_out)
    assert checked & set(only_held_out)


def test_the_same_seed_draws_the_same_windows(songs: TrainingSet) -> None:
    drawn = []
    for seed in (0, 0, 1):
        listener = Listener()
        list(learn(listener, songs, epochs=2, batch=2, seed=seed))
        drawn.append([pitches(window) for window in listener.drawn])
    assert drawn[0] == drawn[1] != drawn[2]


def test_where_no_song_is_in_three_some_become_waltzes(songs: TrainingSet) -> None:
    listener = Listener()
    list(learn(listener, songs, epochs=10, batch=4, seed=0))
    assert {window.bar_steps for window in listener.drawn} == {12, 16}


def test_songs_of_eight_bars_can_be_learned_from(tmp_path: Path) -> None:
    data = write_songs(tmp_path / "songs", [chorale(seed, bars=8) for seed in range(6)])
    listener = Listener()
    list(learn(listener, read_training_set(data, "chorale"), epochs=2, batch=4, seed=0))
    assert {window.melody.shape[1] for window in listener.drawn} == {128}


def test_the_same_seed_gives_the_same_weights(tiny_model: Path, tmp_path: Path) -> None:
    again = Model.read(train_tiny("gan", "bach", tmp_path / "again")).weights
    other = Model.read(train_tiny("gan", "bach", tmp_path / "other", seed=1)).weights
    first = Model.read(tiny_model).weights
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not all(np.array_equal(first[name], other[name]) for name in first)
    bytes_of = [path / "weights.safetensors" for path in (tiny_model, tmp_path / "again" / "models"
                / tiny_model.name)]  # fmt: skip
    assert bytes_of[0].read_bytes() == bytes_of[1].read_bytes()


def test_a_model_is_heard_while_it_learns_and_its_card_says_how_it_did(tiny_model: Path) -> None:
    rows = [json.loads(row) for row in (tiny_model / "history.jsonl").read_text().splitlines()]
    assert all(0 < row[INDEX] < 10 for row in rows)
    assert [FLOOR in row for row in rows] == [CEILING in row for row in rows] == [True, False]
    measures = Card.read(tiny_model).measures
    assert set(measures) == {INDEX, LOW, HIGH, FLOOR, CEILING}
    assert measures[INDEX] == round(rows[-1][INDEX], 3)
    assert measures[LOW] <= measures[INDEX] <= measures[HIGH]
    assert measures[FLOOR] == round(rows[0][FLOOR], 3)
    assert 0 <= measures[FLOOR] < measures[CEILING]


def test_hearing_a_model_changes_nothing_of_what_it_learns(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "evaluator", lambda *_: None)
    unheard = train_tiny("gan", "bach", tmp_path)
    assert INDEX not in (unheard / "history.jsonl").read_text()
    assert Card.read(unheard).measures == {}
    first, second = ((f / "weights.safetensors").read_bytes() for f in (tiny_model, unheard))
    assert first == second


def test_a_model_knows_the_songs_it_learned_from_and_no_others(tiny_model: Path) -> None:
    copies = Model.read(tiny_model).copies
    assert copies is not None
    assert copies.songs == ("001", "002", "003", "004")  # 000 is held out
    assert np.diff(copies.first_bar).tolist() == [12] * 4


def trained_card(data: Path | list[Path], folder: Path) -> tuple[str, str]:
    """What a card says of its data and licence after a training on `data`."""
    settings = {"epochs": 1, "width": 8, "batch_size": 4}
    wanted = GENRES["bach"].card("gan", settings)
    train_model(wanted, data, folder)
    found = Card.read(folder / wanted.id)
    return found.data, found.licence


def test_a_card_tells_of_the_genres_own_data_only_where_it_is_these_very_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = write_songs(tmp_path / "songs", [chorale(seed, bars=8) for seed in range(4)])
    own = Path(shutil.make_archive(str(tmp_path / "own"), "zip", songs))
    other = Path(shutil.make_archive(str(tmp_path / "other"), "zip", tmp_path, "songs"))
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    text = "Chorales: {songs} were learned from, {held_out} held out."
    source = Collection("bach.zip", 1.0, sha256=digest)
    bach = replace(GENRES["bach"], data=text, sources=(source,))
    monkeypatch.setitem(GENRES, "bach", bach)
    said, licence = trained_card(own, tmp_path)
    assert said == "Chorales: 3 were learned from, 1 held out."
    assert licence == bach.licence
    said, licence = trained_card(other, tmp_path)
    assert said == "other.zip: 3 songs were learned from, 1 held out."
    assert licence != bach.licence
    said, _ = trained_card([own, other], tmp_path)
    # the same files in both: none is learned from twice
    assert said == "own.zip and other.zip: 3 songs were learned from, 1 held out."


def test_what_cannot_be_learned_from_is_refused_with_its_reason(tmp_path: Path) -> None:
    data = write_songs(tmp_path / "songs", [chorale(0), chorale(1), chorale(2), tune(8)])
    (data / "zz.mid").write_bytes(b"noise")
    found = read_training_set(data, "chorale")
    assert {refusal.name: refusal.reason for refusal in found.refusals}["003.mid"] == (
        "it does not have four voices"
    )
    assert len(found.refusals) == 2


def test_music_of_another_layout_is_one_sentence(tmp_path: Path) -> None:
    data = write_songs(tmp_path / "songs", [pop_song(seed) for seed in range(4)])
    with pytest.raises(BadModel, match="holds no songs that the chorale layout"):
        read_training_set(data, "chorale")


def test_music_without_a_whole_window_is_one_sentence(tmp_path: Path) -> None:
    data = write_songs(tmp_path / "songs", [chorale(seed, bars=1) for seed in range(4)])
    with pytest.raises(BadModel, match="No eight bars"):
        train_model(GENRES["bach"].card("gan", {"width": 8}), data, tmp_path)


@pytest.mark.parametrize("genre", GENRES)
def test_a_genre_says_what_it_is_before_it_is_trained(genre: str) -> None:
    blank = GENRES[genre].card("gan", {"epochs": 3})
    assert blank.id == f"{genre}-gan"
    assert blank.settings["epochs"] == 3
    assert blank.parameters == 0


def test_an_unknown_genre_or_setting_is_one_sentence() -> None:
    with pytest.raises(BadKnob, match="choose one of pop, "):
        GENRES["polka"].card("gan", {})
    with pytest.raises(BadModel, match="no technique"):
        GENRES["pop"].card("telepathy", {})
    with pytest.raises(BadKnob):
        GENRES["pop"].card("gan", {"epochs": 0})
