"""A section that comes back is told by its rhythm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.arrangement import read_form
from studio.arrangement.returns import in_rhythm_of, returned
from studio.music.score import Note, Track

BAR = 1920
CELLS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 15), st.integers(40, 80)), max_size=40, unique=True
)


def track(cells: list[tuple[int, int, int]]) -> Track:
    notes = [Note(bar * BAR + step * 120, pitch, 120) for bar, step, pitch in cells]
    return Track("Keys", tuple(sorted(notes)))


def onsets(of: Track, bar: int) -> set[int]:
    return {note.start_tick % BAR for note in of.notes if note.start_tick // BAR == bar}


def pitches(of: Track, bar: int) -> set[int]:
    return {note.pitch for note in of.notes if note.start_tick // BAR == bar}


def test_chords_go_on_in_the_rhythm_of_another_bar() -> None:
    before = track([(0, 0, 60), (0, 6, 60), (0, 6, 64), (1, 0, 65), (1, 0, 69), (1, 8, 67)])
    after = in_rhythm_of(before, {1: 0}, BAR)
    assert [(n.start_tick - BAR, n.pitch) for n in after.notes[3:]] == [
        (0, 65), (720, 65), (720, 69),
    ]  # fmt: skip


def test_a_chord_is_broken_where_the_other_bar_is() -> None:
    before = track([(0, step, 60) for step in (0, 4, 8, 12)] + [(1, 0, 60), (1, 0, 64), (1, 0, 67)])
    after = in_rhythm_of(before, {1: 0}, BAR)
    assert [note.pitch for note in after.notes[4:]] == [60, 64, 67, 60]


@given(CELLS)
def test_only_rhythm_comes_back_and_only_where_both_bars_play(
    cells: list[tuple[int, int, int]],
) -> None:
    before, form = track(cells), read_form("A4 A4", 8)
    after = returned(before, form, BAR)
    for bar in range(8):
        first = bar - 4
        if bar == 4 and onsets(before, bar) and onsets(before, first):
            assert onsets(after, bar) == onsets(before, first)
            assert pitches(after, bar) <= pitches(before, bar)
        else:
            assert onsets(after, bar) == onsets(before, bar)
            assert pitches(after, bar) == pitches(before, bar)
    assert in_rhythm_of(before, {bar: bar for bar in range(8)}, BAR) == before
