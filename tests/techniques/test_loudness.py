"""Dynamics of a band: accents as measured, louder with the melody, softer at the close."""

from __future__ import annotations

from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.instruments import ACCENTS, KICK, KIT, SNARE, Part, accent_step
from studio.music.score import STEP_TICKS, Metre, Note
from studio.techniques.dynamics import shaped

BAR = 16 * STEP_TICKS
ON_ONE = (tuple(10 if step == 0 else 0 for step in range(ACCENTS)),)


def quarters(bars: int, pitch: int = 60, velocities: tuple[int, ...] = (80,)) -> list[Note]:
    """A note a beat, the bars as loud as `velocities` in turn."""
    beats = range(4 * bars)
    return [Note(b * 480, pitch, 480, velocities[b // 4 % len(velocities)]) for b in beats]


@pytest.mark.parametrize(
    ("metre", "places"),
    [
        (Metre(4, 4), (0, 4, 8, 12)),
        (Metre(3, 4), (0, 4, 12)),
        (Metre(2, 4), (0, 12)),
        (Metre(6, 8), (0, 12)),
        (Metre(12, 8), (0, 4, 8, 12)),
    ],
)
def test_felt_beats_of_other_bars_have_their_place_in_four(
    metre: Metre, places: tuple[int, ...]
) -> None:
    beat = metre.bar_ticks // len(places)
    assert tuple(accent_step(number * beat, metre) for number in range(len(places))) == places
    assert accent_step(metre.bar_ticks, metre) == 0
    assert all(0 <= accent_step(tick, metre) < ACCENTS for tick in range(0, 4000, 60))


def test_the_first_beat_is_accented() -> None:
    part = Part("Keys", 0, 4, 40, 80, 70, accents=ON_ONE)
    loud = [note.velocity for note in shaped(quarters(2), part, quarters(4), Metre())]
    assert loud == [80, 70, 70, 70] * 2


def test_each_drum_has_its_own_accents() -> None:
    kit = tuple((20,) * ACCENTS if drum == SNARE else (0,) * ACCENTS for drum in KIT)
    part = Part("Drums", 0, 4, 36, 51, 80, is_drum=True, accents=kit)
    strokes = [Note(0, KICK, STEP_TICKS), Note(0, SNARE, STEP_TICKS)]
    assert [n.velocity for n in shaped(strokes, part, quarters(4), Metre())] == [80, 100]


def test_a_part_is_louder_where_the_melody_is_and_softest_at_the_close() -> None:
    part = Part("Keys", 0, 4, 40, 80, 70)
    played = shaped(quarters(16, 50), part, quarters(16, 70, (60, 100)), Metre())
    by_bar = [mean(n.velocity for n in played if n.start_tick // BAR == bar) for bar in range(16)]
    assert by_bar[1] > by_bar[0]
    assert by_bar[15] < by_bar[13] < by_bar[11]


@given(st.integers(1, 127), st.integers(1, 127), st.integers(1, 127))
def test_velocities_stay_midis_and_nothing_else_changes(own: int, soft: int, loud: int) -> None:
    part = Part("Keys", 0, 4, 40, 80, own, accents=ON_ONE)
    notes = quarters(4, 50)
    played = shaped(notes, part, quarters(4, 70, (soft, loud)), Metre())
    assert all(1 <= note.velocity <= 127 for note in played)
    assert [(n.start_tick, n.pitch, n.duration_ticks) for n in played] == [
        (n.start_tick, n.pitch, n.duration_ticks) for n in notes
    ]


def test_a_silent_melody_moves_nothing() -> None:
    part = Part("Keys", 0, 4, 40, 80, 70)
    assert all(note.velocity == 62 for note in shaped(quarters(1), part, [], Metre()))


@pytest.mark.parametrize("accents", [((1, 2),), ((0,) * 16,) * 2, ((0.5,) * 16,)])
def test_accents_that_are_none_are_refused(accents: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match="sixteen"):
        Part("Keys", 0, 4, 40, 80, 70, accents=accents)
