"""What the drummer strikes: as full as asked, with fills, and early and late as people are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.arrangement.drummer import STYLES, Bar, Strokes, load
from studio.arrangement.drummer.bars import bars_of, likeness
from studio.arrangement.drummer.strokes import DRUMS, LATEST
from studio.ground.assets import ASSETS
from studio.ground.errors import BadModel
from studio.music.instruments import CRASH, KICK, KIT
from studio.music.score import STEP_TICKS

CELLS = st.tuples(
    st.integers(0, 31), st.integers(0, DRUMS - 1), st.integers(1, 127), st.integers(-54, 54)
)


def play(bars: list[Bar], seed: int = 0, style: str = "pop", steps: int = 16) -> Strokes:
    return load().take(bars, steps, np.random.default_rng(seed), style).until(len(bars))


def of_bars(strokes: Strokes) -> NDArray[np.bool_]:
    return strokes.struck.reshape(-1, 16, DRUMS)


@given(st.lists(CELLS, max_size=30))
def test_strokes_come_back_from_their_notes(cells: list[tuple[int, int, int, int]]) -> None:
    struck = np.zeros((32, DRUMS), bool)
    loud, late = np.zeros((2, 32, DRUMS), np.float32)
    for step, drum, velocity, ticks in cells:
        struck[step, drum], loud[step, drum] = True, velocity / 127
        late[step, drum] = max(ticks, -step * STEP_TICKS) / STEP_TICKS
    strokes = Strokes(struck, loud, late)
    again = Strokes.of(strokes.notes(), 32)
    assert (again.struck == struck).all()
    assert np.allclose(again.loud, loud)
    assert np.allclose(again.late, late, atol=1e-6)
    assert all(note.start_tick % STEP_TICKS == 0 for note in strokes.notes(feel=0))


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_played_within_its_steps(style: str) -> None:
    strokes = play([Bar(2, 3)] * 4, style=style)
    assert 4 * 4 <= strokes.struck.sum() <= 4 * 40
    assert (np.abs(strokes.late) <= LATEST).all()
    assert ((strokes.loud > 0) == strokes.struck).all()
    assert strokes.loud.max() <= 1
    assert not strokes.late[~strokes.struck].any()


def test_a_take_that_goes_on_is_the_one_that_was_played_at_once() -> None:
    bars = [Bar(2, 3, fill=bar == 3) for bar in range(6)]
    take = load().take(bars, 16, np.random.default_rng(4), "rock")
    first = take.until(2).notes()
    assert take.until(6).notes() == play(bars, 4, "rock").notes()
    assert tuple(n for n in take.until(6).notes() if n.start_tick < 2 * 1900) == tuple(
        n for n in first if n.start_tick < 2 * 1900
    )


def test_the_same_seed_gives_the_same_drums_and_another_others() -> None:
    bars = [Bar(2, 3)] * 4
    assert play(bars, 1).notes() == play(bars, 1).notes() != play(bars, 2).notes()


def test_busier_and_louder_bars_are_busier_and_louder() -> None:
    many = [play([Bar(level, 2)] * 6, 3).struck.sum() for level in (0, 5)]
    assert many[0] < many[1]
    loud = [play([Bar(2, level)] * 6, 3) for level in (0, 5)]
    means = [one.loud[one.struck].mean() for one in loud]
    assert means[0] < means[1]


def test_a_groove_holds_and_a_fill_does_not() -> None:
    held, filled = [], []
    for seed in range(4):
        hits = of_bars(play([Bar(1, 3, fill=bar == 3) for bar in range(4)], seed))
        held.append(likeness(hits[1], hits[2]))
        filled.append(likeness(hits[2], hits[3]))
    assert np.mean(held) > 0.6 > np.mean(filled)


def test_it_ends_with_one_stroke_and_keeps_silent_where_it_is_told_to() -> None:
    hits = of_bars(play([Bar(silent=True), Bar(2, 3), Bar(last=True)]))
    assert not hits[0].any()
    assert hits[1].any()
    assert np.argwhere(hits[2]).tolist() == [[0, KIT.index(KICK)], [0, KIT.index(CRASH)]]


def test_the_kick_goes_with_the_bass() -> None:
    bars = [Bar(2, 3)] * 8
    bass = np.zeros(128, bool)
    bass[3::8] = True  # where hardly anyone kicks
    kicks = []
    for given_ in (None, bass):
        take = load().take(bars, 16, np.random.default_rng(0), "pop")
        kicks.append(take.until(8, bass=given_).struck[bass, KIT.index(KICK)].sum())
    assert kicks[1] >= kicks[0]


def test_strokes_of_others_are_kept_and_given_a_touch() -> None:
    rng = np.random.default_rng(0)
    given_ = rng.random((32, DRUMS)) < 0.1
    take = load().take([Bar(), Bar()], 16, rng, "rock")
    strokes = take.until(2, given=given_)
    assert (strokes.struck == given_).all()
    assert strokes.late.any()


@pytest.mark.parametrize("steps", [4, 8, 12, 14, 18, 20, 28])
def test_every_metre_is_played(steps: int) -> None:
    strokes = play([Bar(2, 3, fill=bar == 1) for bar in range(3)], steps=steps)
    assert len(strokes.struck) == 3 * steps
    assert strokes.struck.any()


def test_a_beat_is_spread_over_a_longer_one() -> None:
    struck = np.zeros((8, DRUMS), bool)
    struck[[0, 2, 7], 0] = True
    loud = struck.astype(np.float32)
    spread = Strokes(struck, loud, 0 * loud).spread((0, 2, 4, 5), 6)
    assert np.flatnonzero(spread.struck[:, 0]).tolist() == [0, 4, 11]


def test_what_people_played_would_have_been_asked_for_as_it_is() -> None:
    hits = np.zeros((5 * 16, DRUMS), bool)
    for bar in range(4):
        hits[bar * 16 : bar * 16 + 16 : 2, KIT.index(42)] = True
    hits[64:80, KIT.index(45)] = True  # a roll on a tom
    loud = hits.astype(np.float32) * 0.9
    asked = bars_of(Strokes(hits, loud, 0 * loud), 16)
    assert [bar.fill for bar in asked] == [False] * 4 + [True]
    assert [bar.busy for bar in asked] == [0] * 4 + [1]
    assert {bar.loud for bar in asked} == {5}


def test_the_drummer_is_small_and_a_damaged_one_is_said(tmp_path: Path) -> None:
    assert (ASSETS / "drummer" / "weights.safetensors").stat().st_size < 1_000_000
    (tmp_path / "weights.safetensors").write_bytes(b"none")
    with pytest.raises(BadModel, match="install Tutti again"):
        load(tmp_path)
