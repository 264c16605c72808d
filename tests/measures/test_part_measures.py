"""Measures of one part: music whose figures anyone can count."""

from __future__ import annotations

from helpers import BEAT, line
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.band_measures import qualified_note_rate, used_pitch_classes
from studio.measures import parts
from studio.music.score import Note
from studio.music.theory import Key

BAR = 4 * BEAT
C_MAJOR_SCALE = line([60, 62, 64, 65, 67, 69, 71, 72])
BLACK_KEYS = line([61, 63, 66, 68, 70])
WHOLE_BAR = (Note(0, 60, BAR),)

notes = st.lists(
    st.builds(Note, st.integers(0, 4 * BAR - 1), st.integers(12, 115), st.integers(1, BAR)),
    max_size=30,
).map(tuple)


def test_a_silent_part_has_only_empty_bars() -> None:
    assert parts.empty_bar_rate((), 8, BAR) == 1.0
    assert parts.empty_bar_rate(WHOLE_BAR, 4, BAR) == 0.75
    assert parts.empty_bar_rate((Note(0, 60, 2 * BAR),), 4, BAR) == 0.5  # held over the bar line
    assert parts.empty_bar_rate((Note(BAR - 1, 60, 1),), 1, BAR) == 0.0
    assert parts.empty_bar_rate((), 0, BAR) == 0.0


def test_pitch_classes_are_counted_in_the_bars_that_sound() -> None:
    assert used_pitch_classes(line([60, 72, 48, 60]), 1, BAR) == 1.0
    assert used_pitch_classes(C_MAJOR_SCALE, 2, BAR) == 4.0
    assert used_pitch_classes(C_MAJOR_SCALE, 8, BAR) == 4.0  # six empty bars do not count
    assert used_pitch_classes((), 8, BAR) == 0.0


def test_a_thirty_second_is_qualified_and_what_is_shorter_is_not() -> None:
    assert qualified_note_rate((Note(0, 60, 60), Note(60, 60, 59))) == 0.5
    assert qualified_note_rate(line([60, 62], beats=0.25)) == 1.0
    assert qualified_note_rate(line([60, 62], beats=0.25), 240) == 0.0
    assert qualified_note_rate(()) == 0.0


def test_drum_hits_lie_on_the_pattern_near_it_or_off_it() -> None:
    def hits(*ticks: int) -> tuple[Note, ...]:
        return tuple(Note(tick, 36, 60) for tick in ticks)

    assert parts.drum_pattern(hits(0, 120, 240, 1800)) == 1.0
    assert parts.drum_pattern(hits(20)) == parts.drum_pattern(hits(100)) == 0.1
    assert parts.drum_pattern(hits(60)) == 0.0  # half-way
    assert parts.drum_pattern(hits(0, 240, 120, 360), 240) == 0.5
    assert parts.drum_pattern(()) == 0.0


def test_a_c_major_scale_is_in_c_and_the_black_keys_are_not() -> None:
    assert parts.in_key_rate(C_MAJOR_SCALE, Key(0)) == 1.0
    assert parts.in_key_rate(C_MAJOR_SCALE, Key(9, minor=True)) == 1.0
    assert parts.in_key_rate(BLACK_KEYS, Key(0)) == 0.0
    assert parts.in_key_rate(BLACK_KEYS, Key(6)) == 1.0
    assert parts.in_key_rate((*C_MAJOR_SCALE[:1], *BLACK_KEYS[:1]), Key(0)) == 0.5
    assert parts.in_key_rate((), Key(0)) == 1.0


@given(notes, st.integers(0, 11), st.integers(-12, 12))
def test_rates_stay_in_range_and_move_with_the_key(
    played: tuple[Note, ...], tonic: int, semitones: int
) -> None:
    moved = tuple(Note(n.start_tick, n.pitch + semitones, n.duration_ticks) for n in played)
    for music, key in ((played, Key(tonic)), (moved, Key((tonic + semitones) % 12))):
        rates = (
            parts.empty_bar_rate(music, 4, BAR),
            qualified_note_rate(music),
            parts.drum_pattern(music),
            parts.in_key_rate(music, key),
        )
        assert all(0.0 <= rate <= 1.0 for rate in rates)
        assert 0.0 <= used_pitch_classes(music, 4, BAR) <= 12.0
        if music is played:
            before = (*rates, used_pitch_classes(music, 4, BAR))
    assert (*rates, used_pitch_classes(moved, 4, BAR)) == before
