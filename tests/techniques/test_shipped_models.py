"""Every shipped model on every sample melody: the melody whole, a band there, few clashes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from bands import compose

from benchmarks.band_measures import difference
from studio.catalog import Model, models
from studio.composing import Band, Composition, load_band
from studio.ground.assets import SHIPPED
from studio.measures.band import clash, coverage
from studio.music import midi
from studio.music.melody import sample_melody, samples
from studio.music.score import Score, map_notes

IDS = [card.id for card in models()[0]]
SAMPLES = [sample.id for sample in samples()]
LEAST_COVERAGE = 0.7  # share of the bars in which two parts or more sound
MOST_CLASH = 0.12  # share of note pairs; a band from another song has 0.22


@pytest.fixture(scope="module", params=IDS)
def band(request: pytest.FixtureRequest) -> Band:
    return load_band(SHIPPED / request.param, "cpu")


@pytest.fixture(scope="module")
def pieces(band: Band) -> dict[str, Composition]:
    return {id: compose(band, sample_melody(id), seed=0) for id in SAMPLES}


def test_models_are_shipped_and_none_is_broken() -> None:
    assert "bach-gan" in IDS
    assert models()[1] == ()
    assert {path.name for path in SHIPPED.iterdir() if path.is_dir()} == set(IDS)


@pytest.mark.parametrize("id", IDS)
def test_a_card_says_what_a_user_must_know(id: str) -> None:
    [card] = [card for card in models()[0] if card.id == id]
    for text in (card.title, card.description, card.data, card.licence, card.follows):
        assert len(text) > 2
    assert card.id == f"{card.genre}-{card.technique}"
    weights = Model.read(SHIPPED / id).weights
    assert card.parameters == sum(value.size for value in weights.values())
    own = f"tutti train --genre {card.genre}"
    assert card.reproduce.startswith((own, "torchrun --nproc-per-node 2 -m studio.training.shared"))
    history = (SHIPPED / id / "history.jsonl").read_text().splitlines()
    assert [json.loads(row)["epoch"] for row in history] == list(range(1, len(history) + 1))
    assert len(history) == card.settings["epochs"]


def test_the_melody_is_kept_note_for_note(pieces: dict[str, Composition]) -> None:
    for id, piece in pieces.items():
        melody = sample_melody(id)
        assert piece.score.tracks[0] == melody.tracks[0]
        read = midi.read(piece.midi).score
        assert read.tracks[0] == melody.tracks[0]
        assert replace(read, title=piece.score.title) == piece.score


def test_two_parts_sound_in_most_bars(pieces: dict[str, Composition]) -> None:
    found = {id: coverage(piece.score) for id, piece in pieces.items()}
    assert min(found.values()) >= LEAST_COVERAGE, found


def test_few_notes_clash_with_the_melody(pieces: dict[str, Composition]) -> None:
    found = {id: clash(piece.score) for id, piece in pieces.items()}
    assert max(found.values()) <= MOST_CLASH, found


@pytest.mark.parametrize("sample", ["twinkle", "greensleeves"])
def test_the_same_seed_gives_the_same_bytes(
    band: Band, pieces: dict[str, Composition], sample: str
) -> None:
    assert compose(band, sample_melody(sample), seed=0).midi == pieces[sample].midi


@pytest.mark.parametrize("sample", SAMPLES)
def test_another_seed_gives_another_band(
    band: Band, pieces: dict[str, Composition], sample: str
) -> None:
    other = compose(band, sample_melody(sample), seed=1).score
    assert difference(pieces[sample].score, other) > 0.1


def test_another_melody_gives_another_band(pieces: dict[str, Composition]) -> None:
    in_four = [pieces[id].score for id in SAMPLES if pieces[id].score.metre.beats == 4]
    for number, one in enumerate(in_four):
        for other in in_four[number + 1 :]:
            assert difference(one, other) > 0.5


def test_a_melody_turned_upside_down_gives_another_band(band: Band) -> None:
    melody = sample_melody("ode-to-joy")
    [track] = melody.tracks
    upside_down = map_notes(track, lambda note: replace(note, pitch=132 - note.pitch))
    changed = melody.with_tracks([upside_down])
    one, other = compose(band, melody).score, compose(band, changed).score
    assert difference(one, other) > 0.1


def test_loudness_and_tempo_of_the_playing_do_not_change_the_notes(band: Band) -> None:
    melody = sample_melody("ode-to-joy")
    quiet = map_notes(melody.tracks[0], lambda note: replace(note, velocity=30))
    changed: Score = replace(melody, tracks=(quiet,), tempo_bpm=60.0)
    assert difference(compose(band, melody).score, compose(band, changed).score) == 0.0
