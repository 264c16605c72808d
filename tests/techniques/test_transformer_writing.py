"""What the Transformer does beside accompanying: takes, bars written anew, melodies that go on,
wishes, and what it thought. With small networks of random weights."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from bands import ask, compose, rewrite, stream, variations
from helpers import train_tiny, tune

import studio
from studio.composing import Band, load_band
from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.harmony import read_chords
from studio.music.melody import sample_melody
from studio.music.roll import LOW_PITCH
from studio.music.score import Metre, Note, Score, Track
from studio.techniques import Commission
from studio.techniques.transformer import context_window
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.settings import PartKnobs
from studio.techniques.transformer.sheet import Control
from studio.techniques.transformer.task import control_of


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Band:
    return load_band(train_tiny("transformer", "rock", tmp_path_factory.mktemp("tiny")), "cpu")


@pytest.fixture(scope="module")
def pop(tmp_path_factory: pytest.TempPathFactory) -> Band:
    return load_band(train_tiny("transformer", "pop", tmp_path_factory.mktemp("tiny")), "cpu")


def bars_of(score: Score, part: int) -> dict[int, list[Note]]:
    found: dict[int, list[Note]] = {}
    for note in score.tracks[part].notes:
        found.setdefault(note.start_tick // score.metre.bar_ticks, []).append(note)
    return found


def test_a_stream_grows_bar_by_bar_into_the_piece(band: Band) -> None:
    melody = tune(6)
    pieces = list(stream(band, melody, 3))
    assert len(pieces) == 6
    whole = compose(band, melody, 3)
    assert pieces[-1].midi == whole.midi
    for count, piece in enumerate(pieces, 1):
        assert piece.score.tracks[0] == melody.tracks[0]
        for part in range(1, len(piece.score.tracks)):
            assert all(bar < count for bar in bars_of(piece.score, part))
        if count < 6:
            assert piece.recipe.bars == count
            stopped = compose(band, melody, 3, bars=count)
            assert stopped.midi == piece.midi


def test_four_takes_are_the_four_bands_of_their_seeds(band: Band) -> None:
    melody = tune(4)
    takes = variations(band, melody, 7)
    assert [take.recipe.seed for take in takes] == [7, 8, 9, 10]
    alone = [compose(band, melody, seed) for seed in (7, 8, 9, 10)]
    assert [take.midi for take in takes] == [one.midi for one in alone]
    assert len({take.midi for take in takes}) == 4


def test_a_long_piece_is_written_to_its_end_in_a_memory_that_is_full(
    band: Band, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context_window, "LONGEST", 220)
    monkeypatch.setattr(context_window, "_AGAIN", 80)
    bars = 64
    melody = tune(bars)
    piece = compose(band, melody, 1)
    rows = sum(len(track.notes) for track in piece.score.tracks)
    assert rows > 220
    assert compose(band, melody, 1).midi == piece.midi
    late = bars * 3 // 4
    assert any(bar >= late for part in (1, 2, 3) for bar in bars_of(piece.score, part))


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(9, 4)], ids=str)
def test_what_is_not_written_anew_stays_to_the_note(band: Band, metre: Metre) -> None:
    piece = compose(band, tune(16, metre), 2)
    anew = range(2, 14)
    new = rewrite(band, piece, {"Guitar": anew}, seed=9)
    assert new.score.tracks[0] == piece.score.tracks[0]
    assert new.score.tracks[1] == piece.score.tracks[1]
    assert new.score.tracks[3] == piece.score.tracks[3]
    before, after = bars_of(piece.score, 2), bars_of(new.score, 2)
    for bar in (0, 1, 14, 15):
        assert before.get(bar) == after.get(bar)
    assert [before.get(bar) for bar in anew] != [after.get(bar) for bar in anew]
    again = rewrite(band, piece, {"Guitar": anew}, seed=9)
    assert again.midi == new.midi


def test_whole_bars_of_all_parts_can_be_written_anew(band: Band) -> None:
    piece = compose(band, tune(4), 2)
    names = [track.name for track in piece.score.tracks[1:]]
    new = rewrite(band, piece, {name: [1] for name in names}, seed=4)
    for part in (1, 2, 3):
        before, after = bars_of(piece.score, part), bars_of(new.score, part)
        assert [before.get(bar) for bar in (0, 2, 3)] == [after.get(bar) for bar in (0, 2, 3)]


def test_swung_bars_stay_where_they_are(tmp_path: Path) -> None:
    jazz = load_band(train_tiny("transformer", "jazz", tmp_path), "cpu")
    piece = compose(jazz, tune(4), 2)
    new = rewrite(jazz, piece, {"Keys": [1]}, seed=4)
    assert new.score.tracks[1] == piece.score.tracks[1]
    assert bars_of(new.score, 2).get(3) == bars_of(piece.score, 2).get(3)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"Kazoo": [0]}, "no bar 1 of Kazoo"),
        ({"Guitar": [4]}, "no bar 5 of Guitar"),
        ({"Guitar": [-1]}, "no bar 0 of Guitar"),
        ({}, "No bar was chosen"),
        ({"Guitar": []}, "No bar was chosen"),
    ],
)
def test_bars_that_are_not_there_are_one_sentence(
    band: Band, wish: dict[str, list[int]], sentence: str
) -> None:
    piece = compose(band, tune(4), 2)
    with pytest.raises(BadKnob, match=sentence):
        rewrite(band, piece, wish)


def test_another_bands_piece_is_not_written_anew(band: Band, pop: Band) -> None:
    with pytest.raises(BadKnob, match="its parts are other ones"):
        rewrite(band, compose(pop, tune(2), 1), {"Bass": [0]})


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8)], ids=str)
@pytest.mark.parametrize("bars", [1, 5])
def test_a_melody_goes_on_in_its_range_and_the_old_one_stays(
    band: Band, metre: Metre, bars: int
) -> None:
    melody = tune(3, metre)
    found = band.extend(ask(band, melody, 1, knobs={"extension_duration": bars}))
    notes = found.melody.tracks[0].notes
    end = 3 * metre.bar_ticks
    assert tuple(n for n in notes if n.start_tick < end) == melody.tracks[0].notes
    added = [n for n in notes if n.start_tick >= end]
    assert added
    assert max(n.end_tick for n in added) <= (3 + bars) * metre.bar_ticks
    for one, next_ in pairwise(added):
        assert one.end_tick <= next_.start_tick
    pitches = [n.pitch for n in melody.tracks[0].notes]
    assert all(min(pitches) - 5 <= n.pitch <= max(pitches) + 5 for n in added)
    assert found == band.extend(ask(band, melody, 1, knobs={"extension_duration": bars}))
    ticks = 2 * 480
    assert read_chords(found.chords, 3 + bars, metre, ticks if metre == Metre(4, 4) else
                       metre.bar_ticks // (2 if metre == Metre(6, 8) else 1))  # fmt: skip


def test_in_key_a_melody_goes_on_with_notes_of_the_scale_and_the_chords(band: Band) -> None:
    melody = sample_melody("ode-to-joy")
    found = band.extend(ask(band, melody, 2, knobs={"extension_duration": 8, "creative_risk": 2.0}))
    end = melody.bars * melody.metre.bar_ticks
    piece = compose(band, found.melody, 1, chords=found.chords)
    for note in found.melody.tracks[0].notes:
        if note.start_tick >= end:
            tones = piece.plan.tones_at(note.start_tick)
            assert note.pitch % 12 in piece.plan.key.scale | set(tones)


def test_a_melody_longer_than_the_longest_is_refused(band: Band) -> None:
    with pytest.raises(BadKnob, match="extend it by less"):
        band.extend(ask(band, tune(245), 1, knobs={"extension_duration": 8}))
    with pytest.raises(BadKnob, match="Extension duration"):
        band.extend(ask(band, tune(4), 1, knobs={"extension_duration": 0}))


def test_a_chord_tone_is_all_that_is_left_where_only_chord_tones_are_wanted(pop: Band) -> None:
    asked = {"chord_strictness": 1.0, "stay_in_key": "On", "sampling_threshold": 0.9}
    piece = compose(pop, tune(8), 1, knobs=asked, chords="C | F | G | C | Am | F | G | C")
    inside = total = 0
    for track in piece.score.tracks[1:]:
        for note in track.notes:
            total += 1
            inside += note.pitch % 12 in piece.plan.tones_at(note.start_tick)
    assert total
    assert inside / total > 0.9
    scale = piece.plan.key.scale
    assert all(note.pitch % 12 in scale for track in piece.score.tracks[1:] for note in track.notes)


def test_wishes_are_for_the_parts_there_are(band: Band) -> None:
    with pytest.raises(BadKnob, match="no part called 'Kazoo'"):
        next(stream(band, tune(2), 1, parts={"Kazoo": {"density": 3}}))
    with pytest.raises(BadKnob, match="Density must be from"):
        next(stream(band, tune(2), 1, parts={"Bass": {"density": 99}}))
    wished = compose(band, tune(4), 1, parts={"Bass": {"density": 4, "register": 40}})
    assert wished.recipe.parts == {"Bass": {"density": 4, "register": 40}}
    asked = control_of(PartKnobs(density=4, register=40), 0)
    assert asked == Control(v.density_class(4), v.register_class(40 - LOW_PITCH), None)


def test_takes_on_daring_chords_are_made_again_from_their_recipes(pop: Band) -> None:
    for take in variations(pop, tune(4), 3, chord_risk=1.0):
        recipe = take.recipe
        again = pop.compose(recipe.request)
        assert again.midi == take.midi


def test_what_it_thought_is_what_it_drew_from(pop: Band) -> None:
    piece = compose(pop, tune(4), 5)
    keys = piece.score.tracks[2].notes
    for note in (keys[0], keys[len(keys) // 2], keys[-1]):
        thought = pop.think(piece.recipe, "Keys", note)
        for question, options in thought.options.items():
            assert sum(option.probability for option in options) == pytest.approx(1, abs=1e-3)
            [taken] = [option for option in options if option.taken]
            assert taken.left, question
            shares = [option.probability for option in options]
            assert shares == sorted(shares, reverse=True)
        [pitch] = [option.value for option in thought.options["pitch"] if option.taken]
        assert pitch == note.pitch
        [role] = [option.value for option in thought.options["role"] if option.taken]
        assert role == "Keys"
        assert sum(one.weight for one in thought.seen) == pytest.approx(1, abs=1e-3)
        assert all(one.step * 120 <= note.start_tick + 2 * 1920 for one in thought.seen)
    with pytest.raises(BadKnob, match="wrote no such note"):
        pop.think(piece.recipe, "Keys", dataclasses.replace(keys[0], pitch=keys[0].pitch + 1))
    with pytest.raises(BadKnob, match="no part called"):
        pop.think(piece.recipe, "Kazoo", keys[0])


def test_a_stopped_stream_is_a_piece_of_its_own(band: Band) -> None:
    melody = tune(5)
    pieces = stream(band, melody, 1)
    next(pieces)
    second = next(pieces)
    del pieces
    read = midi.read(second.midi).score
    played = [track.name for track in second.score.tracks if track.notes]
    assert [track.name for track in read.tracks] == played
    assert all(t.end_tick <= 2 * 1920 for t in second.score.tracks[1:])


def test_an_empty_plan_is_played_all_the_same(band: Band) -> None:
    from studio.music.harmony import ChordPlan
    from studio.music.theory import Key
    from studio.techniques import technique

    kind = technique("transformer")
    melody = Score((Track("Melody", tune(2).tracks[0].notes, 73),))
    commission = Commission(melody, ChordPlan(Key(0), 960, ()), kind.Knobs())
    rngs = [np.random.default_rng(0)]
    *_, scores = kind.write(band.module, band.card.parts, commission, rngs)
    [score] = scores()
    assert score.tracks[0] == melody.tracks[0]


@pytest.mark.parametrize("metre", ["5/4", "7/4", "9/8", "10/8", "7/8", "4/4"])
def test_as_many_bars_come_back_as_were_asked_for(metre: str) -> None:
    beats, unit = (int(number) for number in metre.split("/"))
    melody = tune(4, Metre(beats, unit))
    for seed in range(2):
        longer = studio.extend(melody, model="pop-transformer", seed=seed, extension_duration=2)
        assert longer.score.bars == 6
