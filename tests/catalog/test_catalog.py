"""Models on disk: what is written is read, and a broken folder is one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from studio.catalog import Card, Model, find, models
from studio.composing import load_band
from studio.ground.assets import SHIPPED
from studio.ground.errors import BadModel


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    """A model of one's own that a test may break."""
    return Path(shutil.copytree(tiny_model, tmp_path / tiny_model.name))


def test_a_trained_model_is_whole(tiny_model: Path) -> None:
    read = Model.read(tiny_model)
    assert read.card.id == tiny_model.name
    assert read.card.parameters == sum(value.size for value in read.weights.values())
    assert all(value.dtype == np.float16 for value in read.weights.values())
    history = (tiny_model / "history.jsonl").read_text().splitlines()
    assert [json.loads(row)["epoch"] for row in history] == [1, 2]
    assert load_band(tiny_model, "cpu").card == read.card


def test_what_is_written_is_read_back(tiny_model: Path, tmp_path: Path) -> None:
    read = Model.read(tiny_model)
    card = replace(read.card, id="copy", title="Čtyři hlasy", measures={"clash": 0.05})
    Model(card, read.weights).write(tmp_path / "copy", [{"epoch": 1, "loss": 0.5}])
    again = Model.read(tmp_path / "copy")
    assert again.card == card
    assert again.weights.keys() == read.weights.keys()
    for name, value in read.weights.items():
        np.testing.assert_array_equal(again.weights[name], value)


def test_a_folder_in_which_writing_stopped_is_no_model(model: Path) -> None:
    (model / "card.json").unlink()
    assert models((model.parent,)) == ((), ())
    with pytest.raises(BadModel, match="no model called"):
        find(model.name, (model.parent,))


def test_the_copy_check_comes_with_the_model_and_goes_with_it(
    tiny_model: Path, tmp_path: Path
) -> None:
    read = Model.read(tiny_model)
    assert read.copies is not None
    card = replace(read.card, id="copy")
    Model(card, read.weights, read.copies).write(tmp_path / "copy", [])
    again = Model.read(tmp_path / "copy").copies
    assert again is not None
    assert again.songs == read.copies.songs
    np.testing.assert_array_equal(again.hashes, read.copies.hashes)
    Model(card, read.weights).write(tmp_path / "copy", [])  # trained anew, without one
    assert Model.read(tmp_path / "copy").copies is None
    assert load_band(tmp_path / "copy", "cpu").copies is None


Break = Callable[[Path], None]


def change_card(**changes: Any) -> Break:
    def change(folder: Path) -> None:
        card = json.loads((folder / "card.json").read_text())
        (folder / "card.json").write_text(json.dumps({**card, **changes}))

    return change


def write(name: str, data: bytes) -> Break:
    return lambda folder: void((folder / name).write_bytes(data))


def remove(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def void(_: object) -> None:
    """Nothing: what a function gave back is not wanted."""


def cut_weights(folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def change_weights(change: Callable[[dict[str, Any]], None]) -> Break:
    def rewrite(folder: Path) -> None:
        weights = dict(load_file(folder / "weights.safetensors"))
        change(weights)
        save_file(weights, folder / "weights.safetensors")

    return rewrite


def first_is_no_number(weights: dict[str, Any]) -> None:
    weights[min(weights)].flat[0] = np.nan


def first_is_larger(weights: dict[str, Any]) -> None:
    name = min(weights)
    weights[name] = np.zeros((3, *weights[name].shape), np.float16)


PART = {"name": "Alto", "program": 19, "voices": 1, "low": 53, "high": 77, "velocity": 72}
BROKEN: dict[str, tuple[Break, str]] = {
    "no card": (remove("card.json"), "card"),
    "an empty card": (write("card.json", b""), "card"),
    "a card that is no text": (write("card.json", b"\xff\xfe\x00"), "card"),
    "a card too deep": (write("card.json", b"[" * 100_000), "card"),
    "a card that is a list": (write("card.json", b"[]"), "card"),
    "a card of another model": (change_card(id="other-gan"), "card"),
    "a newer format": (change_card(format=2, shine=True), "needs a newer Tutti"),
    "no format": (change_card(format=None), "card"),
    "an unknown field": (change_card(shine=True), "card"),
    "an unknown technique": (change_card(technique="telepathy"), "no technique called"),
    "no parts": (change_card(parts=[]), "card"),
    "a part without a range": (change_card(parts=[{"name": "Alto"}]), "card"),
    "a part above the keyboard": (change_card(parts=[{**PART, "high": 300}]), "card"),
    "a part of a million voices": (change_card(parts=[{**PART, "voices": 10**6}]), "card"),
    "an unknown setting": (change_card(settings={"magic": 1}), "card"),
    "a setting out of range": (change_card(settings={"width": 10**9}), "card"),
    "a title that is no text": (change_card(title=None), "card"),
    "no weights": (remove("weights.safetensors"), "weights"),
    "empty weights": (write("weights.safetensors", b""), "weights"),
    "truncated weights": (cut_weights, "weights"),
    "weights that claim 2^63 bytes": (write("weights.safetensors", b"\xff" * 64), "weights"),
    "a copy check that is no JSON": (write("copies.json", b"{"), "copy check"),
    "a copy check without names": (remove("copies.json"), "copy check"),
    "a copy check without bars": (remove("copies.safetensors"), "copy check"),
    "a weight that is no number": (change_weights(first_is_no_number), "weights"),
    "a weight of another shape": (change_weights(first_is_larger), "weights"),
    "a weight too few": (change_weights(lambda w: void(w.pop(min(w)))), "weights"),
    "a width that the weights do not have": (
        lambda f: change_card(settings={**Card.read(f).settings, "width": 16})(f), "weights",
    ),
    "a width that no network has": (
        lambda f: change_card(settings={**Card.read(f).settings, "width": 9})(f), "weights",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("break_it", "word"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_model_folder_is_one_sentence(break_it: Break, word: str, model: Path) -> None:
    break_it(model)
    with pytest.raises(BadModel, match=word) as refused:
        load_band(model, "cpu")
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_broken_model_does_not_hide_the_others(model: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(model, tmp_path / "broken-gan"))
    cards, problems = models((tmp_path,))
    assert [card.id for card in cards] == [model.name]
    assert len(problems) == 1
    assert broken.name in problems[0]


def test_the_shipped_model_comes_before_ones_own_of_the_same_name(model: Path) -> None:
    name = "bach-gan"
    assert model.name == name
    assert find(name, (SHIPPED, model.parent)) == SHIPPED / name
    cards, _ = models((SHIPPED, model.parent))
    assert [card for card in cards if card.id == name] == [Card.read(SHIPPED / name)]


@pytest.mark.parametrize("id", ["nobody", "", "../bach-gan", "/etc", "BACH-GAN", "a" * 9999, "a\n"])
def test_a_model_that_is_not_there_is_one_sentence_with_those_that_are(id: str) -> None:
    with pytest.raises(BadModel, match=r"choose one of .*bach-gan") as refused:
        find(id)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
