"""A critic chooses among takes, passage by passage; with small networks of random weights."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from bands import compose, rewrite, stream, variations
from helpers import shift, train_tiny, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.arrangement import Arrangement
from studio.catalog import Model, pack, unpack
from studio.composing import Band, Recipe, Request, load_band
from studio.composing.choosing import PASSAGE
from studio.ground.errors import BadKnob, BadModel
from studio.music.score import Note, Score, Track
from studio.techniques import Critic
from studio.techniques.transformer import context_window

MOST_BYTES = 1_500_000


def critic_of(band: Band, seed: int = 0) -> Critic:
    """A critic of random weights, who likes some takes better than others."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        critic = Critic.fresh(len(band.card.parts) + 1)
    for name, weight in critic.network.named_parameters():
        if name.endswith("odds.weight"):
            weight.mul_(1e6)  # or it would care for nothing
    return critic


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny("transformer", "pop", tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def alone(folder: Path) -> Band:
    return load_band(folder, "cpu")


@pytest.fixture(scope="module")
def band(alone: Band) -> Band:
    return replace(alone, critic=critic_of(alone), card=replace(alone.card, choices=4))


@pytest.fixture(scope="module")
def gan(tmp_path_factory: pytest.TempPathFactory) -> Band:
    band = load_band(train_tiny("gan", "pop", tmp_path_factory.mktemp("tiny")), "cpu")
    return replace(band, critic=critic_of(band), card=replace(band.card, choices=4))


def test_a_band_without_a_critic_and_one_choice_are_as_before(alone: Band, band: Band) -> None:
    melody = tune(5)
    before = compose(alone, melody, 3)
    assert "chosen" not in before.recipe.to_json()
    assert compose(alone, melody, 3, choices=8).midi == before.midi
    assert compose(band, melody, 3, choices=1).midi == before.midi
    assert compose(band, melody, 3, choices=1).recipe == before.recipe


@pytest.mark.parametrize("kind", ["band", "gan"])
def test_a_chosen_band_is_made_again_from_its_recipe_without_the_critic(
    kind: str, request: pytest.FixtureRequest
) -> None:
    band: Band = request.getfixturevalue(kind)
    piece = compose(band, tune(5), 3)
    assert piece.midi == compose(band, tune(5), 3).midi
    told = json.loads(json.dumps(piece.recipe.to_json()))
    assert told["chosen"][-1][0] == 5
    for later in (band, replace(band, critic=None), replace(band, critic=critic_of(band, 1))):
        again = later.replay(Recipe.from_json(told))
        assert again.midi == piece.midi
        assert again.recipe == piece.recipe


def test_a_long_band_is_made_again_though_the_memory_was_full(
    band: Band, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context_window, "LONGEST", 220)
    monkeypatch.setattr(context_window, "_AGAIN", 80)
    piece = compose(band, tune(24), 1)
    assert sum(len(track.notes) for track in piece.score.tracks) > 100
    assert replace(band, critic=None).replay(piece.recipe).midi == piece.midi


@pytest.mark.parametrize("begins", [0, 2])
def test_an_arranged_band_and_one_that_waits_are_chosen_and_made_again(
    band: Band, begins: int
) -> None:
    melody = tune(4)
    late = shift(melody.tracks[0], begins * melody.metre.bar_ticks)
    wanted = Arrangement.usual({"drums": "pop", "feel": 0.5})
    pieces = list(stream(band, melody.with_tracks([late]), 3, arrangement=wanted))
    assert {"Bass", "Keys", "Drums"} <= {track.name for track in pieces[-1].score.tracks}
    for piece in pieces:
        assert piece.recipe.chosen
        assert replace(band, critic=None).replay(piece.recipe).midi == piece.midi
    doubts = band.doubts(pieces[-1].score)
    assert set(doubts.notes) == {"Bass", "Keys"}


def test_what_was_heard_stays(band: Band) -> None:
    pieces = list(stream(band, tune(5), 3))
    assert [piece.recipe.bars for piece in pieces] == [PASSAGE, 2 * PASSAGE, None]
    for piece, later in pairwise(pieces):
        assert later.recipe.chosen[: len(piece.recipe.chosen)] == piece.recipe.chosen
        end = (piece.recipe.bars or 0) * piece.score.metre.bar_ticks
        assert until(later.score, end) == until(piece.score, end)
        assert band.replay(piece.recipe).midi == piece.midi  # as far as it was written


def until(score: Score, end: int) -> list[list[tuple[int, int]]]:
    """When notes begin before a tick, and which."""
    return [
        [(note.start_tick, note.pitch) for note in track.notes if note.start_tick < end]
        for track in score.tracks
    ]


def test_the_choice_is_the_critics(band: Band) -> None:
    other = replace(band, critic=critic_of(band, 1))
    seeds = range(4)
    assert [compose(band, tune(4), s).midi for s in seeds] != [
        compose(other, tune(4), s).midi for s in seeds
    ]


def test_takes_are_each_chosen(band: Band) -> None:
    takes = variations(band, tune(4), 7, count=3)
    assert [take.midi for take in takes] == [compose(band, tune(4), 7 + i).midi for i in range(3)]
    assert len({take.midi for take in takes}) == 3


def test_a_chosen_piece_is_written_anew_and_thought_about(band: Band) -> None:
    piece = compose(band, tune(4), 3)
    anew = rewrite(band, piece, {"Keys": [1]}, 5)
    assert band.replay(anew.recipe).midi == anew.midi
    keys = piece.score.tracks[2]
    for note in (keys.notes[0], keys.notes[-1]):
        thought = band.think(piece.recipe, "Keys", note)
        assert thought.options


@given(seed=st.integers(0, Request.MAX_SEED), bars=st.integers(1, 4))
@settings(max_examples=8, deadline=None)
def test_a_choice_among_one_is_that_one(alone: Band, band: Band, seed: int, bars: int) -> None:
    assert compose(band, tune(bars), seed, choices=1).midi == compose(alone, tune(bars), seed).midi


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": 0}, {"choices": Request.MOST_CHOICES + 1}, {"chosen": ((0, 1),)},
        {"chosen": ((2, 1), (2, 0))}, {"chosen": ((2, -1),)}, {"chosen": ((2, 99),)},
    ],
)  # fmt: skip
def test_a_choice_that_is_none_is_refused(alone: Band, wrong: dict[str, object]) -> None:
    with pytest.raises(BadKnob):
        compose(alone, tune(4), 0, **wrong)


