"""Measures of chord plans: progressions and tunes with known answers."""

from __future__ import annotations

import math

import pytest
from helpers import BEAT, line
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chord_measures import (
    chord_histogram_entropy,
    chord_tonal_distance,
    chord_tone_ratio,
    ends_on_tonic,
    melody_chord_distance,
    pitch_consonance,
)
from studio.music.harmony import ChordPlan
from studio.music.score import Note
from studio.music.theory import NO_CHORD, Key, transpose_triad

C, F, G, A_MINOR = 0, 5, 7, 21
HALF_BAR = 2 * BEAT


def plan(*triads: int, key: Key | None = None) -> ChordPlan:
    return ChordPlan(key or Key(0), HALF_BAR, triads)


def test_one_chord_has_no_entropy_and_four_equal_ones_have_ln_4() -> None:
    assert chord_histogram_entropy([C, C, C]) == 0.0
    assert chord_histogram_entropy([C, F, G, A_MINOR]) == pytest.approx(math.log(4))
    assert chord_histogram_entropy([]) == 0.0


def test_silence_is_a_chord_to_the_histogram() -> None:
    assert chord_histogram_entropy([C, NO_CHORD]) == pytest.approx(math.log(2))


def test_a_held_chord_goes_nowhere_and_a_relative_is_nearer_than_a_stranger() -> None:
    assert chord_tonal_distance([C, C, C]) == 0.0
    assert chord_tonal_distance([C]) == chord_tonal_distance([NO_CHORD, C]) == 0.0
    assert chord_tonal_distance([C, NO_CHORD, G]) == chord_tonal_distance([C, G])
    assert chord_tonal_distance([C, C, G]) == pytest.approx(chord_tonal_distance([C, G]) / 2)
    assert 0 < chord_tonal_distance([C, A_MINOR]) < chord_tonal_distance([C, 6]) <= 3


def test_chord_tones_and_notes_that_resolve_to_them_belong() -> None:
    assert chord_tone_ratio(line([60, 64, 67, 72]), plan(C, C)) == 1.0
    assert chord_tone_ratio(line([60, 62, 64, 62]), plan(C, C)) == 0.75  # the last D stays open
    assert chord_tone_ratio(line([60, 62, 62, 64]), plan(C, C)) == 1.0  # a repeated note waits
    assert chord_tone_ratio(line([62, 67]), plan(C)) == 0.5  # a leap of a fourth is no resolution
    assert chord_tone_ratio(line([62, 61]), plan(C)) == 0.0  # to no chord tone
    assert chord_tone_ratio(line([61]), plan(NO_CHORD)) == 1.0
    assert chord_tone_ratio((), plan(C)) == 1.0


def test_chord_tones_are_weighted_by_time() -> None:
    melody = (Note(0, 60, 3 * BEAT), Note(3 * BEAT, 66, BEAT))
    assert chord_tone_ratio(melody, plan(C, C)) == 0.75


def test_a_held_note_is_judged_under_each_chord() -> None:
    assert chord_tone_ratio((Note(0, 60, 4 * BEAT),), plan(C, G)) == 0.5


def test_consonance_of_known_intervals() -> None:
    # C over C, E, G: unison, minor sixth, fourth; E: third, unison, sixth; C#: -1 each but b5
    assert pitch_consonance(line([60]), plan(C)) == pytest.approx(2 / 3)
    assert pitch_consonance(line([64]), plan(C)) == 1.0
    assert pitch_consonance(line([66]), plan(C)) == -1.0
    assert pitch_consonance(line([60]), plan(NO_CHORD)) == 0.0


def test_a_chord_tone_is_nearer_to_its_chord_than_a_stranger() -> None:
    near = melody_chord_distance(line([60]), plan(C))
    assert near < melody_chord_distance(line([66]), plan(C)) <= 3
    assert near == pytest.approx(melody_chord_distance(line([72, 48]), plan(C)))
    assert melody_chord_distance((), plan(C)) == 0.0


@pytest.mark.parametrize(
    ("triads", "key", "ends"),
    [
        ((G, C), Key(0), True),
        ((C, G), Key(0), False),
        ((G, C, NO_CHORD), Key(0), True),
        ((G, 12), Key(0), False),  # C minor does not close C major
        ((4, A_MINOR), Key(9, minor=True), True),
        ((4, 9), Key(9, minor=True), True),  # a Picardy third
        ((), Key(0), False),
    ],
)
def test_a_piece_ends_on_its_tonic_or_not(triads: tuple[int, ...], key: Key, ends: bool) -> None:
    assert ends_on_tonic(plan(*triads, key=key)) is ends


triads = st.lists(st.integers(0, 24), min_size=1, max_size=12)


@given(triads, st.lists(st.integers(48, 84), min_size=1, max_size=24), st.integers(-12, 12))
def test_ranges_hold_and_moving_everything_changes_nothing(
    chosen: list[int], pitches: list[int], semitones: int
) -> None:
    moved = [transpose_triad(triad, semitones) for triad in chosen]
    tune, up = line(pitches), line([pitch + semitones for pitch in pitches])
    assert 0 <= chord_histogram_entropy(chosen) <= math.log(25) + 1e-9
    assert chord_histogram_entropy(moved) == pytest.approx(chord_histogram_entropy(chosen))
    assert 0 <= chord_tonal_distance(chosen) <= 3
    assert chord_tonal_distance(moved) == pytest.approx(chord_tonal_distance(chosen))
    for measure, low, high in (
        (chord_tone_ratio, 0, 1), (pitch_consonance, -1, 1), (melody_chord_distance, 0, 3),
    ):  # fmt: skip
        value = measure(tune, plan(*chosen))
        assert low <= value <= high
        assert measure(up, plan(*moved)) == pytest.approx(value)
