"""Swing comes back as it went, and a band swings with its melody."""

from __future__ import annotations

from pathlib import Path

import pytest
from bands import compose
from helpers import BEAT, line, train_tiny
from hypothesis import given
from hypothesis import strategies as st

from studio.composing import Band, load_band
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track
from studio.music.swing import DOTTED_TICK, SWUNG_TICK, is_swung, straighten_swing, swing

EVEN = Track("Melody", line([60, 62, 64, 65, 67, 65, 64, 62] * 8, 0.5), 0)


@given(
    st.lists(st.tuples(st.integers(0, 64), st.integers(1, 16)), min_size=1),
    st.sampled_from([SWUNG_TICK, DOTTED_TICK]),
)
def test_what_is_swung_is_made_even_again(places: list[tuple[int, int]], late_tick: int) -> None:
    notes = tuple(Note(at * STEP_TICKS, 60, long * STEP_TICKS) for at, long in places)
    track = Track("Keys", notes)
    assert straighten_swing(swing(track, late_tick), late_tick) == track


def test_only_off_beats_move() -> None:
    places = [note.start_tick % BEAT for note in swing(EVEN).notes]
    assert set(places) == {0, SWUNG_TICK}
    assert is_swung(swing(EVEN).notes)
    assert not is_swung(EVEN.notes)


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Band:
    return load_band(train_tiny("gan", "pop", tmp_path_factory.mktemp("swing")), "cpu")


def onsets(score: Score) -> set[int]:
    return {note.start_tick % BEAT for track in score.tracks[1:] for note in track.notes}


def test_a_band_swings_where_its_melody_does(band: Band) -> None:
    melody = Score((EVEN,), 120.0)
    swung = Score((swing(EVEN),), 120.0)
    even_band, swung_band = compose(band, melody), compose(band, swung)
    assert swung_band.score.tracks[0] == swing(EVEN), "the melody stays as it was played"
    assert BEAT // 2 in onsets(even_band.score)
    assert BEAT // 2 not in onsets(swung_band.score)
    assert swung_band.plan == even_band.plan
    assert swung_band.nearest == even_band.nearest, "swing hides no copy"
    assert swung_band.score.tracks[1:] == tuple(swing(t) for t in even_band.score.tracks[1:])


def test_a_melody_in_eighths_of_a_compound_metre_does_not_swing(band: Band) -> None:
    melody = Score((swing(EVEN),), 120.0, Metre(6, 8))
    assert onsets(compose(band, melody).score) <= set(range(0, BEAT, STEP_TICKS))


def test_a_jazz_band_swings_under_even_eighths(tmp_path: Path) -> None:
    jazz = load_band(train_tiny("gan", "jazz", tmp_path), "cpu")
    assert jazz.card.swings
    places = onsets(compose(jazz, Score((EVEN,), 120.0)).score)
    assert SWUNG_TICK in places
    assert BEAT // 2 not in places
