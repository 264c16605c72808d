"""How far the transformer's updates move: slowly at first, and hardly at all at the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.techniques.transformer.trainer import rate
from studio.training import shared


def rates(count: int, warm_up: float) -> list[float]:
    """Of a whole training of so many updates."""
    return [rate(done, done / count, warm_up) for done in range(count)]


@given(st.integers(1, 2000), st.floats(0.0, 0.99))
def test_warming_up_never_takes_more_than_its_share_of_a_training(
    count: int, warm_up: float
) -> None:
    found = rates(count, warm_up)
    after = [r for done, r in enumerate(found) if warm_up < done / count < 0.69]
    assert all(r == 1.0 for r in after)


@given(st.integers(1, 2000), st.floats(0.0, 1.0))
def test_it_never_takes_more_than_two_hundred_updates(count: int, warm_up: float) -> None:
    found = rates(count, warm_up)
    assert all(r == 1.0 for done, r in enumerate(found) if 199 <= done < 0.69 * count)
    assert all(0 < r <= 1 for r in found)


def test_a_short_training_begins_gently_and_ends_at_nearly_nothing() -> None:
    found = rates(90, 0.05)
    assert found[0] == 1 / 200
    assert found[:63] == sorted(found[:63])
    assert found[63:] == sorted(found[63:], reverse=True)
    assert found[-1] < 0.05


def test_the_shipped_weights_can_be_made_again() -> None:
    """As numbers: the schedule of their last training, 12 epochs of 100 updates, and any other."""
    found = rates(12 * shared.UPDATES, shared.SETTINGS["warm_up"])
    assert [found[done] for done in (0, 1, 99, 199, 200, 839)] == [0.005, 0.01, 0.5, 1.0, 1.0, 1.0]
    assert found[1020] == pytest.approx(0.5)
    assert found[-1] == pytest.approx(0.005 / 0.3)
    for count in (100, 1200, 4000):
        assert rates(count, shared.SETTINGS["warm_up"]) == [
            min(1.0, (done + 1) / 200) * min(1.0, max(1 - done / count, 0.005) / 0.3)
            for done in range(count)
        ]
