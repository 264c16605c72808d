"""A technique is a page: one file among the others, and nothing else knows of it.

The file is `toy_technique.py` beside this one; it is put on the package's path here and, by
`sitecustomize`, in all processes that are started from here.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT, tune
from page_tools import generate_button, open_page, own_studio, shown, take_sample
from train_tools import OWNER, open_train_page, put_set

import studio.techniques
from benchmarks import killing
from benchmarks.killing import finish, generated_set, kill_often, rows_told, timeless, weights
from studio.catalog import Card, Model, pack, unpack
from studio.composing import Request, load_band
from studio.music import midi
from studio.queue import Store
from studio.techniques import technique, techniques
from studio.techniques.shapes import shapes_elsewhere
from studio.training import RunSpec
from studio.ui import house
from studio.ui.say import plain

TOY = Path(__file__).with_name("toy_technique.py")
EPOCHS = 4
SITE = "import studio.techniques\nstudio.techniques.__path__.append({folder!r})\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on the package's path, here and in all child processes."""
    folder = tmp_path_factory.mktemp("techniques")
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(SITE.format(folder=str(folder)), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join((str(site), str(ROOT))))
        patch.setattr(studio.techniques, "__path__", [*studio.techniques.__path__, str(folder)])
        yield folder
    techniques.cache_clear()
    for name in [name for name in sys.modules if name.startswith("studio.techniques.toy")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def toy(shelf: Path) -> Path:
    """The file, put among the others."""
    file = Path(shutil.copy(TOY, shelf / "toy.py"))
    techniques.cache_clear()
    return file


@pytest.fixture(scope="module")
def trained(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which it was trained twice by the real workers, once killed on its way."""
    folder = tmp_path_factory.mktemp("trained")
    set_id = generated_set(folder)
    settings = {"epochs": EPOCHS, "batch_size": 1, "mirrors": 8}
    with (
        pytest.MonkeyPatch.context() as patch,
        killing.training_studio(folder) as store,
    ):
        patch.setattr(killing, "LONGEST_LIFE", 2.0)
        quiet, killed = (
            store.submit(
                "train",
                RunSpec(
                    name, set_id, "toy", settings, "chorale", stop_when_converged=False
                ).to_json(),
                OWNER,
            )
            for name in ("quiet", "killed")
        )
        finish(store, quiet)
        found = kill_often(store, folder, killed, 1, random.Random(3))  # noqa: S311 - no secret
        assert found.trainer + found.worker == 1
        assert found.rows == timeless(rows_told(store.events(quiet)))
        assert weights(folder, store.get(killed)) == weights(folder, store.get(quiet))
    return folder


@pytest.fixture
def own(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The pages over that folder."""
    yield from own_studio(trained, monkeypatch)


def tutti(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-c", "from studio.cli import main; main()", *words]
    environment = {**os.environ, "TUTTI_DATA_DIR": str(folder), "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_it_is_listed(toy: Path, tmp_path: Path) -> None:
    known, left_out = techniques()
    assert known["toy"].title == "Toy"
    assert {"gan", "textbook", "transformer"} <= set(known)
    assert not left_out
    assert "toy" in tutti(tmp_path, "doctor").stdout


def test_the_train_page_has_its_form_and_queues_it(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in own_studio(tmp_path, monkeypatch):
        music = put_set(folder)
        page = open_train_page()
        page.selectbox[0].set_value(page.selectbox[0].value).run()
        (which,) = [each for each in page.segmented_control if "Toy" in each.options]
        page = which.set_value("toy").run()
        assert not page.exception
        labels = {each.label for kind in (page.number_input, page.slider) for each in kind}
        assert {"Epochs", "Learning rate", "Mirrors"} <= labels
        assert "Plays in the neighbourhood of the melody." in shown(page)
        house.store().save_draft(OWNER, "train", {"set": music.id, "technique": "toy"})
        page = open_train_page()
        (train,) = [each for each in page.button if each.label == "Train"]
        page = train.click().run()
        assert not page.exception
        (job,) = house.store().jobs(OWNER)
        assert (job.payload["technique"], job.payload["preset"]) == ("toy", "")
        assert job.payload["settings"]["mirrors"] == 4


def test_its_losses_are_shown_with_their_labels(own: Path) -> None:
    page = open_train_page()
    assert not page.exception
    found: list[Any] = list(page.get("button_group"))
    (pills,) = [each for each in found if each.label == "Losses"]
    assert list(pills.options)[:2] == ["Cell loss", "Cell loss, unseen music"]


def test_the_epoch_that_is_kept_is_the_one_that_its_loss_judges_best(own: Path) -> None:
    (folder,) = (own / "models").glob("quiet-toy")
    rows = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == list(range(1, EPOCHS + 1))
    assert all(row["held_out_cell_loss"] > 0 for row in rows)


def test_it_is_packed_exported_and_imported(own: Path, tmp_path: Path) -> None:
    source = own / "models" / "quiet-toy"
    card = unpack(pack(source), tmp_path)
    assert card == Card.read(source)
    old, new = Model.read(source).weights, Model.read(tmp_path / card.id).weights
    assert all((new[name] == old[name]).all() for name in old)
    settings = technique("toy").Settings.parse(card.settings)
    apart = shapes_elsewhere("toy", card.parts, settings)  # as the pages ask it, without torch
    assert apart == {name: value.shape for name, value in old.items()}


def test_the_compose_page_asks_for_it_and_it_plays(own: Path) -> None:
    page = take_sample(open_page(), "twinkle")
    page = page.segmented_control(key="technique").set_value("toy").run()
    (radio,) = [each for each in page.radio if each.key == "model"]
    assert [option.strip("*") for option in radio.options] == ["killed", "quiet"]
    page = radio.set_value("quiet-toy").run()
    assert not page.exception
    assert "Daring" in {each.label for each in page.slider}
    page = generate_button(page).click().run()
    assert not page.exception
    (job,) = [job for job in Store.in_folder(own).jobs("somebody") if job.kind == "compose"]
    request = Request.from_json(job.payload)
    assert request.model == "quiet-toy"
    band = load_band(own / "models" / "quiet-toy", "cpu")
    piece = band.compose(request)
    assert any(track.notes for track in piece.score.tracks[1:])


def test_it_plays_from_the_command_line(own: Path, tmp_path: Path) -> None:
    melody, out = tmp_path / "melody.mid", tmp_path / "out.mid"
    melody.write_bytes(midi.write(tune(4)))
    words = ["compose", str(melody), "-o", str(out), "--model", "quiet-toy", "--daring", "1.5"]
    done = tutti(own, *words)
    assert done.returncode == 0, done.stderr
    assert len(midi.read(out.read_bytes()).score.tracks) > 1
    assert "Daring must be from 0.0 to 2.0." in tutti(own, *words[:-1], "9").stderr


BROKEN = {
    "toy_syntax": ("class Toy(\n", "'(' was never closed in line 1"),
    "toy_import": ("import studio.nowhere\n", "No module named 'studio.nowhere'"),
    "toy_losses": (
        TOY.read_text("utf-8").replace('"toy"', '"mute"').replace("losses = {", "said = {"),
        "it does not say what its losses are",
    ),
    "toy_twice": (TOY.read_text("utf-8").replace('"toy"', '"gan"'), "called 'gan' already"),
    "toy_half": (
        TOY.read_text("utf-8").replace('"toy"', '"half"').replace("def logits", "def play_it"),
        "logits",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_with_an_error_is_left_out_and_the_others_play_on(
    name: str, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, why = BROKEN[name]
    file = shelf / f"{name}.py"
    file.write_text(text, encoding="utf-8")
    techniques.cache_clear()
    try:
        known, (sentence,) = techniques()
        assert {"gan", "textbook", "transformer"} <= set(known)
        assert sentence.startswith(f"The technique {name} is left out: ")
        assert why in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert sentence in tutti(tmp_path, "models").stderr
        assert sentence in tutti(tmp_path, "doctor").stdout
        for _ in own_studio(tmp_path, monkeypatch):
            put_set(tmp_path)
            for at in ("20_train", "30_models"):
                page = open_page(OWNER).switch_page(str(ROOT / "pages" / f"{at}.py")).run()
                assert not page.exception
                assert plain(sentence) in shown(page)
    finally:
        file.unlink()
        sys.modules.pop(f"studio.techniques.{name}", None)
        techniques.cache_clear()
