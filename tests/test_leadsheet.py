"""Chords as people write them come in and go out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadKnob
from studio.harmony import ChordPlan, unit_ticks
from studio.leadsheet import read_chords, write_chords
from studio.score import Metre
from studio.theory import Key

FOUR, HALF_BAR = Metre(4, 4), 960


def test_one_chord_lasts_the_bar_two_share_it_and_a_question_mark_is_free() -> None:
    fixed = read_chords("C | F G | ? | Am7", 4, FOUR, HALF_BAR)
    assert fixed == {0: 0, 1: 0, 2: 5, 3: 7, 6: 21, 7: 21}


def test_bars_beyond_the_piece_are_ignored_and_none_are_needed() -> None:
    assert read_chords("C | F | G", 1, FOUR, HALF_BAR) == {0: 0, 1: 0}
    assert read_chords("", 4, FOUR, HALF_BAR) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("C | H", "bar 2 is no chord"), ("C F G", "Bar 1 has 3 chords"), ("<b>", "no chord")],
)
def test_what_is_no_chord_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadKnob, match=sentence):
        read_chords(text, 4, FOUR, HALF_BAR)


@given(
    st.lists(st.integers(0, 23), min_size=1, max_size=64),
    st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8)]),
    st.booleans(),
)
def test_a_written_plan_reads_back(triads: list[int], metre: Metre, per_beat: bool) -> None:
    ticks = unit_ticks(metre, per_beat)
    in_bar = metre.bar_ticks // ticks
    whole = triads * in_bar  # whole bars
    plan = ChordPlan(Key(0), ticks, tuple(whole))
    bars = len(whole) // in_bar
    assert read_chords(write_chords(plan, metre), bars, metre, ticks) == dict(enumerate(whole))
