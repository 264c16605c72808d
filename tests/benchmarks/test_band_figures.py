"""The figures of a band: what is known of people's own music, of copies and of noise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from helpers import chorale, pop_song, write_songs

from benchmarks import band, rolls
from benchmarks.measures import Playing, measure
from benchmarks.players import learned_before, of_models
from benchmarks.table import as_json, table
from studio.ground.errors import BadScore
from studio.measures import CopyIndex
from studio.measures.similarity_index import random_band
from studio.music.melody import samples
from studio.training.excerpts import excerpts
from studio.training.songs import TrainingSet, read_training_set


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    return write_songs(folder, [pop_song(seed, bars=20) for seed in range(26)])


@pytest.fixture(scope="module")
def songs(data: Path) -> TrainingSet:
    return read_training_set(data, "pop")


def test_people_are_like_themselves_and_noise_is_not(songs: TrainingSet) -> None:
    unseen = excerpts(songs.held_out, 100)
    index = CopyIndex.of(songs.songs)
    scores = [excerpt.score for excerpt in unseen]
    people = measure(Playing("people", scores, [e.plan for e in unseen], scores), unseen, index)
    rng = np.random.default_rng(0)
    noise = measure(Playing("random", [random_band(s, rng) for s in scores]), unseen, index)
    own, other = people.figures, noise.figures
    assert own["harmony agreement"].value == pytest.approx(1.0)
    assert own["plan: triad as people's"].value == 1.0
    assert own["gap in qualified notes, pitch classes"].value == 0.0
    assert own["two seeds, share of different"].value == 0.0
    assert "similarity index" not in own
    assert other["harmony agreement"].value < 0.7
    floor = own["similarity index, other half"].value
    assert floor < other["similarity index, other half"].value
    assert other["gap in qualified notes, pitch classes"].value > 0.1
    assert len(noise.worst) == 4


def test_a_copied_band_is_found_out(songs: TrainingSet) -> None:
    learned = excerpts(songs.songs, 10)
    found = measure(Playing("copy", [e.score for e in learned]), learned, CopyIndex.of(songs.songs))
    assert found.figures["bars equal to a training bar"].value == 1.0
    assert found.figures["nearest training passage, median"].value == 1.0


def test_bands_of_other_parts_are_refused(songs: TrainingSet) -> None:
    unseen = excerpts(songs.held_out, 2)
    solos = [excerpt.melody for excerpt in unseen]
    with pytest.raises(BadScore, match="people"):
        measure(Playing("solo", solos), unseen, CopyIndex.of(songs.songs))


def test_a_table_has_a_row_a_figure_and_json_every_number(songs: TrainingSet) -> None:
    unseen = excerpts(songs.held_out, 4)
    scores = [excerpt.score for excerpt in unseen]
    columns = [measure(Playing("people", scores), unseen, CopyIndex.of(songs.songs))]
    text = table(columns)
    for name in columns[0].figures:
        assert any(line.startswith(name) for line in text.splitlines())
    written = json.loads(json.dumps(as_json(columns)))
    assert set(written["people"]["figures"]) == set(columns[0].figures)


def test_the_command_measures_everyone(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "figures.json"
    (tmp_path / "models").mkdir()
    band.main("pop", [data], tmp_path / "models", 6, into)
    bands = json.loads(into.read_text(encoding="utf-8"))["bands"]
    wanted = ("any song", "block chords", "nearest song", "parallel", "people", "random", "texture")
    assert tuple(sorted(bands)) == wanted
    for name in ("clash", "harmony agreement", "bars equal to a training bar"):
        assert all(0 <= found["figures"][name][0] <= 1 for found in bands.values())
    assert bands["block chords"]["figures"]["sample melodies: bass ends on the tonic"][0] == 1.0
    assert "excerpts of 3 songs" in capsys.readouterr().out


def test_a_genre_there_is_not_is_refused(data: Path) -> None:
    with pytest.raises(typer.BadParameter, match="polka"):
        band.main("polka", [data])


def test_a_model_plays_as_a_user_hears_it_and_on_peoples_chords(
    tiny_model: Path, tmp_path: Path
) -> None:
    data = write_songs(tmp_path / "chorales", [chorale(seed) for seed in range(14)])
    songs = read_training_set(data, "chorale")
    unseen = excerpts(songs.held_out, 2)
    alone, told = of_models("bach", tiny_model.parent, unseen)
    assert of_models("pop", tiny_model.parent, unseen) == []
    figures = measure(alone, unseen, CopyIndex.of(songs.songs)).figures
    assert figures["two seeds, share of different"].value > 0
    assert figures["seconds for 64 bars, median"].value > 0
    assert 0 <= figures["sample melodies: bass ends on the tonic"].value <= 1
    on_theirs = measure(told, unseen, CopyIndex.of(songs.songs)).figures
    assert on_theirs["plan: triad as people's"].value == 1.0


def test_a_model_that_learned_these_songs_is_named(tiny_model: Path) -> None:
    learned = CopyIndex.load(tiny_model).songs[0]
    assert learned_before("bach", tiny_model.parent, {learned, "new"}) == {tiny_model.name: 1}
    assert learned_before("bach", tiny_model.parent, {"new"}) == {}


def test_rolls_are_drawn_for_each_melody_and_on_a_sheet(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolls, "samples", lambda: samples()[:2])
    rolls.main(tmp_path, tiny_model.parent)
    drawn = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    names = [f"{tiny_model.name}/{sample.id}.png" for sample in samples()[:2]]
    assert drawn == sorted([f"{tiny_model.name}.png", *names])
    assert all((tmp_path / name).read_bytes()[1:4] == b"PNG" for name in drawn)
