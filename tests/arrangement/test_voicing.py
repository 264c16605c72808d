"""Neighbours that rub are parted, and nothing else is touched."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studio.arrangement.voicing import parted
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import Note, Track
from studio.music.theory import Key

KEYS = Part("Keys", 0, 5, 45, 86)
C_MAJOR = ChordPlan(Key(0), 1920, (0,))


def chord(*pitches: int) -> Track:
    return Track("Keys", tuple(Note(0, pitch, 480) for pitch in pitches))


def pitches(track: Track) -> list[int]:
    return [note.pitch for note in track.notes]


def test_what_is_no_tone_of_the_chord_goes_down_an_octave() -> None:
    assert pitches(parted(chord(60, 62, 67), KEYS, C_MAJOR)) == [50, 60, 67]


def test_where_there_is_no_room_it_is_left_out() -> None:
    assert pitches(parted(chord(48, 50, 55), KEYS, C_MAJOR)) == [48, 55]


def test_a_single_line_and_wide_chords_stay() -> None:
    for track in (chord(60), chord(52, 60, 67, 76)):
        assert parted(track, KEYS, C_MAJOR) == track
    bass = Part("Bass", 33, 1, 28, 55)
    assert parted(chord(40, 41), bass, C_MAJOR) == chord(40, 41)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(45, 86)), max_size=20, unique=True))
def test_no_neighbours_rub_and_no_onset_is_lost(cells: list[tuple[int, int]]) -> None:
    track = Track("Keys", tuple(Note(480 * start, pitch, 240) for start, pitch in cells))
    done = parted(track, KEYS, C_MAJOR)
    assert {n.start_tick for n in done.notes} == {n.start_tick for n in track.notes}
    assert all(KEYS.low <= note.pitch <= KEYS.high for note in done.notes)
    for start in range(4):
        struck = [note.pitch for note in done.notes if note.start_tick == 480 * start]
        for low, high in pairwise(sorted(struck)):
            assert high - low > 2 or {low % 12, high % 12} <= {0, 4, 7}
    assert parted(done, KEYS, C_MAJOR) == done
