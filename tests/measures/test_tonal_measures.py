"""Tonal distance and harmony agreement: chords whose places are known."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import BEAT, line
from hypothesis import given
from hypothesis import strategies as st
from tonal_distance import tonal_distance

from studio.measures.tonal import centroid, chroma, harmony_agreement
from studio.music.score import Note, Score, Track, transpose

BAR = 4 * BEAT


def chord(*pitches: int, start: int = 0, ticks: int = BAR) -> tuple[Note, ...]:
    return tuple(Note(start, pitch, ticks) for pitch in pitches)


def band(*parts: tuple[Note, ...]) -> Score:
    melody = Track("Melody", line([60] * 8))
    return Score((melody, *(Track(f"Part {i}", notes) for i, notes in enumerate(parts))))


def test_every_pitch_class_lies_on_three_circles() -> None:
    points = centroid(np.eye(12)).reshape(12, 3, 2)
    assert np.allclose(np.linalg.norm(points, axis=2), (1.0, 1.0, 0.5))


def test_a_fifth_is_nearer_than_a_semitone_and_all_twelve_lie_in_the_middle() -> None:
    points = centroid(np.eye(12))
    apart = [float(np.linalg.norm(points[0] - points[pc])) for pc in range(12)]
    assert min(apart[1:]) == pytest.approx(apart[7]) == pytest.approx(apart[5])
    assert apart[1] > apart[4]
    assert apart[7] == pytest.approx(np.sqrt((2 - np.sqrt(3)) + 2 + 0.75))
    assert np.allclose(centroid(np.ones(12)), 0)
    assert np.isnan(centroid(np.zeros(12))).all()


def test_chroma_counts_sounding_ticks_in_each_unit() -> None:
    heard = chroma([Note(BEAT, 60, 2 * BEAT), Note(0, 67, BEAT)], 2, 2 * BEAT)
    assert heard[0, 0] == heard[1, 0] == heard[0, 7] == BEAT
    assert heard.sum() == 3 * BEAT


def test_parts_of_the_same_pitch_classes_are_at_no_distance() -> None:
    assert tonal_distance(chord(48, 52), chord(60, 76)) == 0.0
    assert tonal_distance(chord(48), ()) == 0.0
    assert tonal_distance(chord(48, ticks=BEAT), chord(49, start=BEAT)) == 0.0  # never together
    near, far = tonal_distance(chord(48), chord(55)), tonal_distance(chord(48), chord(49))
    assert 0 < near < far <= 3


def test_a_band_agrees_with_itself_in_any_octave() -> None:
    people = band(chord(48, 52, 55))
    assert harmony_agreement(people, people) == pytest.approx(1.0)
    assert harmony_agreement(band(chord(36), chord(64, 67)), people) == pytest.approx(1.0)


def test_agreement_is_the_cosine_of_each_half_bar() -> None:
    people = band(chord(48, 52, 55))
    assert harmony_agreement(band(chord(48)), people) == pytest.approx(1 / np.sqrt(3))
    assert harmony_agreement(band(chord(49, 51)), people) == 0.0
    half = band(chord(48, 52, 55, ticks=BAR // 2))
    assert harmony_agreement(half, people) == pytest.approx(0.5)  # silence agrees with nothing
    assert harmony_agreement(people, half) == pytest.approx(1.0)  # only where people play
    assert harmony_agreement(people, band()) == 0.0


def test_drums_and_melody_have_no_say_in_harmony() -> None:
    people = band(chord(48, 52, 55))
    drums = Track("Drums", chord(37), is_drum=True)
    assert harmony_agreement(people.with_tracks([*people.tracks, drums]), people) > 0.999
    assert harmony_agreement(band(), people) == 0.0


@given(
    st.lists(st.integers(40, 80), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(40, 80), min_size=1, max_size=6, unique=True),
    st.integers(-12, 12),
)
def test_moving_both_changes_neither(one: list[int], other: list[int], semitones: int) -> None:
    a, b = Track("A", chord(*one)), Track("B", chord(*other))
    up_a, up_b = transpose(a, semitones), transpose(b, semitones)
    distance = tonal_distance(a.notes, b.notes)
    assert 0 <= distance <= 3
    assert distance == pytest.approx(tonal_distance(b.notes, a.notes))
    assert distance == pytest.approx(tonal_distance(up_a.notes, up_b.notes))
    agreement = harmony_agreement(band(a.notes), band(b.notes))
    assert -1e-9 <= agreement <= 1 + 1e-9
    assert agreement == pytest.approx(harmony_agreement(band(up_a.notes), band(up_b.notes)))
