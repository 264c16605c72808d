"""Models that go on learning from where another stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from studio.catalog import Card, is_id
from studio.errors import BadKnob
from studio.techniques.contract import choose
from studio.techniques.registry import technique

_EPOCHS = 4
_SLOWER = 4  # times: what was learned should not be forgotten
_DROPOUT = 0.1


def fine_tuned(base: Card, changes: Mapping[str, Any]) -> Card:
    """The card of a model that goes on from `base` before it learned more: its band and networks,
    few epochs at a lower learning rate, where `changes` say nothing else.

    Raises BadKnob for a setting there is not, or one out of range.
    """
    kind = technique(base.technique)
    gentle = {
        "epochs": _EPOCHS,
        "learning_rate": float(base.settings["learning_rate"]) / _SLOWER,
        "dropout": _DROPOUT,
    }
    known = {name: value for name, value in gentle.items() if name in base.settings}
    settings = asdict(choose(kind.settings, {**base.settings, **known, **changes}))
    command = f"tutti train --from {base.id} --data YOUR-FILES"
    return replace(base, settings=settings, shares="", measures={}, reproduce=command)


def learned_before(card: Card, base: Card) -> Card:
    """The card with what the model learned from before it went on, and the terms of both."""
    return replace(
        card,
        data=f"Before: {base.data} Then: {card.data}",
        licence=f"{base.licence} Then: {card.licence}",
        follows=base.follows,
    )


def named(card: Card, name: str) -> Card:
    """The card under another name: its id and its title. Raises BadKnob for a name that is none."""
    if not is_id(name):
        raise BadKnob(f"{name!r} is no name for a model: use small letters, digits and hyphens.")
    return replace(card, id=name, title=name.replace("-", " ").capitalize())
