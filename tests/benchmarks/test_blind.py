"""The blind judges: they tell apart what differs, are lost where nothing does, and never meet a
song of the test before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from helpers import BEAT, chorale, pop_song, write_songs
from numpy.typing import NDArray

from benchmarks import blind
from benchmarks.blind_classifier import (
    Case,
    Heard,
    Training,
    by_features,
    by_roll,
    hear,
    pairs,
)
from benchmarks.interval import Figure
from studio.composing import Band, Composition, Request, load_band
from studio.ground.errors import BadScore
from studio.music.score import Metre, Note, Score, Track, transpose
from studio.training.excerpts import BARS, CONTEXT_BARS, Excerpt, between, excerpts
from studio.training.songs import TrainingSet, read_training_set

TOY_BARS = 2
HALVES, QUARTERS = 2 * BEAT, BEAT
SHORT = Training(judges=1, updates=60, rate=1e-2, decay=0.02)
Judge = Callable[[Case, Case, Training], NDArray[np.float64]]
JUDGES: list[Judge] = [by_roll, by_features]


def toy(rng: np.random.Generator, every: int) -> Score:
    """Two bars: any melody in quarters, a bass anywhere and its triads, struck `every` so often
    (ticks)."""
    end = TOY_BARS * 4 * BEAT
    tune = [Note(start, int(rng.integers(72, 80)), BEAT) for start in range(0, end, BEAT)]
    roots = rng.integers(36, 48, end // every).tolist()
    bass = [Note(i * every, root, BEAT) for i, root in enumerate(roots)]
    keys = [replace(note, pitch=note.pitch + step) for note in bass for step in (24, 28, 31)]
    return Score(
        (Track("Melody", tuple(tune)), Track("Bass", tuple(bass)), Track("Keys", tuple(keys)))
    )


def case(seed: int, songs: int, theirs: int) -> Case:
    """People play in halves, others as often as `theirs`; two excerpts of each song."""
    rng = np.random.default_rng(seed)
    count = 2 * songs
    people, others = (
        hear([toy(rng, every) for _ in range(count)], [0] * count, TOY_BARS)
        for every in (HALVES, theirs)
    )
    return pairs(people, others, [f"{seed}-{i // 2}" for i in range(count)])


@pytest.mark.parametrize("by", JUDGES)
def test_bands_that_differ_are_told_apart(by: Judge) -> None:
    test = case(1, 10, QUARTERS)
    right = (by(case(0, 20, QUARTERS), test, SHORT) > 0) == (test.labels > 0)
    assert right.mean() > 0.9


@pytest.mark.parametrize("by", JUDGES)
def test_bands_of_the_same_kind_are_not(by: Judge) -> None:
    test = case(1, 60, HALVES)
    right = (by(case(0, 20, HALVES), test, SHORT) > 0) == (test.labels > 0)
    assert 0.4 < right.mean() < 0.6


def test_the_better_judge_counts_with_an_interval_over_songs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blind, "by_roll", quick)
    monkeypatch.setattr(blind, "by_features", lambda learn, test: -quick(learn, test))
    verdict = blind.judge("busy", case(0, 2, QUARTERS), case(1, 10, QUARTERS))
    assert verdict.accuracy == Figure(1.0, 1.0, 1.0)
    assert verdict.judges == {blind.BY_ROLL: 1.0, blind.BY_FEATURES: 0.0}
    assert (verdict.excerpts, verdict.songs) == (40, 10)


def test_a_song_on_both_sides_is_refused() -> None:
    one = case(0, 4, QUARTERS)
    with pytest.raises(ValueError, match="both sides"):
        blind.judge("busy", one, one)


def test_a_judge_hears_neither_key_nor_loudness_nor_instrument_nor_a_hairs_breadth() -> None:
    score = toy(np.random.default_rng(0), HALVES)

    def disguised(track: Track) -> Track:
        notes = [replace(n, velocity=30, duration_ticks=n.duration_ticks - 9) for n in track.notes]
        return transpose(replace(track, notes=tuple(notes), program=40), 2)

    other = replace(score, tempo_bpm=180.0).with_tracks(map(disguised, score.tracks))
    plain, moved = hear([score], [0], TOY_BARS), hear([other], [2], TOY_BARS)
    assert np.array_equal(plain.rolls, moved.rolls)
    assert np.array_equal(plain.features, moved.features, equal_nan=True)


def test_metres_share_one_length() -> None:
    score = toy(np.random.default_rng(0), HALVES)
    waltz = replace(score, metre=Metre(3, 4)).with_tracks(
        replace(t, notes=tuple(n for n in t.notes if n.end_tick <= 6 * BEAT)) for t in score.tracks
    )
    both = hear([score, waltz], [0, 0], TOY_BARS)
    assert both.rolls.shape[3] == 32
    assert not both.rolls[1, :, :, 24:].any()
    assert both.features.shape[0] == 2


def test_bands_of_other_parts_are_refused() -> None:
    score = toy(np.random.default_rng(0), HALVES)
    people = hear([score], [0], TOY_BARS)
    with pytest.raises(BadScore, match="parts"):
        pairs(people, hear([score.with_tracks(score.tracks[:2])], [0], TOY_BARS), ["song"])


# With songs


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    return write_songs(folder, [pop_song(seed, bars=20) for seed in range(26)])


@pytest.fixture(scope="module")
def songs(data: Path) -> TrainingSet:
    return read_training_set(data, "pop")


def test_judges_borrowers_and_test_share_no_title(songs: TrainingSet) -> None:
    twin = replace(songs.songs[0], name="twin")
    held_out = songs.held_out[0].name
    titles = songs.titles | {"twin": songs.titles[held_out]}
    lessons, borrowed = blind.apart(replace(songs, songs=[*songs.songs, twin], titles=titles))
    sides = [{song.name for song in side} for side in (lessons, borrowed, songs.held_out)]
    assert not sides[0] & sides[1]
    assert not (sides[0] | sides[1]) & (sides[2] | {"twin"})
    assert sides[0] | sides[1] == {song.name for song in songs.songs}


def quick(learn: Case, test: Case) -> NDArray[np.float64]:
    """A judge who says that who plays many notes is none of the people."""
    notes = test.heard.rolls[:, 1:, 0].sum((1, 2, 3))
    return np.asarray(notes - np.median(notes))


def test_the_command_judges_everyone(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blind, "by_roll", quick)
    monkeypatch.setattr(blind, "by_features", quick)
    into = tmp_path / "blind.json"
    (tmp_path / "models").mkdir()
    blind.main("pop", [data], tmp_path / "models", 4, into)
    found = json.loads(into.read_text(encoding="utf-8"))
    wanted = {"any song", "block chords", "nearest song", "parallel", "random", "texture"}
    assert set(found["bands"]) == wanted | {blind.AT_RANDOM}
    assert all(0 <= band["accuracy"][0] <= 1 for band in found["bands"].values())
    assert found["bands"]["random"]["excerpts"] == 8
    assert found["machine"]
    assert found["date"]
    assert "tested on 4 excerpts" in capsys.readouterr().out


def test_a_genre_there_is_not_is_refused(data: Path) -> None:
    with pytest.raises(typer.BadParameter, match="polka"):
        blind.main("polka", [data])


def test_a_model_plays_in_the_song_and_is_cut_out_of_it(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = chorales(tmp_path)
    excerpt = excerpts(songs.held_out, 10)[-1]  # bars 9 to 16 of 20
    whole: list[Score] = []

    def listened(band: Band, request: Request) -> Composition:
        piece = compose(band, request)
        whole.append(piece.score)
        return piece

    compose = Band.compose
    monkeypatch.setattr(Band, "compose", listened)
    band = load_band(tiny_model, "cpu")
    played = blind.play(band, excerpt, [*songs.songs, *songs.held_out], 1)
    assert [track.name for track in played.tracks] == [t.name for t in excerpt.score.tracks]
    assert played.tracks[0] == excerpt.score.tracks[0]
    bar = excerpt.score.metre.bar_ticks
    around = CONTEXT_BARS * bar
    assert whole[0].end_tick == around + BARS * bar + around
    for track, piece in zip(played.tracks, whole[0].tracks, strict=True):
        assert track.notes == between(piece, around, around + BARS * bar).notes


def test_a_model_is_not_tested_on_what_it_learned(tiny_model: Path, tmp_path: Path) -> None:
    songs = chorales(tmp_path)
    learn, test = excerpts(songs.songs, 1), excerpts(songs.held_out, 2)
    assert heard_of(tiny_model, songs, learn, test) == [*range(len(test))]
    known = load_band(tiny_model, "cpu").copies
    assert known is not None
    titles = dict.fromkeys(songs.titles, known.songs[0])
    assert heard_of(tiny_model, replace(songs, titles=titles), learn, test) == []


def heard_of(
    model: Path, songs: TrainingSet, learn: Sequence[Excerpt], test: Sequence[Excerpt]
) -> list[int]:
    """Which excerpts of the test the model is heard with."""
    (played,) = blind.of_models("bach", model.parent, songs, learn, test)
    assert len(played.learn) == len(learn)
    assert len(played.test) == len(played.kept)
    return list(played.kept)


def chorales(folder: Path) -> TrainingSet:
    songs = [chorale(seed, bars=20) for seed in range(14)]
    return read_training_set(write_songs(folder / "chorales", songs), "chorale")


def test_some_of_what_was_heard() -> None:
    heard = Heard(np.zeros((3, 1, 2, 16, 84), np.uint8), np.arange(6.0).reshape(3, 2))
    assert heard.take([2, 0]).features.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert len(heard.take([1])) == 1
