"""Settings and knobs from plain values: ranges, unknown names, what is no number."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music.instruments import Part
from studio.techniques import Field
from studio.techniques.forms import Form, setting


class Toy(Form):
    """A class of knobs as a technique has one."""

    warmth: float = setting(0.5, 0.0, 2.0, "How warm it sounds.")
    echo_count: int = setting(3, 1, 9, "How often it comes back.")


def test_fields_say_what_a_form_needs() -> None:
    assert Toy.fields() == (
        Field("warmth", "Warmth", "How warm it sounds.", 0.5, 0.0, 2.0, 0.02),
        Field("echo_count", "Echo count", "How often it comes back.", 3, 1, 9, 1),
    )


def test_what_is_not_chosen_is_the_default() -> None:
    assert Toy.parse({}) == Toy(0.5, 3)
    assert Toy.parse({"echo_count": 9}) == Toy(0.5, 9)


@given(st.floats(0, 2), st.integers(1, 9))
def test_every_value_of_the_range_can_be_chosen(warmth: float, echo_count: int) -> None:
    assert Toy.parse({"warmth": warmth, "echo_count": echo_count}) == Toy(warmth, echo_count)


def test_whole_numbers_stay_whole() -> None:
    chosen = Toy.parse({"warmth": 1, "echo_count": 4.0})
    assert (chosen.warmth, chosen.echo_count) == (1.0, 4)
    assert isinstance(chosen.warmth, float)
    assert isinstance(chosen.echo_count, int)


@pytest.mark.parametrize("value", [-0.01, 2.01, math.inf, -math.inf, math.nan, 1e300])
def test_a_value_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(BadKnob, match=r"Warmth must be from 0.0 to 2.0"):
        Toy.parse({"warmth": value})


@pytest.mark.parametrize("value", [0, 10, 10**400, math.inf, math.nan, 2.5])
def test_a_count_out_of_range_or_broken_is_refused(value: float) -> None:
    with pytest.raises(BadKnob, match="Echo count must be"):
        Toy.parse({"echo_count": value})


@pytest.mark.parametrize("value", ["warm", None, [], {}, 1j, "", "nan"])
@pytest.mark.parametrize("name", ["warmth", "echo_count"])
def test_what_is_no_number_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadKnob, match="must be"):
        Toy.parse({name: value})


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadKnob, match="this technique has warmth, echo_count"):
        Toy.parse({"volume": 11})


@pytest.mark.parametrize(
    "values",
    [{"program": 128}, {"voices": 0}, {"low": -1}, {"high": 128}, {"low": 80}, {"velocity": 0}],
)
def test_a_part_outside_what_a_score_can_hold_is_refused(values: dict[str, int]) -> None:
    usual: dict[str, Any] = {"program": 0, "voices": 1, "low": 40, "high": 60}
    assert Part("Alto", **usual).velocity == 72
    with pytest.raises(ValueError, match="The part Alto"):
        Part("Alto", **{**usual, **values})
