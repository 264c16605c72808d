"""The piano roll: what lies on the sixteenth grid comes back note for note."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import tracks
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadScore
from studio.music import roll
from studio.music.score import STEP_TICKS, Note, Track

STEPS = 64


@st.composite
def grid_notes(draw: st.DrawFn) -> tuple[Note, ...]:
    """Notes on the grid inside the roll, no two of a pitch overlapping; repeated ones touch."""
    rows = draw(
        st.lists(st.tuples(st.integers(0, STEPS - 1), st.integers(24, 107), st.integers(1, 9)))
    )
    ends: dict[int, int] = {}
    notes = []
    for start, pitch, steps in sorted(rows):
        end = min(start + steps, STEPS)
        if start >= ends.get(pitch, 0):
            notes.append(Note(start * STEP_TICKS, pitch, (end - start) * STEP_TICKS, 80))
            ends[pitch] = end
    return tuple(sorted(notes))


@given(grid_notes())
def test_notes_on_the_grid_come_back(notes: tuple[Note, ...]) -> None:
    planes = roll.encode(notes, STEPS)
    assert planes.shape == (2, STEPS, roll.PITCHES)
    assert planes.dtype == np.uint8
    assert roll.decode(planes) == notes


@given(tracks())
def test_an_onset_always_sounds(track: Track) -> None:
    planes = roll.encode(track.notes, STEPS)
    assert (planes[roll.SUSTAIN] >= planes[roll.ONSET]).all()
    assert planes.max(initial=0) <= 1


def test_repeated_notes_do_not_fuse() -> None:
    notes = (Note(0, 60, STEP_TICKS), Note(STEP_TICKS, 60, STEP_TICKS))
    assert roll.decode(roll.encode(notes, 4)) == notes


def test_onsets_and_ends_go_to_the_nearest_sixteenth() -> None:
    [note] = roll.decode(roll.encode([Note(55, 60, 300)], 8))
    assert (note.start_tick, note.end_tick) == (0, 360)
    [short] = roll.decode(roll.encode([Note(70, 60, 5)], 8))
    assert (short.start_tick, short.duration_ticks) == (STEP_TICKS, STEP_TICKS)


def test_notes_after_the_last_step_are_left_out() -> None:
    assert roll.decode(roll.encode([Note(8 * STEP_TICKS, 60, STEP_TICKS)], 8)) == ()


def test_sustain_without_an_onset_is_silent() -> None:
    planes = np.zeros((2, 4, roll.PITCHES), np.uint8)
    planes[roll.SUSTAIN, :, 10] = 1
    assert roll.decode(planes) == ()


@given(st.integers(0, 127))
def test_folding_keeps_the_pitch_class_and_what_is_inside(pitch: int) -> None:
    folded = roll.fold(pitch)
    assert roll.LOW_PITCH <= folded < roll.LOW_PITCH + roll.PITCHES
    assert (folded - pitch) % 12 == 0
    if roll.LOW_PITCH <= pitch < roll.LOW_PITCH + roll.PITCHES:
        assert folded == pitch


def test_a_roll_too_large_for_memory_is_refused_before_it_is_made() -> None:
    with pytest.raises(BadScore, match="too long"):
        roll.encode([Note(0, 60, 1)], roll.MAX_STEPS + 1)


@given(st.integers(1, 3000), st.integers(8, 300), st.data())
def test_a_long_piece_is_heard_in_parts_that_overlap_and_each_has_its_word(
    units: int, longest: int, data: st.DataObject
) -> None:
    shared = data.draw(st.integers(0, longest // 2))
    parts = [*roll.hearings(units, longest, shared)]
    assert [own.start for _, own in parts] == [0, *(own.stop for _, own in parts[:-1])]
    assert parts[-1][1].stop == units
    for heard, own in parts:
        assert 0 <= heard.start <= own.start < own.stop <= heard.stop <= units
        assert heard.stop - heard.start <= longest
        assert heard.start == 0 or own.start - heard.start >= shared // 2
        assert heard.stop == units or heard.stop - own.stop >= shared // 2
    if units <= longest:
        assert parts == [(slice(0, units), slice(0, units))]
    assert sum(heard.stop - heard.start for heard, _ in parts) < units + len(parts) * (shared + 1)