def test_doubts_are_a_number_for_each_bar_and_each_note(band: Band) -> None:
    piece = compose(band, tune(5), 3)
    doubts = band.doubts(piece.score)
    assert len(doubts.bars) == piece.score.bars
    found = {name: len(notes) for name, notes in doubts.notes.items()}
    assert found == {track.name: len(track.notes) for track in piece.score.tracks[1:]}
    of_notes = [doubt for notes in doubts.notes.values() for doubt in notes]
    assert np.isfinite([*doubts.bars, *of_notes]).all()
    assert any(of_notes)
    drums = Track("Drummer", (Note(0, 36, 120, 80),), is_drum=True)
    more = piece.score.with_tracks([*piece.score.tracks, drums])
    assert doubts == band.doubts(piece.score) == band.doubts(more)  # what others play is not heard


def test_doubts_need_a_critic_and_its_parts(alone: Band, band: Band) -> None:
    piece = compose(alone, tune(2), 3)
    with pytest.raises(BadKnob, match="critic"):
        alone.doubts(piece.score)
    with pytest.raises(BadKnob, match="lacks parts"):
        band.doubts(piece.score.with_tracks(piece.score.tracks[:2]))


def test_a_critic_lies_beside_its_model(folder: Path, alone: Band, tmp_path: Path) -> None:
    there = shutil.copytree(folder, tmp_path / folder.name)
    weights = critic_of(alone).weights
    assert {name: value.shape for name, value in weights.items()} == Critic.shapes(3)
    data = Model.packed(weights)
    assert len(data) <= MOST_BYTES
    (there / Model.CRITIC).write_bytes(data)
    band = load_band(there, "cpu")
    assert band.critic is not None
    assert band.weights_id == alone.weights_id
    card = unpack(pack(there), tmp_path / "given")
    given = tmp_path / "given" / card.id
    assert (given / Model.CRITIC).read_bytes() == data
    (there / Model.CRITIC).write_bytes(data[:-9])
    with pytest.raises(BadModel, match="critic"):
        load_band(there, "cpu")
    (there / Model.CRITIC).write_bytes(Model.packed({"other": np.zeros(3)}))
    for use in (load_band, pack):
        with pytest.raises(BadModel, match="critic"):
            use(there)
