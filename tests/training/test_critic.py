"""A critic is trained by one command, and what it says of itself is true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import SONGS, train_tiny, tune, write_songs
from safetensors.numpy import load as load_tensors

from studio.catalog import Card, Model
from studio.composing import Request, load_band
from studio.music.score import Score
from studio.techniques import Critic
from studio.training.critic import ACCURACY, CHOICES, PREFERENCE, examined, learned, main
from studio.training.excerpts import excerpts
from studio.training.songs import read_training_set

MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny("transformer", "pop", tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_songs(tmp_path_factory.mktemp("songs"), [SONGS["pop"](n) for n in range(14)])


def test_one_command_gives_a_model_its_critic(model: Path, data: Path) -> None:
    before = Card.read(model)

    def train(seed: int) -> bytes:
        main(model.name, [data], model.parent, most=6, updates=2, seed=seed)
        return (model / Model.CRITIC).read_bytes()

    first = train(0)
    assert train(0) == first  # the same seed, the same critic
    assert train(1) != first
    assert len(first) <= MOST_BYTES
    after = Card.read(model)
    assert after.choices == CHOICES
    assert {0 <= after.measures[name] <= 1 for name in (ACCURACY, PREFERENCE)} == {True}
    assert replace(after, choices=1, measures=before.measures) == before
    band = load_band(model, "cpu")
    piece = band.compose(Request(tune(4), before.id, 3))
    assert piece.recipe.chosen
    assert load_band(model, "cpu").replay(piece.recipe).midi == piece.midi


def test_it_learns_to_tell_and_says_how_well(model: Path, data: Path) -> None:
    """Bands of which all notes are an octave too high are not people's."""
    card = Card.read(model)
    songs = read_training_set(data, card.layout)
    lessons, exam = (
        [(e, [_an_octave_higher(e.score)] * 2) for e in excerpts(side, 40)]
        for side in (songs.songs, songs.held_out)
    )
    critic = learned(lessons, card, updates=30, seed=0)
    found = examined(critic, exam)
    assert found[PREFERENCE] > 0.9
    assert found[ACCURACY] > 0.9
    by_chance = examined(Critic.fresh(len(card.parts) + 1), exam)
    assert np.isclose(by_chance[ACCURACY], 0.5, atol=0.25)


def _an_octave_higher(score: Score) -> Score:
    tracks = [
        replace(track, notes=tuple(replace(note, pitch=note.pitch + 12) for note in track.notes))
        for track in score.tracks[1:]
    ]
    return score.with_tracks([score.tracks[0], *tracks])


def test_the_critic_that_a_gan_learned_against_is_kept_with_its_weights(
    tiny_model: Path, model: Path
) -> None:
    kept = load_tensors((tiny_model / Model.OPPONENT).read_bytes())
    assert kept
    assert all(value.dtype == np.float16 for value in kept.values())
    assert not (model / Model.OPPONENT).exists()
    assert load_band(tiny_model, "cpu").critic is None  # it listens to pictures, not to bands
