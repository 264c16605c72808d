"""A recipe names what was done to its tune before a band played to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import tune

from studio.composing import Chain, Recipe, Request, load_band
from studio.composing.chain import Step
from studio.ground.errors import BadScore

FIX = Step("fix", "bach-arcnn", "Bach · AR-CNN", "abc", 3, {"creative_risk": 2.0}, count=3)
EXTEND = Step("extend", "pop-transformer", "Pop · Transformer", count=8)
PART = Step("part", "pop-gan", "Pop · GAN", part="Bass")


def chain(*steps: Step) -> Chain:
    return Chain(tune(2), steps)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((FIX, EXTEND), "3 notes mended by Bach · AR-CNN, 8 bars more by Pop · Transformer"),
        ((EXTEND, Step("edit"), PART), "8 bars more by Pop · Transformer, edited by hand, "
         "Bass of the band by Pop · GAN taken for the melody"),
    ],
)  # fmt: skip
def test_a_chain_in_words(steps: tuple[Step, ...], says: str) -> None:
    assert chain(*steps).sentence == f"Your tune, {says}"


def test_what_is_taken_back_is_told_of_the_last_mending() -> None:
    two = chain(FIX, EXTEND, FIX, Step("edit")).taking_back([2], 2)
    assert [step.taken_back for step in two.steps] == [(), (), (2,), ()]
    assert two.steps[2].count == 2
    assert chain(FIX).taking_back([1, 2, 3], 0).sentence == "Your tune"
    assert chain(EXTEND).taking_back([1], 0) == chain(EXTEND)


def test_edits_by_hand_that_follow_each_other_are_one() -> None:
    assert chain(FIX).edited().edited() == chain(FIX, Step("edit"))


def test_a_recipe_keeps_it_and_plays_the_same(tiny_model: Path) -> None:
    band = load_band(tiny_model, "cpu")
    plain = band.compose(Request(tune(2), band.card.id))
    made = band.compose(Request(tune(2), band.card.id, chain=chain(FIX, EXTEND)))
    assert made.midi == plain.midi
    assert "chain" not in plain.recipe.to_json()
    recipe = Recipe.from_json(json.dumps(made.recipe.to_json()))
    assert recipe == made.recipe
    assert recipe.chain == chain(FIX, EXTEND)
    assert band.replay(recipe).midi == made.midi


def test_a_damaged_chain_is_one_sentence() -> None:
    assert Chain.read(None) is None
    assert Chain.read(chain(FIX).to_json()) == chain(FIX)
    newer = {**chain(FIX).to_json(), "steps": [{"act": "sing", "voice": 3}, {"act": "edit"}]}
    known = Chain.read(newer)
    assert known
    assert known.sentence == "Your tune, edited by hand"
    torn: object = {**chain().to_json(), "steps": [3]}
    for damaged in ({}, [], {"tune": 3}, torn):
        with pytest.raises(BadScore, match=r"\.$"):
            Chain.read(damaged)
