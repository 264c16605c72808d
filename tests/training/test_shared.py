"""The transformer that all genres share: what it learns from, how it learns, what is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bands import compose
from helpers import chorale, pop_song, tune, write_songs

from studio.catalog import Card, Model
from studio.composing import load_band
from studio.ground.errors import BadModel
from studio.music.score import Score
from studio.techniques.transformer.settings import Settings
from studio.techniques.transformer.vocabulary import STYLES
from studio.training import shared
from studio.training.repertoire import Repertoire, StyleCollection, read_repertoire
from studio.training.rows import read_rows
from studio.training.shared import ship, train_shared

SOURCES = (
    StyleCollection("pop", "pop", "pop", 0.5),
    StyleCollection("bach", "bach", "chorale", 0.3),
    StyleCollection("folk", "nottingham.zip", None, 0.2, "folk"),
)


def folk_tune(number: int) -> Score:
    """A tune with block chords beside it, as the Nottingham files have them."""
    song = pop_song(number, 16)
    return song.with_tracks(song.tracks[:2])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sets")
    write_songs(root / "pop", [pop_song(number, 20) for number in range(13)])
    write_songs(root / "bach", [chorale(number, 20) for number in range(13)])
    write_songs(root / "nottingham.zip", [folk_tune(number) for number in range(30, 43)])
    return root


@pytest.fixture(scope="module")
def repertoire(folder: Path) -> Repertoire:
    return read_repertoire(folder, SOURCES)


def test_every_set_is_read_in_its_style_and_some_songs_are_held_out(repertoire: Repertoire) -> None:
    for source, windows, held_out in zip(
        repertoire.sources, repertoire.windows, repertoire.held_out, strict=True
    ):
        names = {song.name for song in windows.songs}
        assert names
        assert not names & {song.name for song in held_out.songs}
        assert {song.style for song in windows.songs} == {STYLES.index(source.style)}
    drawn = repertoire.draw(200, np.random.default_rng(0))
    styles = [STYLES[window.style] for window in drawn]
    assert 60 < styles.count("pop") < 140
    assert all(len(window.parts) == 0 for window in drawn if window.style == STYLES.index("folk"))


def test_a_song_that_one_set_holds_out_is_learned_from_in_none(
    tmp_path: Path, folder: Path
) -> None:
    for name in ("pop", "bach"):
        (tmp_path / name).symlink_to(folder / name)
    twice = (SOURCES[0], StyleCollection("pop", "again", "pop", 0.5))
    # the first set's held-out song is one that the second would learn from
    write_songs(tmp_path / "again", [pop_song(number, 20) for number in (5, 6, 7)])
    (tmp_path / "again" / "000.mid").rename(tmp_path / "again" / "0.mid")
    (tmp_path / "again" / "001.mid").rename(tmp_path / "again" / "000.mid")
    found = read_repertoire(tmp_path, twice)
    assert {song.name for song in found.held_out[0].songs} >= {"pop/000.mid"}
    assert {song.name for song in found.windows[1].songs} == {"again/002.mid"}


def test_a_missing_set_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="There is no pop in"):
        read_repertoire(tmp_path, SOURCES)


def test_one_network_is_shipped_for_all_styles(
    repertoire: Repertoire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "UPDATES", 3)
    settings = Settings(epochs=2, width=64, layers=1, batch_size=2)
    history = []
    for row, trainer in train_shared(repertoire, settings, "cpu"):
        history.append(row)
        weights = trainer.weights()
    assert {"note_loss", "held_out_note_loss_pop"} <= set(history[-1])
    assert list(ship(repertoire, settings, weights, history, tmp_path)) == [
        "pop-transformer", "bach-transformer",
    ]  # fmt: skip
    pop, bach = tmp_path / "pop-transformer", tmp_path / "bach-transformer"
    assert not (bach / "weights.safetensors").exists()
    assert Card.read(bach).shares == "pop-transformer"
    assert Card.read(bach).settings["style"] == STYLES.index("bach")
    assert set(Model.read(bach).weights) == set(weights)
    melody = tune(4)
    for folder in (pop, bach):
        piece = compose(load_band(folder, "cpu"), melody, 1)
        assert piece.score.tracks[0] == melody.tracks[0]
        assert "{" not in Card.read(folder).data
    weighed = (pop / "weights.safetensors").rename(tmp_path / "elsewhere")
    with pytest.raises(BadModel, match="weights of the model bach-transformer is missing"):
        Model.read(bach)
    weighed.rename(pop / "weights.safetensors")
    card = json.loads((bach / "card.json").read_text(encoding="utf-8"))
    (bach / "card.json").write_text(json.dumps({**card, "shares": "../../etc"}), encoding="utf-8")
    with pytest.raises(BadModel, match="card of the model"):
        Card.read(bach)


def test_the_network_goes_on_from_the_weights_of_before(
    repertoire: Repertoire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "UPDATES", 1)
    monkeypatch.setattr(shared, "read_repertoire", lambda data: repertoire)
    small = {**shared.SETTINGS, "width": 64, "layers": 1, "batch_size": 2}
    monkeypatch.setattr(shared, "SETTINGS", small)
    monkeypatch.setattr(shared, "_measures", lambda card, weights, held_out: {})
    first, second = tmp_path / "first", tmp_path / "second"
    shared.main(tmp_path, first, epochs=1, seed=0)
    shared.main(tmp_path, second, epochs=1, seed=1, base=first / "pop-transformer")
    rows = read_rows(second / "bach-transformer" / "history.jsonl")
    assert [row["epoch"] for row in rows] == [1, 2]
    before, after = (Model.read(folder / "pop-transformer").weights for folder in (first, second))
    moved = [np.abs(np.subtract(before[name], after[name], dtype=float)).max() for name in before]
    assert 0 < max(moved) < 0.1  # not begun anew
    assert (
        "--from MODELS/pop-transformer --epochs 1 --seed 1"
        in Card.read(second / "bach-transformer").reproduce
    )
