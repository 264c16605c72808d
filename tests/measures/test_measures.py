"""Measures of a band: small pieces with known answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from groove import groove
from helpers import BEAT, line, tune
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.band_measures import difference
from studio.measures.band import clash, coverage, notes_per_bar, onset_likeness
from studio.music.score import Note, Score, Track, transpose


def band(melody: list[int], *parts: list[int], drums: bool = False) -> Score:
    """Quarter notes one after another in every part; 0 is a rest."""
    tracks = [Track(f"Part {i}", line(part), 0, drums) for i, part in enumerate(parts)]
    return Score((Track("Melody", line(melody)), *tracks))


@pytest.mark.parametrize("interval", range(-24, 25))
def test_semitone_tritone_and_major_seventh_clash_in_any_octave(interval: int) -> None:
    expected = 1.0 if interval % 12 in (1, 6, 11) else 0.0
    assert clash(band([60], [60 + interval])) == expected


def test_clash_counts_pairs_on_each_sixteenth() -> None:
    assert clash(band([60, 60], [61, 64])) == 0.5
    assert clash(band([60], [61], [64])) == 0.5
    held = Score((Track("M", line([60, 0, 0])), Track("A", (Note(0, 61, 480), Note(480, 64, 999)))))
    assert clash(held) == 1.0  # the second note meets no melody
    quarter = Score((Track("M", line([60])), Track("A", (Note(0, 61, 120), Note(120, 64, 360)))))
    assert clash(quarter) == 0.25


def test_no_pairs_are_no_clash_and_drums_do_not_count() -> None:
    assert clash(band([60, 0], [0, 61])) == 0.0
    assert clash(band([60])) == 0.0
    assert clash(band([60], [61], drums=True)) == 0.0


def test_coverage_counts_bars_in_which_two_parts_sound() -> None:
    rest, bar = [0] * 4, [48] * 4
    assert coverage(band([60] * 16, bar + bar + rest + bar, rest + bar + rest + bar)) == 0.5
    assert coverage(band([60] * 16, bar * 4)) == 0.0
    assert coverage(band([60] * 16, bar * 4), parts=1) == 1.0
    assert coverage(Score()) == 0.0


def test_a_held_note_sounds_in_every_bar_it_reaches() -> None:
    held = (Note(0, 48, 2 * 4 * BEAT),)
    score = Score((Track("M", line([60] * 8)), Track("A", held), Track("B", held)))
    assert coverage(score) == 1.0


def test_difference_is_0_for_the_same_band_and_1_for_another() -> None:
    one = band([60, 62], [48, 50], [52, 53])
    assert difference(one, one) == 0.0
    assert difference(one, replace(one, tempo_bpm=180.0)) == 0.0
    other = one.with_tracks([one.tracks[0], *(transpose(t, 12) for t in one.tracks[1:])])
    assert difference(one, other) == 1.0
    half = one.with_tracks([*one.tracks[:2], transpose(one.tracks[2], 12)])
    assert difference(one, half) == pytest.approx(4 / 6)
    assert difference(tune(), tune()) == 0.0


def test_bars_of_the_same_rhythm_have_all_of_the_groove() -> None:
    assert groove(band([60] * 8, [48] * 8)) == 1.0
    assert groove(band([60] * 4, [48] * 4)) == 1.0  # one bar has no neighbour
    assert groove(band([60] * 8)) == 1.0
    assert groove(Score()) == 1.0


def test_groove_is_the_share_of_sixteenths_that_agree() -> None:
    assert groove(band([60] * 8, [48] * 4 + [0] * 4)) == 1 - 4 / 16
    assert groove(band([60] * 8, [48] * 4 + [0] * 4, [50] * 8)) == 1 - 4 / 32
    assert groove(band([60] * 12, [48] * 4 + [0] * 4 + [48] * 4)) == 1 - 4 / 16


def test_notes_a_bar_are_those_of_the_band() -> None:
    assert notes_per_bar(band([60] * 8, [48] * 8, [52] * 4 + [0] * 4)) == 6.0
    assert notes_per_bar(band([60] * 8)) == 0.0
    assert notes_per_bar(Score()) == 0.0


@given(st.integers(-12, 12))
def test_moving_the_whole_piece_changes_nothing(semitones: int) -> None:
    score = band([60, 62, 64, 65], [48, 49, 50, 53], [64, 66, 67, 69])
    moved = score.with_tracks(transpose(track, semitones) for track in score.tracks)
    assert clash(moved) == clash(score)
    assert coverage(moved) == coverage(score)


def test_onset_likeness_is_the_cosine_of_neighbouring_bars() -> None:
    assert onset_likeness(band([60] * 8, [48] * 8)) == pytest.approx(1.0)
    assert onset_likeness(band([60] * 8, [48] * 4 + [0] * 4)) == 0.0
    assert onset_likeness(band([60] * 8, [48] * 4 + [48, 0, 0, 0])) == pytest.approx(0.5)
    assert onset_likeness(band([60] * 8)) == onset_likeness(Score()) == 1.0
