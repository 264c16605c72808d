"""Hearing a model in training: a band that plays what people played is at no distance from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import chorale, write_songs

from studio.catalog import GENRES
from studio.corpus.laid_out import LaidOut
from studio.measures.similarity_index import random_band
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import Note, Score, Track
from studio.techniques import Technique
from studio.techniques.losses import Loss
from studio.training.evaluation import evaluator
from studio.training.excerpts import excerpts
from studio.training.rows import CEILING, FLOOR, HIGH, INDEX, LOW
from studio.training.songs import read_training_set

PARTS = GENRES["bach"].parts
Play = Callable[[Score, ChordPlan], Score]


class Fake(Technique):
    """A technique that has nothing to learn."""

    id, title, description = "fake", "Fake", ""
    losses = {"loss": Loss("Loss", "None.")}  # noqa: RUF012

    def __init__(self, play: Play) -> None:
        self._play = play

    def network(self, parts: Sequence[Part], settings: Any) -> Any:
        raise NotImplementedError

    def build(self, parts: Sequence[Part], settings: Any, weights: Any, device: str) -> Any:
        return weights

    def play(
        self, player: Any, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Any,
        rng: Any,
    ) -> Score:  # fmt: skip
        assert len(melody.tracks) == 1
        return self._play(melody, plan)

    def trainer(self, *_: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def songs(tmp_path: Path) -> list[LaidOut]:
    data = write_songs(tmp_path / "songs", [chorale(seed, bars=16) for seed in range(12)])
    return read_training_set(data, "chorale").songs


def heard(songs: list[LaidOut], play: Play) -> dict[str, float]:
    found = evaluator(Fake(play), PARTS, None, songs, "cpu")
    assert found is not None
    evaluate, scale = found
    return evaluate({}) | scale


def people(songs: list[LaidOut], melody: Score) -> Score:
    """What people played to a melody."""
    return next(e.score for e in excerpts(songs, 99) if e.melody.tracks == melody.tracks)


def test_who_plays_as_people_did_is_at_no_distance(songs: list[LaidOut]) -> None:
    values = heard(songs, lambda melody, plan: people(songs, melody))
    assert values[INDEX] == 0.0
    assert values[LOW] <= values[INDEX] <= values[HIGH]
    assert 0 < values[FLOOR] < values[CEILING]


def test_who_plays_random_notes_is_near_the_ceiling(songs: list[LaidOut]) -> None:
    rng = np.random.default_rng(1)
    values = heard(songs, lambda melody, plan: random_band(people(songs, melody), rng))
    assert values[INDEX] == pytest.approx(values[CEILING], rel=0.2)
    assert values[INDEX] > 2 * values[FLOOR]


def test_a_model_hears_the_chords_that_people_chose(songs: list[LaidOut]) -> None:
    plans = []

    def play(melody: Score, plan: ChordPlan) -> Score:
        plans.append(plan)
        return people(songs, melody)

    heard(songs, play)
    chosen = [excerpt.plan for excerpt in excerpts(songs, 99)]
    assert plans
    assert all(plan in chosen for plan in plans)


def test_without_eight_bars_of_melody_nothing_is_heard(songs: list[LaidOut]) -> None:
    kind = Fake(lambda melody, plan: melody)
    assert evaluator(kind, PARTS, None, [], "cpu") is None
    silent = Track("Soprano", (Note(0, 60, 480),))
    quiet = [
        LaidOut(s.name, s.score.with_tracks([silent, *s.score.tracks[1:]]), (), 480, 0)
        for s in songs
    ]
    assert evaluator(kind, PARTS, None, quiet, "cpu") is None
