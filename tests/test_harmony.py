"""The chord plan: keys of known tunes, chords that fill every bar, tables that survive the disk."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from helpers import BEAT, chorale, line, tune
from hypothesis import given
from hypothesis import strategies as st

from studio import harmony
from studio.catalog import SHIPPED
from studio.errors import BadModel
from studio.harmony import (
    ChordPlan,
    HarmonyExample,
    HarmonyTables,
    fit,
    implied_triads,
    load_tables,
    melody_weights,
    plan_chords,
    save_tables,
    unit_ticks,
    viterbi,
)
from studio.samples import sample_melody, samples
from studio.score import STEP_TICKS, ChordMark, Metre, Note, Track, quantise, transpose
from studio.theory import NO_CHORD, Key

MODELS = sorted(path.parent.name for path in SHIPPED.glob("*/harmony.json"))


def synthetic_tables(per_beat: bool = True) -> HarmonyTables:
    """Counted from made-up chorales, whose keys are known."""
    examples = []
    for seed in range(6):
        song = chorale(seed)
        ticks = unit_ticks(song.metre, per_beat)
        notes = [note for track in song.tracks for note in track.notes]
        triads = implied_triads(notes, -(-song.end_tick // ticks), ticks)
        signature = song.tracks[3].notes[0].pitch % 12  # they begin on the tonic
        examples.append(HarmonyExample(song.tracks[0].notes, song.metre, triads, signature))
    return fit(examples, per_beat)


TABLES = {per_beat: synthetic_tables(per_beat) for per_beat in (True, False)}


@pytest.mark.parametrize("sample", [sample.id for sample in samples()])
@pytest.mark.parametrize("model", MODELS)
def test_the_key_of_a_known_tune_is_found(model: str, sample: str) -> None:
    melody = sample_melody(sample)
    tables = load_tables(SHIPPED / model / "harmony.json")
    notes = quantise(melody.tracks[0], STEP_TICKS).notes
    assert str(plan_chords(notes, melody.bars, melody.metre, tables).key) == melody.key


@pytest.mark.parametrize("semitones", range(-5, 7))
def test_a_tune_moved_has_its_plan_moved(semitones: int) -> None:
    melody = tune(4)
    plan = plan_chords(melody.tracks[0].notes, 4, melody.metre, TABLES[True])
    moved = transpose(melody.tracks[0], semitones)
    other = plan_chords(moved.notes, 4, melody.metre, TABLES[True])
    assert other.key == Key((plan.key.tonic + semitones) % 12, plan.key.minor)
    assert [t % 12 for t in other.triads] == [(t + semitones) % 12 for t in plan.triads]


@pytest.mark.parametrize("per_beat", [True, False])
@pytest.mark.parametrize("bars", [1, 2, 7, 64])
@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 4), Metre(5, 4)])
def test_a_plan_covers_every_bar(metre: Metre, bars: int, per_beat: bool) -> None:
    melody = tune(bars, metre)
    plan = plan_chords(melody.tracks[0].notes, bars, metre, TABLES[per_beat])
    assert len(plan.triads) * plan.unit_ticks == bars * metre.bar_ticks
    assert NO_CHORD not in plan.triads
    assert all(mark.start_tick < bars * metre.bar_ticks for mark in plan.marks())


def test_a_known_key_is_kept() -> None:
    melody = tune(4)
    plan = plan_chords(melody.tracks[0].notes, 4, melody.metre, TABLES[True], Key(9, True))
    assert plan.key == Key(9, True)


@pytest.mark.parametrize(
    ("key", "tonic_triad"), [(Key(0), 0), (Key(9, True), 21), (Key(7), 7), (Key(4, True), 16)]
)
def test_a_tune_in_a_known_key_closes_on_its_tonic(key: Key, tonic_triad: int) -> None:
    notes = line([key.tonic + 60 + step for step in (0, 2, 3 + (not key.minor), 0)])
    plan = plan_chords(notes, 1, Metre(), TABLES[True], key)
    assert plan.triads[-1] == tonic_triad


def test_a_plan_without_notes_still_has_chords() -> None:
    plan = plan_chords((), 2, Metre(), TABLES[False])
    assert len(plan.triads) == 4


@pytest.mark.parametrize(
    ("metre", "per_beat", "ticks"),
    [(Metre(4, 4), False, 960), (Metre(3, 4), False, 1440), (Metre(2, 4), False, 960),
     (Metre(6, 8), False, 720), (Metre(4, 4), True, 480), (Metre(6, 8), True, 240)],
)  # fmt: skip
def test_how_long_a_chord_lasts(metre: Metre, per_beat: bool, ticks: int) -> None:
    assert unit_ticks(metre, per_beat) == ticks


def test_marks_stand_where_the_chord_changes() -> None:
    plan = ChordPlan(Key(0), 960, (0, 0, 7, 21))
    assert plan.marks() == (ChordMark(0, "C"), ChordMark(1920, "G"), ChordMark(2880, "Am"))
    assert [plan.triad_at(tick) for tick in (0, 1919, 1920, 3000, 99_999)] == [0, 0, 7, 21, 21]
    assert ChordPlan(Key(0), 960, ()).triad_at(0) == NO_CHORD


def test_chords_spelt_by_four_voices_are_heard() -> None:
    c_major = [Note(0, pitch, BEAT) for pitch in (48, 60, 64, 67)]
    a_minor = [Note(BEAT, pitch, BEAT) for pitch in (45, 60, 64, 69)]
    assert implied_triads([*c_major, *a_minor], 3, BEAT) == (0, 21, NO_CHORD)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 127), st.integers(1, 900))))
def test_a_note_is_weighed_by_how_long_it_sounds(rows: list[tuple[int, int, int]]) -> None:
    notes = [Note(*row) for row in rows]
    weights = melody_weights(notes, 12, BEAT)
    accents = sum(0.5 if note.start_tick % BEAT == 0 else 0.25 for note in notes)
    beats = sum(note.duration_ticks for note in notes) / BEAT
    assert weights.shape == (12, 12)
    assert weights.sum() == pytest.approx(beats + accents)


def test_the_search_finds_the_best_path() -> None:
    """Against all 24 * 24 * 24 paths, one by one."""
    tables = TABLES[True]
    evidence = np.random.default_rng(3).normal(size=(3, 24))
    strong = np.array([True, False, True])
    score, path = viterbi(evidence, strong, tables)
    a, b, c = np.meshgrid(*[np.arange(24)] * 3, indexing="ij")
    every = (
        tables.initial[a] + evidence[0, a]
        + tables.transition[0, a, b] - (a == b) * harmony._STAYING / 2 + evidence[1, b]
        + tables.transition[1, b, c] - (b == c) * harmony._STAYING + evidence[2, c]
        + tables.final[c]
    )  # fmt: skip
    assert score == pytest.approx(every.max())
    assert tuple(path) == np.unravel_index(every.argmax(), every.shape)


@pytest.mark.parametrize("per_beat", [True, False])
def test_counted_tables_are_probabilities(per_beat: bool) -> None:
    tables = TABLES[per_beat]
    for table in (tables.emission, tables.transition, tables.initial, tables.final, tables.closing):
        assert np.isfinite(table).all()
        np.testing.assert_allclose(np.exp(table).sum(-1), 1)


def test_tables_survive_the_disk(tmp_path: Path) -> None:
    save_tables(TABLES[True], tmp_path / "harmony.json")
    loaded = load_tables(tmp_path / "harmony.json")
    assert loaded.per_beat is True
    for field in fields(HarmonyTables)[1:]:
        before, after = getattr(TABLES[True], field.name), getattr(loaded, field.name)
        np.testing.assert_allclose(after, before, atol=1e-4)


DAMAGE = {
    "no JSON": "{",
    "a list": "[]",
    "no tables": "{}",
    "too deep": "[" * 100_000,
    "words for numbers": {"final": ["a"] * 24},
    "rows of unequal length": {"emission": [[0.0] * 12] * 23 + [[0.0] * 11]},
    "too few chords": {"emission": [[0.0] * 12] * 23},
    "a short last chord": {"final": [0.0] * 23},
    "a short last note": {"closing": [0.0]},
    "no number": {"initial": [float("nan")] * 24},
    "endless": {"transition": [[[float("inf")] * 24] * 24] * 2},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_damaged_tables_are_one_sentence(damage: str | dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "harmony.json"
    save_tables(TABLES[True], path)
    whole = json.loads(path.read_text())
    path.write_text(damage if isinstance(damage, str) else json.dumps({**whole, **damage}))
    with pytest.raises(BadModel, match="reinstall the model"):
        load_tables(path)


def test_missing_tables_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="reinstall the model"):
        load_tables(tmp_path / "harmony.json")


def test_a_rest_is_no_reason_to_stop() -> None:
    notes = replace(Track("A", line([60, 0, 0, 0, 0, 0, 0, 62]))).notes
    assert len(plan_chords(notes, 2, Metre(), TABLES[True]).triads) == 8
