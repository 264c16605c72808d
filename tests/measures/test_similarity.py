"""The similarity index: 0 for the same music, small for people, large for noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from groove import groove
from helpers import BEAT, chorale, line, pop_song
from hypothesis import given
from hypothesis import strategies as st
from tonal_distance import tonal_distance

from benchmarks.band_measures import qualified_note_rate, used_pitch_classes
from studio.ground.errors import BadScore
from studio.measures.distance import distances, wasserstein
from studio.measures.features import Features, cut_windows, describe
from studio.measures.parts import empty_bar_rate
from studio.measures.similarity_index import ceiling, floor, random_band, similarity
from studio.music.score import Metre, Note, Score, Track, transpose

BAR = 4 * BEAT
SONGS = [chorale(seed, bars=16) for seed in range(16)]
WINDOWS = [window for song in SONGS for window in cut_windows(song)]
EIGHTH_BASS = Track("Bass", line([36, 38, 40, 41] * 4, beats=0.5))

samples = st.lists(st.floats(-100, 100), min_size=1, max_size=20).map(np.array)


def window(*parts: Track) -> Score:
    return Score((Track("Melody", line([60] * 8)), *parts))


def feature(name: str, *windows: Score) -> list[float]:
    features = describe(windows)
    return [float(value) for value in features.values[:, features.names.index(name)]]


# W1


@given(samples, st.floats(-50, 50))
def test_w1_of_a_shifted_distribution_is_the_shift(values: np.ndarray, shift: float) -> None:
    assert wasserstein(values, values + shift)[0] == pytest.approx(abs(shift), abs=1e-6)


@given(samples, samples)
def test_w1_is_a_distance(one: np.ndarray, other: np.ndarray) -> None:
    there = float(wasserstein(one, other)[0])
    assert there >= 0
    assert there == pytest.approx(float(wasserstein(other, one)[0]), abs=1e-9)
    assert wasserstein(one, np.concatenate([one, one]))[0] == pytest.approx(0.0, abs=1e-9)


def test_w1_of_samples_of_equal_size_is_the_mean_gap_of_the_sorted() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(0, 1, 50), rng.normal(1, 3, 50)
    by_hand = np.abs(np.sort(one) - np.sort(other)).mean()
    assert wasserstein(one, other)[0] == pytest.approx(by_hand)


def test_w1_takes_weights_as_repetitions() -> None:
    weighted = wasserstein(np.array([0.0, 4.0]), np.array([1.0]), np.array([[3.0, 1.0]]))
    assert weighted[0] == pytest.approx((3 * 1 + 3) / 4)


# Windows and their features


def test_a_piece_is_cut_into_two_bars_where_its_melody_begins_a_note() -> None:
    melody = Track("Melody", line([60] * 8 + [0] * 8 + [60] * 3))
    band = Track("Bass", (Note(BAR, 36, 2 * BAR), Note(4 * BAR, 36, BAR)))
    first, last = cut_windows(Score((melody, band)))
    assert first.tracks[1].notes == (Note(BAR, 36, BAR),)  # cut at the window's end
    assert len(last.tracks[0].notes) == 3
    assert last.tracks[1].notes == (Note(0, 36, BAR),)
    assert cut_windows(Score()) == []


def test_as_many_windows_for_a_band_as_for_people_to_one_melody() -> None:
    melody = Track("Melody", line([60] * 7))
    short = Score((melody, Track("Bass", line([36]))))
    long = Score((melody, Track("Bass", line([36] * 30))))
    assert len(cut_windows(short)) == len(cut_windows(long)) == 1


def test_features_are_counted_as_the_measures_count() -> None:
    score = window(EIGHTH_BASS, Track("Keys", tuple(Note(0, p, BAR) for p in (60, 64, 67))))
    bass, keys = score.tracks[1].notes, score.tracks[2].notes
    found = dict(zip(describe([score]).names, describe([score]).values[0].tolist(), strict=True))
    assert found["Bass: notes"] == 16
    assert found["Bass: pitch classes"] == used_pitch_classes(bass, 2, BAR) == 4
    assert found["Bass: pitch"] == np.mean([n.pitch for n in bass])
    assert found["Bass: range"] == 5
    assert found["Bass: step"] == pytest.approx((2 * 8 + 1 * 4 + 5 * 3) / 15)
    assert found["Bass: duration"] == 0.5
    assert found["Keys: empty bars"] == empty_bar_rate(keys, 2, BAR) == 0.5
    assert found["Bass: qualified notes"] == qualified_note_rate(bass, 240) == 1.0
    assert found["Bass and Keys: tonal distance"] == pytest.approx(tonal_distance(bass, keys))
    assert found["band: polyphony"] == 0.5
    assert found["band: groove"] == pytest.approx(groove(score))
    assert found["band: in key"] == 1.0
    assert "Melody: notes" not in found  # it is the same for people and model


def test_in_key_is_judged_in_the_windows_key_or_in_the_best() -> None:
    black = window(Track("Bass", line([37, 39, 42, 44, 46])))
    assert feature("band: in key", black, replace(black, key="C major")) == [1.0, 0.0]


def test_drums_have_features_of_their_own() -> None:
    drums = Track("Drums", line([36, 38, 36, 38, 42], beats=0.25), is_drum=True)
    score = window(drums, EIGHTH_BASS)
    assert feature("Drums: kinds", score) == [3.0]
    assert feature("Drums: hits on eighths", score) == [3 / 5]
    assert not any("Drums and" in name for name in describe([score]).names)


def test_silence_has_no_pitch() -> None:
    silent = window(Track("Bass"))
    assert feature("Bass: notes", silent) == [0.0]
    assert feature("Bass: empty bars", silent) == [1.0]
    assert np.isnan(feature("Bass: pitch", silent)[0])
    assert np.isnan(feature("band: in key", silent)[0])


def test_metres_may_be_mixed_and_moving_a_window_moves_only_its_pitch() -> None:
    waltz = Score((Track("Melody", line([60] * 6)), EIGHTH_BASS), 90.0, Metre(3, 4))
    four = window(EIGHTH_BASS)
    up = four.with_tracks(transpose(track, 5) for track in four.tracks)
    together = describe([four, waltz, up])
    assert np.array_equal(together.values[1], describe([waltz]).values[0])
    moved = together.values[2] - together.values[0]
    assert {n for n, m in zip(together.names, moved, strict=True) if abs(m) > 1e-9} == {
        "Bass: pitch"
    }


def test_nothing_and_unlike_parts_are_refused() -> None:
    with pytest.raises(BadScore, match="nothing to measure"):
        describe([])
    with pytest.raises(BadScore, match="different parts"):
        describe([window(EIGHTH_BASS), window(EIGHTH_BASS, EIGHTH_BASS)])
    with pytest.raises(BadScore, match="different parts"):
        similarity([window(EIGHTH_BASS)], [window(EIGHTH_BASS, EIGHTH_BASS)])
    with pytest.raises(BadScore, match="more bars"):
        floor(WINDOWS[:1])


# The index


def test_a_set_is_like_itself() -> None:
    same = similarity(WINDOWS, WINDOWS)
    assert same.index == pytest.approx(0.0, abs=1e-9)


def test_noise_is_further_off_than_other_people() -> None:
    half = len(WINDOWS) // 2
    people = similarity(WINDOWS[:half], WINDOWS[half:])
    noise = ceiling(SONGS)
    assert 0 < people.index < noise.index / 3
    assert people.low <= people.index <= people.high < noise.low
    assert floor(WINDOWS) == pytest.approx(people.index, rel=0.3)


def test_the_worst_features_name_what_is_wrong() -> None:
    down = [w.with_tracks([*w.tracks[:3], transpose(w.tracks[3], -12)]) for w in WINDOWS]
    found = similarity(WINDOWS, down)
    assert max(found.features, key=found.features.__getitem__) == "Bass: pitch"
    sd = np.std(feature("Bass: pitch", *WINDOWS))
    assert found.features["Bass: pitch"] == pytest.approx(12 / sd)


def test_a_silent_part_does_not_escape() -> None:
    mute = [w.with_tracks([*w.tracks[:3], replace(w.tracks[3], notes=())]) for w in WINDOWS]
    found = similarity(WINDOWS, mute)
    assert found.features["Bass: pitch"] == 1.0
    assert found.features["Bass: empty bars"] >= 1.0
    assert found.index > floor(WINDOWS)


def test_a_feature_without_variation_counts_once_the_model_leaves_it() -> None:
    names, least = ("a", "b"), np.array([0.5, 0.5])
    people = Features(names, np.array([[1.0, 2.0]] * 4), least)
    once = np.ones((1, 4))
    assert np.isnan(distances(people, people, once, once)).all()
    model = Features(names, np.array([[1.0, 3.0]] * 4), least)
    away = distances(people, model, once, once)[0]
    assert np.isnan(away[0])
    assert away[1] == pytest.approx(1 / 0.5)


def test_the_same_seed_gives_the_same_interval() -> None:
    people, model = WINDOWS[:40], WINDOWS[40:80]
    assert similarity(people, model, 50, seed=1) == similarity(people, model, 50, seed=1)
    other = similarity(people, model, 50, seed=2)
    assert other.low != similarity(people, model, 50, seed=1).low
    assert other.index == similarity(people, model, 50, seed=1).index


def test_a_random_band_is_as_dense_in_the_same_range() -> None:
    song = pop_song(3)
    noise = random_band(song, np.random.default_rng(0))
    assert noise.tracks[0] == song.tracks[0]
    assert len(noise.tracks[1].notes) == len(song.tracks[1].notes)
    assert noise.end_tick <= song.bars * BAR
    pitches = [n.pitch for n in song.tracks[1].notes]
    drawn = {n.pitch for n in noise.tracks[1].notes}
    assert min(pitches) <= min(drawn) <= max(drawn) <= max(pitches)
    assert len({pitch % 12 for pitch in drawn}) == 12
    assert all(n.start_tick % 120 == 0 for n in noise.tracks[1].notes)
    assert random_band(window(Track("Bass")), np.random.default_rng(0)).tracks[1].notes == ()
