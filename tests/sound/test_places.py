"""Each part has its place: the melody and what is low in the middle, the others on both sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.instruments import CLOSED_HAT, KICK, KIT, RIDE, SNARE
from studio.music.score import Note, Track
from studio.sound.places import Place, pan_of, places

MELODY = Track("Melody", (Note(0, 72, 480),), 73)
BASS = Track("Bass", (Note(0, 60, 480),), 33)
LOW = Track("Bass", (Note(0, 40, 480), Note(480, 45, 480)), 19)
DRUMS = Track("Drums", (Note(0, 36, 480),), 0, True)
KEYS = Track("Keys", (Note(0, 60, 480), Note(0, 64, 480)), 0)
HORN = Track("Horn", (Note(0, 65, 480),), 60)


def of(*tracks: Track) -> list[Place]:
    return list(places(tracks))


def test_melody_bass_and_drums_are_in_the_middle_and_the_melody_in_front() -> None:
    for bass in (BASS, LOW):
        melody, *others = of(MELODY, bass, KEYS, HORN, DRUMS)
        assert [place.pan == 0 for place in others] == [True, False, False, True]
        assert melody.pan == 0
        assert all(place.level_db < melody.level_db for place in others)


def test_the_lowest_of_a_choir_is_its_bass_and_a_low_piano_beside_a_bass_is_none() -> None:
    voices = [Track(f"{p}", (Note(0, p, 480),), 19) for p in (67, 60, 54)]
    assert [place.pan == 0 for place in of(MELODY, *voices)[1:]] == [False, False, True]
    low_keys = Track("Keys", (Note(0, 45, 480),), 0)
    assert of(MELODY, BASS, low_keys)[2].pan != 0
    assert of(MELODY, Track("Keys", (Note(0, 64, 480),), 0))[1].pan != 0


@given(st.lists(st.sampled_from([KEYS, HORN]), min_size=2, max_size=8))
def test_others_stand_on_both_sides_alike(others: list[Track]) -> None:
    pans = [place.pan for place in of(MELODY, BASS, *others)[2:]]
    assert len(set(pans)) == len(pans)
    assert abs(sum(pans)) == pytest.approx(abs(pans[-1]) if len(pans) % 2 else 0)


def test_one_that_has_none_opposite_is_met_by_the_melody() -> None:
    melody, _, keys = of(MELODY, BASS, KEYS)
    assert keys.pan < 0 < melody.pan < 0.3
    assert [place.pan for place in of(MELODY)] == [0]


def test_another_instrument_or_note_moves_no_other_part() -> None:
    before = of(MELODY, BASS, KEYS, HORN, DRUMS)
    organ = Track("Organ", KEYS.notes[:1], 19)
    after = of(MELODY, BASS, organ, HORN, DRUMS)
    assert [*before[:2], *before[3:]] == [*after[:2], *after[3:]]


@given(st.lists(st.builds(
    Track, st.just("x"), st.lists(st.builds(Note, st.just(0), st.integers(0, 127), st.just(9)),
    max_size=3).map(tuple), st.integers(0, 127), st.booleans()), max_size=40))  # fmt: skip
def test_whatever_the_parts_are_each_has_a_place_between_left_and_right(
    tracks: list[Track],
) -> None:
    found = of(*tracks)
    assert len(found) == len(tracks)
    for track, place in zip(tracks, found, strict=True):
        pan = pan_of(track, place)
        assert all(-1 <= pan(pitch) <= 1 for pitch in range(128))


def test_a_piano_is_as_wide_as_it_is_and_a_horn_is_a_point() -> None:
    _, _, keys, horn = of(MELODY, BASS, KEYS, HORN)
    piano = [pan_of(KEYS, keys)(pitch) for pitch in range(36, 97)]
    assert piano == sorted(piano)
    assert piano[-1] - piano[0] > 0.5
    assert np.ptp([pan_of(HORN, horn)(pitch) for pitch in range(36, 97)]) < 0.5
    assert len(set(piano)) <= 15  # as many as there are channels


def test_the_kit_is_around_its_kick_and_snare() -> None:
    pan = pan_of(DRUMS, of(MELODY, DRUMS)[1])
    assert pan(KICK) == pan(SNARE) == 0
    assert pan(CLOSED_HAT) > 0 > pan(RIDE)
    assert len({pan(pitch) for pitch in range(128)}) <= 16
    assert abs(sum(pan(pitch) for pitch in KIT)) < 0.5
