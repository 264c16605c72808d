"""The form of a band that is arranged, as the arranger is shown it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from studio.composing import Edit, Recipe
from studio.ground.errors import BadKnob, BadScore


def form_data(told: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Of the band of a recipe, with what is `asked` of a worker just now: its sections as text, the
    bars, from 0, that a drummer fills, None where none drums, and the parts that were edited by
    hand, which stay. None where the band is not arranged."""
    if not told.get("arrangement"):
        return None
    try:
        recipe = Recipe.from_json(dict(told))
    except BadScore:  # of a newer Tutti
        return None
    with suppress(BadKnob):  # the worker says what is wrong with it
        if asked.get("form") is not None:
            recipe = recipe.with_form(asked["form"])
        if asked.get("fill") is not None:
            recipe = recipe.with_fill(*asked["fill"])
    if recipe.form is None:
        return None
    fills = recipe.fills
    by_hand = {one.part for one in recipe.edits if isinstance(one, Edit) and one.notes is not None}
    return {
        "text": str(recipe.form),
        "fills": None if fills is None else sorted(fills),
        "by_hand": sorted(by_hand),
    }
