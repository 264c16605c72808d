"""Bars as a reader expects them: beats visible, one voice where one is enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.export.metre_values import SHORTEST, shape_of, values
from studio.export.notation import Bar, bars_of, drum_bars_of
from studio.music.score import STEP_TICKS, Metre, Note

COMMON, WALTZ, JIG = Metre(4, 4), Metre(3, 4), Metre(6, 8)


@pytest.mark.parametrize(
    ("metre", "span", "written"),
    [
        (COMMON, (0, 16), [16]),
        (COMMON, (0, 5), [4, 1]),
        (COMMON, (2, 6), [4]),  # an off-beat quarter
        (COMMON, (6, 10), [2, 2]),  # the middle of the bar is seen
        (COMMON, (4, 12), [8]),
        (COMMON, (2, 16), [6, 8]),
        (COMMON, (3, 5), [1, 1]),
        (WALTZ, (0, 12), [12]),
        (WALTZ, (2, 8), [6]),
        (JIG, (0, 12), [12]),
        (JIG, (4, 8), [2, 2]),
        (JIG, (0, 6), [6]),
        (Metre(5, 4), (0, 20), [16, 4]),
    ],
)
def test_values_leave_the_beats_visible(
    metre: Metre, span: tuple[int, int], written: list[int]
) -> None:
    ticks = [step * STEP_TICKS for step in span]
    cut = values(ticks[0], ticks[1], shape_of(metre))
    assert [(end - start) / STEP_TICKS for start, end in cut] == written


@given(st.sampled_from((1, 2, 4, 8, 16, 32)), st.integers(1, 32), st.data(), st.booleans())
def test_any_span_of_any_metre_is_cut_into_values_that_exist(
    unit: int, beats: int, data: st.DataObject, silent: bool
) -> None:
    shape = shape_of(Metre(beats, unit))
    places = range(0, shape.bar + 1, SHORTEST)
    start = data.draw(st.sampled_from(places[:-1]))
    end = data.draw(st.sampled_from(places[places.index(start) + 1 :]))
    cut = values(start, end, shape, silent)
    assert [first for first, _ in cut] == [start, *(last for _, last in cut[:-1])]
    assert cut[-1][1] == end
    for first, last in cut:
        assert bin((last - first) // SHORTEST).count("1") in (1, 2)  # plain, or dotted


def test_what_begins_and_ends_together_is_a_chord() -> None:
    [[voice]] = bars_of([Note(0, pitch, 1920) for pitch in (60, 64, 67)], COMMON, 1)
    assert [sign.pitches for sign in voice] == [(60, 64, 67)]


def test_a_held_bass_under_a_line_takes_a_second_voice() -> None:
    notes = [Note(0, 48, 1920), *(Note(i * 480, 72 + i, 480) for i in range(4))]
    [[upper, lower]] = bars_of(notes, COMMON, 1)
    assert [sign.pitches for sign in upper] == [(72,), (73,), (74,), (75,)]
    assert [(sign.pitches, sign.length) for sign in lower] == [((48,), 1920)]


def test_letting_go_early_or_late_writes_no_rests_and_no_second_voice() -> None:
    early = [Note(i * 480, 60 + i, 400) for i in range(4)]
    late = [Note(i * 480, 60 + i, 540) for i in range(4)]
    for notes in (early, late):
        bar: Bar = bars_of(notes, COMMON, 1)[0]
        assert [[(s.pitches[0], s.length) for s in voice] for voice in bar] == [
            [(60, 480), (61, 480), (62, 480), (63, 480)]
        ]


def test_a_note_over_the_bar_line_is_tied() -> None:
    [[first], [second]] = bars_of([Note(1440, 60, 960)], COMMON, 1)
    assert [(s.pitches, s.tied_back, s.tied_on) for s in (first[-1], second[0])] == [
        ((60,), False, True),
        ((60,), True, False),
    ]


def test_three_lines_at_once_are_written_in_two_voices_without_losing_a_start() -> None:
    notes = [Note(0, 40, 1920), Note(120, 55, 1800), Note(480, 70, 1440), Note(960, 72, 960)]
    [voices] = bars_of(notes, COMMON, 1)
    assert len(voices) == 2
    heads = {(s.start, p) for voice in voices for s in voice if not s.tied_back for p in s.pitches}
    assert heads == {(0, 40), (120, 55), (480, 70), (960, 72)}


def test_drums_are_written_up_to_the_next_hit_or_the_end_of_the_beat() -> None:
    [[voice]] = drum_bars_of([Note(0, 36, 5), Note(240, 42, 5), Note(960, 38, 2000)], COMMON, 1)
    assert [(s.start, s.length, s.pitches) for s in voice] == [
        (0, 240, (36,)), (240, 240, (42,)), (480, 480, ()), (960, 480, (38,)), (1440, 480, ()),
    ]  # fmt: skip
