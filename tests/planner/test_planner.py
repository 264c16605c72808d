"""The chord planner: what it promises of any tune, and known answers of the shipped one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import tune

from studio.composing import PLANNER
from studio.corpus.chords import ChordSong
from studio.errors import BadModel
from studio.harmony import unit_ticks
from studio.planner.inputs import INPUTS, STYLES, UNKNOWN, rows, shifted, tune_of
from studio.planner.network import PlannerNet
from studio.planner.plan import Planner, load, plan
from studio.planner.search import best_path, perturbed
from studio.samples import sample_melody, samples
from studio.score import Metre
from studio.theory import TRIADS, Key, triad_tones
from studio.training.planner import example, learn, save, transitions

SAMPLES = [sample.id for sample in samples()]


@pytest.fixture(scope="module")
def planner() -> Planner:
    return load(PLANNER)


@pytest.mark.parametrize("per_beat", [False, True])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_known_tune_is_heard_in_its_key_and_closes_on_its_tonic(
    planner: Planner, sample: str, per_beat: bool
) -> None:
    melody = sample_melody(sample)
    style = "chorales" if per_beat else "pop"
    notes = melody.tracks[0].notes
    found = plan(planner, notes, melody.bars, melody.metre, style=style, per_beat=per_beat)
    assert str(found.key) == melody.key
    assert found.triads[-1] == found.key.tonic + 12 * found.key.minor


def test_twinkle_has_the_chords_of_any_songbook(planner: Planner) -> None:
    melody = sample_melody("twinkle")
    found = plan(planner, melody.tracks[0].notes, melody.bars, melody.metre, style="pop")
    assert [mark.symbol for mark in found.marks()][:7] == ["C", "F", "C", "F", "C", "G", "C"]


@pytest.mark.parametrize("bars", [1, 7, 64])
@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 4), Metre(5, 4)])
def test_a_plan_covers_every_bar(planner: Planner, metre: Metre, bars: int) -> None:
    found = plan(planner, tune(8).tracks[0].notes, bars, metre)
    assert len(found.triads) * found.unit_ticks == bars * metre.bar_ticks
    assert all(0 <= triad < TRIADS for triad in found.triads)


def test_no_notes_at_all_still_have_chords(planner: Planner) -> None:
    assert len(plan(planner, [], 4, Metre()).triads) == 8


def test_fixed_chords_stay_and_a_known_key_is_kept(planner: Planner) -> None:
    melody = sample_melody("ode-to-joy")
    known = {4: 11, 5: 11, 9: 14}
    notes = melody.tracks[0].notes
    found = plan(planner, notes, melody.bars, melody.metre, key=Key(2), known=known, style="pop")
    assert {unit: found.triads[unit] for unit in known} == known
    assert found.key == Key(2)


def test_risk_draws_other_plans_and_the_same_seed_the_same(planner: Planner) -> None:
    melody = sample_melody("ode-to-joy")

    def drawn(seed: int, risk: float) -> tuple[int, ...]:
        rng = np.random.default_rng(seed)
        notes = melody.tracks[0].notes
        return plan(planner, notes, melody.bars, melody.metre, risk=risk, rng=rng).triads

    assert drawn(1, 0.8) == drawn(1, 0.8) != drawn(2, 0.8)
    assert drawn(1, 0.0) == drawn(2, 0.0)


def test_the_search_finds_the_best_path_and_keeps_what_is_fixed() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(size=(3, TRIADS))
    flat = np.zeros((2, TRIADS, TRIADS))
    strong = np.array([True, False, True])
    path = best_path(odds, strong, flat, minor=False)
    assert path[:2].tolist() == odds[:2].argmax(1).tolist()
    assert best_path(odds, strong, flat, False, {1: 13})[1] == 13
    assert np.array_equal(perturbed(odds, 0.0, rng), odds)


@pytest.mark.parametrize("semitones", range(12))
def test_a_tune_moved_is_the_same_rows_in_c(semitones: int) -> None:
    melody = tune(4)
    moved = tune(4, tonic=60 + semitones) if semitones < 8 else melody
    by = semitones if semitones < 8 else 0
    ticks = unit_ticks(melody.metre, per_beat=False)
    unknown = np.full(8, UNKNOWN)
    there = rows(tune_of(moved.tracks[0].notes, melody.metre, 8, ticks), -by, True, unknown)
    here = rows(tune_of(melody.tracks[0].notes, melody.metre, 8, ticks), 0, True, unknown)
    pitched = 15 * 12
    assert there.shape == (8, INPUTS)
    np.testing.assert_allclose(there[:, :pitched], here[:, :pitched], atol=1e-6)


def test_shifting_triads_keeps_silence_and_the_unknown() -> None:
    assert shifted(np.array([0, 21, 24, 25]), 3).tolist() == [3, 12, 24, 25]


def test_a_small_planner_learns_a_rule_and_survives_the_disk(tmp_path: Path) -> None:
    songs = [_song(tonic) for tonic in range(4)]
    torch.manual_seed(0)
    net = PlannerNet()
    for _ in learn(net, {"pop": [example(song) for song in songs]}, steps=60, seed=0):
        pass
    save(net, transitions(songs), {"title": "Test"}, tmp_path)
    read = load(tmp_path)
    song = songs[0]
    found = plan(read, song.notes, 4, song.metre, style="pop", key=Key(song.signature))
    agreed = np.mean([a == b for a, b in zip(found.triads, song.triads, strict=True)])
    assert agreed >= 0.5  # chance is one in twenty-four


def _song(tonic: int) -> ChordSong:
    """Each half bar's melody spells the chord to be found."""
    from studio.score import Note

    triads = [(tonic + step) % 12 for step in (0, 5, 7, 0, 0, 5, 7, 0)]
    notes = [
        Note(unit * 960 + place * 240, 60 + tone, 240)
        for unit, triad in enumerate(triads)
        for place, tone in enumerate((*triad_tones(triad), triad))
    ]
    return ChordSong(
        "song", STYLES[0], tuple(notes), Metre(), 960, tuple(triads), (0,) * 8, tonic, 1.0
    )


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x00" * 64])
def test_a_damaged_planner_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "weights.safetensors").write_bytes(damage)
    with pytest.raises(BadModel, match="install Tutti again"):
        load(tmp_path)


def test_a_missing_planner_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="install Tutti again"):
        load(tmp_path)
