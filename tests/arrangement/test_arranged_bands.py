"""Bands with a drummer, form and feel: what the model wrote stays, and recipes give it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers import tune

import studio
from studio.arrangement import Arrangement
from studio.catalog import find
from studio.composing import Band, Recipe, Request, Rewrite, load_band
from studio.ground.assets import SHIPPED
from studio.ground.errors import BadKnob
from studio.music.melody import sample_melody
from studio.music.score import STEP_TICKS, Note, Score, Track

MODELS = ("pop-gan", "pop-transformer", "rock-gan", "bach-arcnn")


@pytest.fixture(scope="module", params=MODELS)
def band(request: pytest.FixtureRequest) -> Band:
    return load_band(find(request.param, (SHIPPED,)), "cpu")


@pytest.fixture(scope="module")
def pop() -> Band:
    return load_band(find("pop-gan", (SHIPPED,)), "cpu")


def asked(band: Band, melody: Score | None = None, **values: object) -> Request:
    arrangement = Arrangement.usual(values) if values else None
    return Request(melody or tune(8), band.card.id, 3, arrangement=arrangement)


def pitches(track: Track) -> list[tuple[int, int]]:
    """What is played, by the sixteenth nearest to it."""
    found = [(round(note.start_tick / STEP_TICKS), note.pitch) for note in track.notes]
    return sorted(found)


def test_what_the_model_wrote_stays_and_the_melody_is_untouched(band: Band) -> None:
    plain = band.compose(asked(band)).score
    piece = band.compose(asked(band, drums="rock", feel=1.0)).score
    assert piece.tracks[0] == plain.tracks[0]
    written = [track for track in plain.tracks[1:] if not track.is_drum]
    kept = [track for track in piece.tracks[1:] if not track.is_drum]
    assert list(map(pitches, kept)) == list(map(pitches, written))
    assert [track.name for track in piece.tracks if track.is_drum] == ["Drums"]
    moved = [n.start_tick % STEP_TICKS for track in kept for n in track.notes]
    assert any(moved)  # the others lean on the drums
    assert max(min(by, STEP_TICKS - by) for by in moved) <= STEP_TICKS * 0.45


def test_without_feel_all_is_on_the_grid(band: Band) -> None:
    if band.card.swings:
        pytest.skip("swung eighths are on no grid of sixteenths")
    piece = band.compose(asked(band, drums="pop")).score
    assert all(n.start_tick % STEP_TICKS == 0 for t in piece.tracks[1:] for n in t.notes)


def test_its_recipe_gives_it_again_and_names_the_form(band: Band) -> None:
    piece = band.compose(asked(band, drums="soul", feel=0.5, fills=[2]))
    recipe = Recipe.from_json(piece.recipe.to_json())
    assert recipe == piece.recipe
    assert recipe.arrangement is not None
    assert recipe.arrangement.form
    assert band.replay(recipe).midi == piece.midi


def test_phrases_of_other_lengths_come_again_too(pop: Band) -> None:
    piece = pop.compose(asked(pop, sample_melody("greensleeves"), drums="soul", feel=0.5))
    assert "+" in str(piece.recipe.arrangement)
    assert pop.replay(Recipe.from_json(piece.recipe.to_json())).midi == piece.midi


def test_a_band_that_grows_ends_as_the_one_that_comes_at_once(band: Band) -> None:
    request = asked(band, drums="pop", feel=0.6)
    *before, last = band.stream(request)
    assert last.score == band.compose(request).score
    for piece in before[:1]:
        assert "Drums" in piece.score.part_names


def test_every_note_stays_in_its_bar(band: Band) -> None:
    plain, piece = (band.compose(asked(band, drums="pop", feel=f)).score for f in (0.0, 1.0))
    bar = plain.metre.bar_ticks
    for before, after in zip(plain.tracks, piece.tracks, strict=True):
        bars = [sorted(n.start_tick // bar for n in track.notes) for track in (before, after)]
        assert bars[0] == bars[1]


def test_what_there_is_of_a_growing_band_is_put_together_once(pop: Band) -> None:
    *_, finished = pop.growing(asked(pop, drums="pop"))
    assert finished() is finished()


def test_parts_that_are_left_out_are_gone(band: Band) -> None:
    name = band.card.parts[0].name
    piece = band.compose(asked(band, drums="pop", left_out=[name]))
    assert name not in piece.score.part_names
    assert "Drums" in piece.score.part_names


def test_bars_of_the_drummer_are_written_anew_and_all_else_stays(band: Band) -> None:
    piece = band.compose(asked(band, drums="pop", feel=0.6))
    wanted = Rewrite({"Drums": (3, 4)}, 99, {}, {})
    new = band.rewrite(piece.score, piece.recipe, wanted)
    bar = piece.score.metre.bar_ticks
    for before, after in zip(piece.score.tracks, new.score.tracks, strict=True):
        same = [note for note in before.notes if not 2 <= note.start_tick // bar < 4]
        assert same == [note for note in after.notes if not 2 <= note.start_tick // bar < 4]
        assert (before == after) == (before.name != "Drums")
    again = band.replay(Recipe.from_json(new.recipe.to_json()))
    assert again.score == new.score


def test_bars_of_the_model_are_written_anew_beside_a_drummer(band: Band) -> None:
    piece = band.compose(asked(band, drums="pop", feel=0.6))
    part = band.card.parts[0].name
    new = band.rewrite(piece.score, piece.recipe, Rewrite({part: (2,)}, 5, {}, {}))
    unchanged = [track for track in piece.score.tracks if track.name != part]
    assert [track for track in new.score.tracks if track.name != part] == unchanged


def test_the_softest_sections_are_played_by_fewer_and_the_loudest_louder(pop: Band) -> None:
    piece = pop.compose(asked(pop, drums="pop", form="A4:0 B4:1")).score
    drums, keys = (next(t for t in piece.tracks if t.name == n) for n in ("Drums", "Keys"))
    middle = 4 * piece.metre.bar_ticks
    assert min(note.start_tick for note in drums.notes) >= middle
    soft, loud = (
        [n.velocity for n in keys.notes if (n.start_tick >= middle) == late]
        for late in (False, True)
    )
    assert sum(soft) / len(soft) + 10 < sum(loud) / len(loud)


@pytest.mark.parametrize("sample", ["twinkle", "greensleeves", "silent-night", "jingle-bells"])
def test_samples_have_drums_in_every_bar_until_the_end(pop: Band, sample: str) -> None:
    melody = sample_melody(sample)
    piece = pop.compose(asked(pop, melody, drums="pop")).score
    [drums] = [track for track in piece.tracks if track.is_drum]
    bar = piece.metre.bar_ticks
    struck = {note.start_tick // bar for note in drums.notes}
    assert struck >= set(range(1, melody.bars - 1))
    assert len([note for note in drums.notes if note.start_tick // bar == melody.bars - 1]) == 2


@pytest.mark.parametrize(
    "melody",
    [
        Score((Track("", (Note(0, 60, 480),)),)),
        Score((Track("", (Note(0, 60, 480), Note(63 * 1920, 60, 480))),)),
        replace(tune(4), tempo_bpm=30.0),
        replace(tune(4), tempo_bpm=300.0),
    ],
    ids=["one note", "rests", "slow", "fast"],
)
def test_odd_tunes_are_arranged_too(pop: Band, melody: Score) -> None:
    piece = pop.compose(asked(pop, melody, drums="pop", feel=1.0)).score
    assert piece.tracks[0].notes == melody.tracks[0].notes


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"drums": "polka"}, "no style of drums"),
        ({"feel": 2}, "leave them out"),
        ({"form": "A8;B8"}, "is no section"),
        ({"left_out": ["Banjo"]}, "no part called 'Banjo'"),
        ({"drums": "", "left_out": ["Bass", "Keys"]}, "Nobody is left"),
        ({"volume": 3}, "has no 'volume'"),
    ],
)
def test_what_is_no_arrangement_is_said(pop: Band, values: dict[str, object], said: str) -> None:
    with pytest.raises(BadKnob, match=said):
        pop.compose(asked(pop, tune(2), **values))


def test_the_api_arranges_as_is_usual_and_can_leave_it(tmp_path: Path) -> None:
    usual = studio.compose(tune(4), model="pop-gan")
    plain = studio.compose(tune(4), model="pop-gan", arrangement=None)
    assert "Drums" in usual.score.part_names
    assert "Drums" not in plain.score.part_names
    assert plain.composition.recipe.arrangement is None
    usual.save_recipe(tmp_path / "recipe.json")
    assert studio.replay(tmp_path / "recipe.json").score == usual.score
