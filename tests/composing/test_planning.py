"""How a melody is heard: on its bars whatever the last note does, and with chords as wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bands import compose
from helpers import BEAT, ROOT, line, train_tiny
from hypothesis import given
from hypothesis import strategies as st

import studio
from studio.composing import Band, Recipe, load_band
from studio.composing.quantised_melody import QuantisedMelody
from studio.ground.errors import BadKnob, BadScore, TuttiError
from studio.music import midi
from studio.music.melody import from_file, melody_to_json
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track

BAR = 4 * BEAT
TUNE = line([60, 62, 64, 65] * 4)


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Band:
    return load_band(train_tiny("gan", "pop", tmp_path_factory.mktemp("planning")), "cpu")


def with_last_note(start_tick: int, duration_ticks: int = BEAT) -> Score:
    """Four bars of quarters whose last note begins elsewhere."""
    notes = (*TUNE[:-1], Note(start_tick, 60, duration_ticks))
    return Score((Track("Melody", notes, 73),), 100.0)


@given(st.integers(3 * BAR, 4 * BAR + 200), st.integers(1, 2 * BAR))
def test_what_is_heard_lies_within_its_bars(start_tick: int, duration_ticks: int) -> None:
    heard = QuantisedMelody.of(with_last_note(start_tick, duration_ticks))
    assert 4 <= heard.bars <= 6
    for note in heard.voices.notes:
        assert note.start_tick % STEP_TICKS == note.duration_ticks % STEP_TICKS == 0
        assert note.duration_ticks > 0
        assert note.end_tick <= heard.bars * BAR


def test_a_last_note_just_before_or_held_over_the_bar_line_adds_no_bar() -> None:
    assert QuantisedMelody.of(with_last_note(4 * BAR - 50, 40)).bars == 4
    assert QuantisedMelody.of(with_last_note(4 * BAR - BEAT, BEAT + 30)).bars == 4


def test_all_parts_close_whatever_the_last_note_does(band: Band) -> None:
    for start_tick in (4 * BAR - BEAT, 4 * BAR - 50):
        piece = compose(band, with_last_note(start_tick, 40))
        last = piece.plan.triads[-1]
        changes = [u for u, triad in enumerate(piece.plan.triads) if triad != last]
        closing = max((changes[-1] + 1 if changes else 0) * piece.plan.unit_ticks, 3 * BAR)
        for part in piece.score.tracks[1:]:
            assert any(note.start_tick == closing for note in part.notes), start_tick
        assert piece.score.bars == 4


def test_where_no_chord_is_wanted_none_is_played(band: Band) -> None:
    melody = with_last_note(4 * BAR - BEAT)
    piece = compose(band, melody, chords="? | N.C. | N.C. | ?")
    for part in piece.score.tracks[1:]:
        assert not any(BAR <= note.start_tick < 3 * BAR for note in part.notes)
        assert not any(note.start_tick < BAR < note.end_tick - STEP_TICKS for note in part.notes)
    silent = compose(band, melody, chords=" | ".join(["N.C."] * 4))
    assert not any(part.notes for part in silent.score.tracks[1:])


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5])
def test_plans_check_what_they_are_asked(seed: int) -> None:
    with pytest.raises(BadKnob):
        studio.plans(with_last_note(4 * BAR - BEAT), seed=seed)


def test_plans_of_nothing_are_one_sentence() -> None:
    for nothing in (Score((Track("Melody"),), 100.0), Score((), 100.0)):
        with pytest.raises(BadScore):
            studio.plans(nothing)


def test_plans_can_be_kept(band: Band) -> None:
    melody = with_last_note(4 * BAR - BEAT)
    found = studio.plans(melody, seed=3)
    assert len(set(found)) == len(found) >= 2
    from studio.music.harmony import write_chords

    for text in found:
        kept = compose(band, melody, chords=text).plan
        assert write_chords(kept, melody.metre) == text


@pytest.mark.parametrize(
    ("field", "value"), [("key", 5), ("program", "1e999"), ("tempo_bpm", None), ("notes", [[1]])]
)
def test_a_damaged_recipe_is_one_sentence(band: Band, field: str, value: object) -> None:
    import json

    recipe = compose(band, with_last_note(4 * BAR - BEAT)).recipe.to_json()
    melody = {**melody_to_json(with_last_note(4 * BAR - BEAT)), field: value}
    recipe = {**recipe, "melody": melody}
    text = json.dumps(recipe).replace('"1e999"', "1e999")
    try:
        order = Recipe.from_json(text)
    except TuttiError:
        return
    compose(band, replace(order.melody))


def test_a_recipe_with_an_endless_seed_is_one_sentence(band: Band, tmp_path: Path) -> None:
    import json

    recipe = compose(band, with_last_note(4 * BAR - BEAT)).recipe.to_json()
    with pytest.raises(BadScore):
        Recipe.from_json(json.dumps({**recipe, "seed": "?"}).replace('"?"', "1e999"))


@pytest.mark.parametrize(
    ("metre", "swung"),
    [("4/4", True), ("2/2", True), ("3/2", True), ("2/4", True), ("6/8", False)],
)
def test_swing_is_heard_in_every_metre_of_quarters(metre: str, swung: bool) -> None:
    beats, unit = (int(number) for number in metre.split("/"))
    places = [beat * 480 + late for beat in range(24) for late in (0, 320)]
    eighths = (Note(place, 60 + place % 5, 160) for place in places)
    melody = Score((Track("Melody", tuple(eighths)),), metre=Metre(beats, unit))
    assert QuantisedMelody.of(melody).swung == swung


def test_a_swung_tune_in_cut_time_gets_a_swung_band(band: Band) -> None:
    melody = from_file(midi.read_path(ROOT / "tests" / "cases" / "swing_cut_time.mid")).score
    parts = compose(band, melody).score.tracks[1:]
    off_beats = [n.start_tick % 480 for part in parts for n in part.notes if n.start_tick % 240]
    assert 320 in off_beats
    assert 240 not in [n.start_tick % 480 for part in parts for n in part.notes]
