"""Bars: those of the melody that is kept, as the file's time signatures have them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from helpers import BEAT, ROOT, line, shift
from hypothesis import given
from hypothesis import strategies as st

from studio.music import midi
from studio.music.bars import layout_of, spans_of
from studio.music.conductor import Conductor, MetreEvent, TempoEvent
from studio.music.melody import Melody, from_file
from studio.music.midi import MidiFile
from studio.music.score import Metre, Note, Score, Track

CASES = ROOT / "tests" / "cases"


def imported(
    metres: Sequence[tuple[int, int, int]], track: Track,
    tempos: Sequence[tuple[float, float]] = (), trim: bool = False,
) -> Melody:  # fmt: skip
    """A melody of a file with these metres and tempos, by the beat from which they hold."""
    conductor = Conductor(
        tuple(TempoEvent(round(beat * BEAT), bpm) for beat, bpm in tempos),
        tuple(MetreEvent(beat * BEAT, beats, unit) for beat, beats, unit in metres),
    )
    return from_file(MidiFile(Score((track,)), conductor=conductor), trim=trim)


def beats_of(melody: Melody) -> list[float]:
    return [note.start_tick / BEAT for note in melody.score.tracks[0].notes]


def quarters(count: int) -> Track:
    return Track("Melody", line([60 + beat % 5 for beat in range(count)]))


@pytest.mark.parametrize(
    ("metres", "metre", "downbeats", "said"),
    [
        # a bar of its own among others, filled up
        ([(0, 4, 4), (8, 2, 4), (10, 4, 4)], "4/4", {8: 8, 10: 12, 14: 16}, "bars of 2/4 were"),
        ([(0, 4, 4), (8, 3, 4), (11, 4, 4)], "4/4", {8: 8, 11: 12}, "bars of 3/4 were"),
        ([(0, 4, 4), (8, 5, 4), (13, 4, 4)], "4/4", {8: 8, 13: 16}, "bars of 5/4 were"),
        ([(0, 3, 4), (6, 4, 4), (10, 3, 4)], "3/4", {6: 6, 10: 12}, "bars of 4/4 were"),
        ([(0, 3, 4), (6, 2, 4), (8, 3, 4)], "3/4", {6: 6, 8: 9}, "bars of 2/4 were"),
        ([(0, 4, 4), (8, 3, 4), (14, 4, 4)], "4/4", {8: 8, 11: 12, 14: 16}, "bars of 3/4 were"),
        ([(0, 4, 4), (8, 2, 4), (10, 3, 4), (13, 4, 4)], "4/4", {10: 12, 13: 16}, "2/4 and 3/4"),
        # bars that make whole ones
        ([(0, 4, 4), (8, 2, 4), (12, 4, 4)], "4/4", {8: 8, 10: 10, 12: 12}, "all the way"),
        ([(0, 3, 4), (6, 6, 8), (9, 3, 4)], "3/4", {6: 6, 9: 9}, "all the way"),
        ([(0, 3, 4), (6, 6, 4), (12, 3, 4)], "3/4", {6: 6, 12: 12}, "all the way"),
        ([(0, 4, 4), (4, 4, 4), (8, 4, 4)], "4/4", {4: 4, 8: 8}, None),
        # upbeats written as a short first bar
        ([(0, 1, 4), (1, 4, 4)], "4/4", {0: 3, 1: 4, 5: 8}, None),
        ([(0, 2, 4), (2, 3, 4)], "3/4", {0: 1, 2: 3, 5: 6}, None),
        ([(0, 3, 4), (3, 4, 4)], "4/4", {0: 1, 3: 4}, None),
        # the last at one tick counts, and the standard's where none is named
        ([(0, 4, 4), (0, 3, 4)], "3/4", {3: 3}, None),
        ([], "4/4", {4: 4}, None),
        ([(0, 99, 4)], "4/4", {4: 4}, "99/4 was read as 4/4"),
        ([(0, 3, 32)], "4/4", {4: 4}, "3/32 was read as 4/4"),
    ],
)
def test_bars_follow_the_signatures(
    metres: list[tuple[int, int, int]], metre: str, downbeats: dict[int, int], said: str | None
) -> None:
    melody = imported(metres, quarters(32))
    assert str(melody.score.metre) == metre
    beats = beats_of(melody)
    assert {beat: beats[beat] for beat in downbeats} == downbeats
    assert [note.pitch for note in melody.score.tracks[0].notes] == [
        note.pitch for note in quarters(32).notes
    ]
    told = [remark for remark in melody.report if "metre" in remark or "bars of" in remark]
    assert told == ([] if said is None else [next(r for r in melody.report if said in r)])


def test_a_short_last_bar_is_as_it_is() -> None:
    melody = imported([(0, 4, 4), (16, 3, 4)], quarters(19))
    assert (str(melody.score.metre), melody.score.bars) == ("4/4", 5)
    assert beats_of(melody) == list(range(19))


@pytest.mark.parametrize(
    ("metres", "bars_before", "count", "metre"),
    [
        ([(0, 3, 4), (24, 4, 4)], 0, 24, "3/4"),  # a tail of something else
        ([(0, 4, 4), (16, 3, 4)], 16, 24, "3/4"),  # a long introduction
        ([(0, 4, 4), (8, 6, 8), (20, 4, 4)], 8, 12, "6/8"),
        ([(0, 2, 4), (2, 7, 8), (16, 2, 4)], 2, 14, "7/8"),
    ],
)
def test_the_metre_is_that_of_the_melody(
    metres: list[tuple[int, int, int]], bars_before: int, count: int, metre: str
) -> None:
    tune = shift(quarters(count), bars_before * BEAT)
    melody = imported(metres, tune, trim=True)
    assert str(melody.score.metre) == metre
    assert beats_of(melody) == list(range(count))
    assert not any("metre" in remark for remark in melody.report)
    whole = imported(metres, tune)  # what is before it stays, filled up where it must be
    later = beats_of(whole)[0] - bars_before
    bar = whole.score.metre.bar_ticks / BEAT
    assert beats_of(whole)[0] % bar == 0 <= later < bar
    assert any("later than in the file" in remark for remark in whole.report) == (later > 0)


def test_tempos_move_along_with_the_bars_they_stand_in() -> None:
    """A bar of 2/4 after two bars, then half the tempo: its beats of rest are in the old one."""
    metres = [(0, 4, 4), (8, 2, 4), (10, 4, 4)]
    melody = imported(metres, quarters(32), [(0, 120), (10, 60)])
    assert [(m.start_tick // BEAT, m.bpm) for m in melody.score.tempos] == [(0, 120), (12, 60)]


@given(
    st.dictionaries(st.integers(0, 80), st.tuples(st.integers(0, 40), st.integers(0, 64))),
    st.integers(0, 40), st.integers(1, 40),
)  # fmt: skip
def test_no_signatures_change_what_is_played(
    said: dict[int, tuple[int, int]], first: int, count: int
) -> None:
    """Whatever a conductor says, notes keep their order and length and come no closer."""
    events = [MetreEvent(beat * BEAT, *metre) for beat, metre in said.items()]
    track = shift(quarters(count), first * BEAT)
    layout = layout_of(spans_of(events), first * BEAT, (first + count) * BEAT)
    moved = [layout.moved(note.start_tick) for note in track.notes]
    assert all(b - a >= BEAT - 120 for a, b in pairwise(moved))
    conductor = Conductor(metres=tuple(events))
    melody = from_file(MidiFile(Score((track,)), conductor=conductor)).score
    kept = melody.tracks[0].notes
    assert [n.pitch for n in kept] == [n.pitch for n in track.notes[: len(kept)]]


@pytest.mark.parametrize(
    ("name", "metre", "bars"),
    [
        ("metre_one_2_4_bar", "4/4", 18),
        ("metre_of_the_tail", "3/4", 8),
        ("early_first_note", "4/4", 9),
    ],
)
def test_the_smallest_file_of_each_kind(name: str, metre: str, bars: int) -> None:
    melody = from_file(midi.read_path(CASES / f"{name}.mid")).score
    assert (str(melody.metre), melody.bars) == (metre, bars)


@pytest.mark.parametrize(
    ("ticks_early", "length", "starts_in_bar"),
    [
        (15, BEAT, True),  # pressed too soon, and held
        (90, BEAT, True),
        (60, 60, False),  # a short upbeat that ends at the line
        (120, 120, False),
        (240, BEAT, False),  # an eighth early is no accident
    ],
)
def test_a_first_note_a_little_early_leaves_no_bar_empty(
    ticks_early: int, length: int, starts_in_bar: bool
) -> None:
    first = Note(4 * BEAT - ticks_early, 60, length)
    track = Track("Melody", (first, *shift(quarters(8), 5 * BEAT).notes))
    score = imported([(0, 4, 4)], track, trim=True).score
    start = score.tracks[0].notes[0].start_tick
    assert start == (0 if starts_in_bar else 4 * BEAT - ticks_early)
    assert score.tracks[0].notes[1].start_tick == (1 if starts_in_bar else 5) * BEAT
    assert score.metre == Metre()
