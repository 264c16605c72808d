"""The bars of a melody are laid anew: notes, chords and tempos go together, and nothing else
changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import BEAT
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.harmony import chords_text
from studio.music.melody import as_take, from_file, from_take, pickup_of, with_pickup
from studio.music.score import ChordMark, Metre, Note, Score, TempoMark, Track

TUNE = [60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62, 60, 60]
FOUR = Metre(4, 4)
METRES = [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 2), Metre(7, 8), Metre(5, 4)]
CHORDS = (ChordMark(0, "C"), ChordMark(1920, "F"), ChordMark(3840, "G7"))


def melody(metre: Metre = FOUR, first: int = 0) -> Score:
    notes = (Note(first + i * BEAT, pitch, BEAT) for i, pitch in enumerate(TUNE))
    return Score((Track("Melody", tuple(notes)),), 90, metre)


@pytest.mark.parametrize(
    ("metre", "beats", "first"),
    [(Metre(4, 4), 1, 3 * BEAT), (Metre(4, 4), 1.5, 5 * BEAT // 2), (Metre(3, 4), 1, 2 * BEAT),
     (Metre(6, 8), 1, 5 * BEAT // 2), (Metre(2, 2), 0.5, 3 * BEAT), (Metre(4, 4), 0, 0)],
)  # fmt: skip
def test_a_melody_begins_so_long_before_a_bar_line(metre: Metre, beats: float, first: int) -> None:
    laid = with_pickup(melody(metre), beats)
    assert laid.tracks[0].notes[0].start_tick == first
    assert pickup_of(laid) == beats
    assert pickup_of(with_pickup(melody(metre, first), 0)) == 0


@given(st.sampled_from(METRES), st.data())
def test_what_is_laid_anew_is_laid_back_to_the_note(metre: Metre, data: st.DataObject) -> None:
    steps = st.integers(0, metre.bar_ticks // 120 - 1)
    before, after = (data.draw(steps) * 120 / (4 * BEAT // metre.unit) for _ in range(2))
    tempos = (TempoMark(0, 500000), TempoMark(3 * BEAT, 600000), TempoMark(9 * BEAT, 400000))
    one = with_pickup(replace(melody(metre), tempos=tempos), before)
    other = with_pickup(one, after)
    assert pickup_of(other) == after
    assert with_pickup(other, before).tracks == one.tracks
    by = other.tracks[0].notes[0].start_tick - one.tracks[0].notes[0].start_tick
    assert {n.start_tick - by for n in other.tracks[0].notes} == {
        n.start_tick for n in one.tracks[0].notes
    }
    heard = [score.clock.span(n.start_tick, n.end_tick)
             for score in (one, other) for n in score.tracks[0].notes[-8:]]  # fmt: skip
    assert heard[:8] == pytest.approx(heard[8:])


def test_the_page_lays_bars_as_the_command_line_does() -> None:
    file = midi.read(midi.write(replace(melody(), chords=CHORDS)))
    heard = from_file(file).score
    for beats in (1.0, 2.0, 3.0):
        wanted = from_file(file, pickup=beats).score
        assert with_pickup(heard, beats) == wanted
        assert with_pickup(wanted, 0) == from_file(file, pickup=0).score


def test_chords_go_with_the_bars_and_one_that_began_before_stays_in_force() -> None:
    tune = replace(melody(), chords=CHORDS)
    later = with_pickup(tune, 1)
    assert [mark.start_tick for mark in later.chords] == [1440, 3360, 5280]
    assert [mark.start_tick for mark in with_pickup(later, 0).chords] == [0, 1920, 3840]
    early = with_pickup(replace(melody(first=3 * BEAT), chords=CHORDS), 0)
    assert early.chords[0] == ChordMark(0, "C")


def test_chords_of_a_file_are_said_and_stay_in_a_take() -> None:
    file = midi.read(midi.write(replace(melody(), chords=CHORDS)))
    read = from_file(file, pickup=0)
    assert "Chords in the file: C | F | G7 | G7." in read.report
    assert chords_text(read.score, per_beat=False) == "C | F | G7 | G7"
    assert from_take(as_take(read.score, "a", "import")).score.chords == read.score.chords
    plain = from_file(midi.read(midi.write(melody())))
    assert "chords" not in as_take(plain.score, "a", "import")
    assert not any("Chords" in said for said in plain.report)


def test_chords_that_miss_their_bar_line_by_a_little_are_its_own() -> None:
    late = tuple(ChordMark(mark.start_tick + 7, mark.symbol) for mark in CHORDS)
    read = from_file(midi.read(midi.write(replace(melody(), chords=late))), pickup=0).score
    assert chords_text(read, per_beat=False) == "C | F | G7 | G7"


@pytest.mark.parametrize("beats", [-1, 4, 9])
def test_an_upbeat_of_a_bar_is_refused(beats: float) -> None:
    with pytest.raises(BadKnob, match="A pickup in 4/4 has 0 beats or more"):
        with_pickup(melody(), beats)
