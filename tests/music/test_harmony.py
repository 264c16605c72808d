"""What a chord plan is, and the harmony that a full texture spells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.harmony import ChordPlan, implied_triads, melody_weights, unit_ticks
from studio.music.score import ChordMark, Metre, Note
from studio.music.theory import MINOR_SEVENTH, NO_CHORD, PLAIN, Chord, Key

BEAT = 480


@pytest.mark.parametrize(
    ("metre", "per_beat", "ticks"),
    [(Metre(4, 4), False, 960), (Metre(3, 4), False, 1440), (Metre(2, 4), False, 960),
     (Metre(6, 8), False, 720), (Metre(4, 4), True, 480), (Metre(6, 8), True, 240)],
)  # fmt: skip
def test_how_long_a_chord_lasts(metre: Metre, per_beat: bool, ticks: int) -> None:
    assert unit_ticks(metre, per_beat) == ticks


def test_marks_stand_where_the_chord_changes() -> None:
    plan = ChordPlan(Key(0), 960, (0, 0, 7, 21))
    assert plan.marks() == (ChordMark(0, "C"), ChordMark(1920, "G"), ChordMark(2880, "Am"))
    assert [plan.triad_at(tick) for tick in (0, 1919, 1920, 3000, 99_999)] == [0, 0, 7, 21, 21]
    assert ChordPlan(Key(0), 960, ()).triad_at(0) == NO_CHORD


def test_a_seventh_is_marked_and_sounds() -> None:
    plan = ChordPlan(Key(0), 960, (7, 7, 0, NO_CHORD), (PLAIN, MINOR_SEVENTH, PLAIN, PLAIN))
    assert [mark.symbol for mark in plan.marks()] == ["G", "G7", "C", "N.C."]
    assert plan.chord_at(960) == Chord(7, MINOR_SEVENTH)
    assert [plan.tones_at(tick) for tick in (0, 960, 2880)] == [(7, 11, 2), (7, 11, 2, 5), ()]


def test_a_plan_without_sevenths_has_triads() -> None:
    plan = ChordPlan(Key(0), 960, (0, 21))
    assert plan.chords == (Chord(0), Chord(21))
    assert plan.chord_at(99_999) == Chord(21)
    assert ChordPlan(Key(0), 960, ()).tones_at(0) == ()


def test_chords_spelt_by_four_voices_are_heard() -> None:
    c_major = [Note(0, pitch, BEAT) for pitch in (48, 60, 64, 67)]
    a_minor = [Note(BEAT, pitch, BEAT) for pitch in (45, 60, 64, 69)]
    assert implied_triads([*c_major, *a_minor], 3, BEAT) == (0, 21, NO_CHORD)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 127), st.integers(1, 900))))
def test_a_note_is_weighed_by_how_long_it_sounds(rows: list[tuple[int, int, int]]) -> None:
    notes = [Note(*row) for row in rows]
    weights = melody_weights(notes, 12, BEAT)
    accents = sum(0.5 if note.start_tick % BEAT == 0 else 0.25 for note in notes)
    beats = sum(note.duration_ticks for note in notes) / BEAT
    assert weights.shape == (12, 12)
    assert weights.sum() == pytest.approx(beats + accents)
