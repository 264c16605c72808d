"""What every technique of the registry promises, tried with a model trained for a few steps.

A new technique inherits these tests; its own are beside this file.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from bands import compose
from helpers import small_settings, train_tiny, tune

from studio.catalog import GENRES
from studio.composing import Band, Composition, load_band
from studio.composing.quantised_melody import QuantisedMelody
from studio.ground.errors import BadKnob, BadModel
from studio.music import midi
from studio.music.melody import sample_melody
from studio.music.score import Metre, Score
from studio.techniques import Technique, technique, techniques

TECHNIQUES, _ = techniques()

METRES = [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 4)]
every_technique = pytest.mark.parametrize("kind", TECHNIQUES.values(), ids=list(TECHNIQUES))


# one genre of each make of band; the shipped models' tests try the others
BANDS = {
    tuple((part.voices > 1, part.is_drum) for part in genre.parts): genre
    for genre in reversed(GENRES.values())
}
PLAYED = [
    (id, genre.id)
    for id, kind in TECHNIQUES.items()
    for genre in BANDS.values()
    if not kind.unfit(genre.parts)
]


@pytest.fixture(scope="module", params=PLAYED, ids="-".join)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    technique_id, genre = request.param
    return train_tiny(technique_id, genre, tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def band(folder: Path) -> Band:
    return load_band(folder, "cpu")


@every_technique
def test_settings_and_knobs_explain_themselves(kind: Technique) -> None:
    assert TECHNIQUES[kind.id] is kind is technique(kind.id)
    assert kind.title
    assert kind.description.endswith(".")
    for chosen in (kind.Settings, kind.Knobs):
        assert dataclasses.is_dataclass(chosen)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(chosen(), chosen.fields()[0].name, 1)
        for field in chosen.fields():
            assert field.help.endswith(".")
            assert field.low <= field.default <= field.high
            assert field.low < field.high
            assert type(field.low) is type(field.high) is type(field.default)
            assert field.step > 0


@every_technique
def test_every_end_of_a_range_can_be_chosen(kind: Technique) -> None:
    for chosen in (kind.Settings, kind.Knobs):
        assert chosen.parse({}) == chosen()
        for field in chosen.fields():
            for value in (field.low, field.high):
                assert getattr(chosen.parse({field.name: value}), field.name) == value
            for value in (field.low - 1, field.high + 1, float("nan")):
                with pytest.raises(BadKnob, match=field.label):
                    chosen.parse({field.name: value})


@every_technique
def test_a_seed_and_epochs_can_be_set(kind: Technique) -> None:
    names = {field.name for field in kind.Settings.fields()}
    assert {"seed", "epochs", "batch_size"} <= names
    assert small_settings(kind.id)


@every_technique
def test_it_plays_some_genre_and_says_why_not_another(kind: Technique) -> None:
    reasons = [kind.unfit(genre.parts) for genre in GENRES.values()]
    assert "" in reasons
    assert all(reason.endswith(".") for reason in reasons if reason)


def test_an_unknown_technique_is_one_sentence() -> None:
    with pytest.raises(BadModel, match="no technique called 'telepathy'"):
        technique("telepathy")


def check(piece: Composition, melody: Score, band: Band) -> None:
    """The melody note for note, then the card's parts inside their ranges and the piece's bars."""
    score = piece.score
    assert score.tracks[0] == melody.tracks[0]
    assert score.bars == melody.bars
    assert (score.tempo_bpm, score.metre) == (melody.tempo_bpm, melody.metre)
    assert [track.name for track in score.tracks[1:]] == [part.name for part in band.card.parts]
    end = melody.bars * melody.metre.bar_ticks
    for part, track in zip(band.card.parts, score.tracks[1:], strict=True):
        assert track.program == part.program
        assert track.end_tick <= end
        assert all(part.low <= note.pitch <= part.high for note in track.notes)
        for note in track.notes:
            together = sum(n.start_tick <= note.start_tick < n.end_tick for n in track.notes)
            assert together <= part.voices
    assert score.key is not None
    assert score.chords[0].start_tick == 0
    assert all(mark.start_tick < end for mark in score.chords)


@pytest.mark.parametrize("bars", [1, 64])
@pytest.mark.parametrize("metre", METRES, ids=str)
def test_a_band_for_the_shortest_and_the_longest_melody(
    band: Band, metre: Metre, bars: int
) -> None:
    melody = tune(bars, metre)
    piece = compose(band, melody, seed=1)
    check(piece, melody, band)
    assert any(track.notes for track in piece.score.tracks[1:])


@pytest.mark.parametrize("tonic", [12, 24, 60, 96, 115])
def test_a_melody_may_lie_anywhere_on_the_keyboard(band: Band, tonic: int) -> None:
    melody = tune(2, tonic=tonic)
    check(compose(band, melody, seed=1), melody, band)


@pytest.mark.parametrize("sample", ["greensleeves", "when-the-saints"])
def test_a_melody_with_a_pickup(band: Band, sample: str) -> None:
    melody = sample_melody(sample)
    check(compose(band, melody, seed=1), melody, band)


def test_every_knob_turned_to_its_ends_still_plays(band: Band) -> None:
    melody = tune(4)
    for field in technique(band.card.technique).Knobs.fields():
        for value in (field.low, field.high):
            piece = compose(band, melody, 1, knobs={field.name: value})
            check(piece, melody, band)
            assert piece.recipe.knobs[field.name] == value


def test_the_same_seed_gives_the_same_bytes(band: Band, folder: Path) -> None:
    melody = tune(8)
    first = compose(band, melody, seed=5)
    assert compose(band, melody, seed=5).midi == first.midi
    assert compose(load_band(folder, "cpu"), melody, seed=5).midi == first.midi
    assert midi.read(first.midi).score.tracks[0].notes == melody.tracks[0].notes


def test_another_seed_and_another_melody_give_another_band(band: Band) -> None:
    first = compose(band, tune(8), seed=5).score.tracks[1:]
    assert compose(band, tune(8), seed=6).score.tracks[1:] != first
    assert compose(band, tune(8, tonic=62), seed=5).score.tracks[1:] != first


def test_composing_on_the_technique_itself_leaves_the_melody_alone(band: Band) -> None:
    kind, melody = technique(band.card.technique), tune(4)
    plan = QuantisedMelody.of(melody).plan(band.planner, band.card)
    rng = np.random.default_rng(0)
    played = kind.play(band.module, band.card.parts, melody, plan, kind.Knobs(), rng)
    assert played.tracks[0] == melody.tracks[0]
    assert len(played.tracks) == 1 + len(band.card.parts)


def test_weights_that_do_not_fit_are_one_sentence(band: Band) -> None:
    kind = technique(band.card.technique)
    with pytest.raises(BadModel, match="do not fit its card"):
        kind.build(band.card.parts, kind.Settings.parse(band.card.settings), {}, "cpu")


def test_a_song_of_many_bars_is_played_to_its_end(band: Band) -> None:
    melody = dataclasses.replace(tune(100), tempo_bpm=120)
    score = compose(band, melody, seed=1).score
    assert score.tracks[0] == melody.tracks[0]
    notes = [note for track in score.tracks[1:] for note in track.notes]
    assert len({note.start_tick // melody.metre.bar_ticks for note in notes}) > 70
    assert 98 * melody.metre.bar_ticks < max(note.end_tick for note in notes) <= melody.end_tick
