"""Chords as people write them come in and go out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music.harmony import ChordPlan, read_chords, unit_ticks, write_chords
from studio.music.score import Metre
from studio.music.theory import MINOR_SEVENTH, NO_CHORD, PLAIN, SIXTH, Chord, Key

FOUR, HALF_BAR = Metre(4, 4), 960


def test_one_chord_lasts_the_bar_two_share_it_and_a_question_mark_is_free() -> None:
    fixed = read_chords("C | F G | ? | Am7", 4, FOUR, HALF_BAR)
    a_minor = Chord(21, MINOR_SEVENTH)
    assert fixed == {
        0: Chord(0), 1: Chord(0), 2: Chord(5), 3: Chord(7), 6: a_minor, 7: a_minor,
    }  # fmt: skip


def test_silence_is_fixed_too() -> None:
    silence = Chord(NO_CHORD)
    assert read_chords("N.C. | ?", 4, FOUR, HALF_BAR) == {0: silence, 1: silence}


def test_bars_beyond_the_piece_are_ignored_and_none_are_needed() -> None:
    assert read_chords("C | F | G", 1, FOUR, HALF_BAR) == {0: Chord(0), 1: Chord(0)}
    assert read_chords("", 4, FOUR, HALF_BAR) == {}


@pytest.mark.parametrize(
    "text",
    ["C | F | G | Am", "C | F\nG | Am", "C | F |\nG | Am |\n", "| C | F |\r\n| G | Am ||",
     "C\nF\n\nG\nAm"],
)  # fmt: skip
def test_a_line_end_is_a_bar_line_too(text: str) -> None:
    chords = [Chord(0), Chord(5), Chord(7), Chord(21)]
    assert read_chords(text, 4, Metre(3, 4), 1440) == dict(enumerate(chords))


def test_an_empty_bar_is_free() -> None:
    assert read_chords("C | | F\n| | G", 9, Metre(3, 4), 1440) == {
        0: Chord(0), 2: Chord(5), 4: Chord(7),
    }  # fmt: skip


def test_where_a_chord_lasts_the_bar_the_sentence_says_so() -> None:
    with pytest.raises(BadKnob) as error:
        read_chords("C | F G", 4, Metre(3, 4), 1440)
    sentence = "Bar 2 has 2 chords: write one, for a chord lasts the whole bar here."
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("C | H", "bar 2 is no chord"), ("C F G", "Bar 1 has 3 chords"), ("<b>", "no chord")],
)
def test_what_is_no_chord_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadKnob, match=sentence):
        read_chords(text, 4, FOUR, HALF_BAR)


CHORDS = st.builds(Chord, st.integers(0, 23), st.integers(PLAIN, SIXTH))


@given(
    st.lists(CHORDS | st.just(Chord(NO_CHORD)), min_size=1, max_size=64),
    st.builds(Key, st.integers(0, 11), st.booleans()),
    st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8)]),
    st.booleans(),
)
def test_a_written_plan_reads_back(
    chords: list[Chord], key: Key, metre: Metre, per_beat: bool
) -> None:
    ticks = unit_ticks(metre, per_beat)
    in_bar = metre.bar_ticks // ticks
    whole = chords * in_bar  # whole bars
    triads, sevenths = zip(*whole, strict=True)
    plan = ChordPlan(key, ticks, triads, sevenths)
    bars = len(whole) // in_bar
    assert read_chords(write_chords(plan, metre), bars, metre, ticks) == dict(enumerate(whole))
