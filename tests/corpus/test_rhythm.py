"""The sixteenth grid: swing made even, strums struck at once, free time refused."""

from __future__ import annotations

import random

import pytest
from helpers import BEAT, line

from studio.corpus.rhythm import let_go, off_the_grid, straighten_song, unstrum
from studio.music.score import Note, Track, grid_fit
from studio.music.swing import DOTTED_TICK, SWUNG_TICK, is_swung, straighten_swing


def eighths(late_tick: int, beats: int = 16, pitch: int = 60) -> Track:
    """Two notes a beat, the second at `late_tick`."""
    notes = []
    for beat in range(beats):
        notes.append(Note(beat * BEAT, pitch, late_tick))
        notes.append(Note(beat * BEAT + late_tick, pitch + 2, BEAT - late_tick))
    return Track(str(late_tick), tuple(notes))


EVEN = eighths(BEAT // 2)


def test_swung_eighths_become_even_ones() -> None:
    assert straighten_swing(eighths(SWUNG_TICK)).notes == EVEN.notes
    assert straighten_swing(eighths(DOTTED_TICK), DOTTED_TICK).notes == EVEN.notes


def test_straightening_keeps_the_order_and_the_beats() -> None:
    rng = random.Random(0)  # noqa: S311 - no secret
    starts = sorted(rng.sample(range(20 * BEAT), 200)) + [BEAT * i for i in range(20)]
    track = Track("A", tuple(Note(start, 60, 1 + rng.randrange(900)) for start in starts))
    after = straighten_swing(track)
    order = [note.start_tick for note in track.notes]
    assert [n.start_tick for n in after.notes] == sorted(n.start_tick for n in after.notes)
    for before, now in zip(order, (n.start_tick for n in after.notes), strict=True):
        assert before // BEAT == now // BEAT
        assert (before % BEAT == 0) <= (now % BEAT == 0)


def test_swing_is_told_from_even_eighths_triplets_and_dots() -> None:
    assert is_swung(eighths(SWUNG_TICK).notes)
    assert is_swung(eighths(SWUNG_TICK - 15).notes)
    assert not is_swung(EVEN.notes)
    assert not is_swung(eighths(DOTTED_TICK).notes)
    assert is_swung(eighths(DOTTED_TICK).notes, DOTTED_TICK)
    triplets = line([60, 62, 64] * 12, 1 / 3)
    assert not is_swung(triplets)
    assert not is_swung(())


def test_a_song_swings_together_but_an_even_part_is_left_alone() -> None:
    few = Track("few", eighths(SWUNG_TICK).notes[:4])
    tracks = [eighths(SWUNG_TICK, 48), few, EVEN, Track("empty")]
    swung, short, even, empty = straighten_song(tracks)
    assert swung.notes == eighths(BEAT // 2, 48).notes
    assert short.notes == EVEN.notes[:4]
    assert even == EVEN
    assert empty.notes == ()


def test_dotted_rhythms_are_swing_only_where_the_layout_says_so() -> None:
    dotted = eighths(DOTTED_TICK)
    assert straighten_song([dotted]) == [dotted]
    assert straighten_song([dotted], (SWUNG_TICK, DOTTED_TICK))[0].notes == EVEN.notes


def test_a_strummed_chord_is_struck_at_once() -> None:
    strum = Track("A", tuple(Note(480 + 50 * i, 60 - 4 * i, 400 - 50 * i) for i in range(4)))
    struck = unstrum(strum)
    assert {note.start_tick for note in struck.notes} == {480}
    assert {note.end_tick for note in struck.notes} == {880}
    assert sorted(note.pitch for note in struck.notes) == [48, 52, 56, 60]


def test_a_run_of_quick_notes_is_no_strum() -> None:
    run = Track("A", tuple(Note(50 * i, 60 + i, 50) for i in range(8)))
    assert unstrum(run) == run
    assert unstrum(EVEN) == EVEN


def test_a_key_that_nobody_let_go_ends_where_the_next_note_begins() -> None:
    held = Track("A", (Note(0, 48, 99_000), Note(0, 52, 480), Note(960, 50, 480)))
    assert let_go(held, 3840).notes == (Note(0, 48, 960), Note(0, 52, 480), Note(960, 50, 480))
    last = Track("A", (Note(0, 48, 99_000),))
    assert let_go(last, 3840).notes == (Note(0, 48, 3840),)


def test_the_grid_fit_is_one_on_the_grid_and_none_in_free_time() -> None:
    rng = random.Random(1)  # noqa: S311 - no secret
    free = [Note(rng.randrange(100_000), 60, 100) for _ in range(2000)]
    assert grid_fit(EVEN.notes, 120) == pytest.approx(1)
    assert grid_fit(free, 120) < 0.08
    assert off_the_grid([EVEN]) is None
    assert "keep to no beat" in str(off_the_grid([Track("A", tuple(free))]))


def test_triplets_are_refused_where_they_are_most_of_a_song() -> None:
    triplets = Track("A", line([60, 62, 64] * 8, 1 / 3))
    assert "triplets" in str(off_the_grid([EVEN, triplets]))
    much_else = [EVEN, EVEN, EVEN, triplets]
    assert off_the_grid(much_else) is None
    assert off_the_grid([]) is None
