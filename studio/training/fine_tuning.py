"""Models that go on learning from where another stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from studio.catalog import Card
from studio.errors import BadKnob
from studio.techniques import Technique, technique

_FEWEST, _MOST = 4, 16  # times that the music is gone through
_WINDOWS = 2100  # of thirty songs: what is thought of where nobody counted
_SLOWER = 4  # times: twice as quick forgets twice as much, and is no better on unseen rags


def fine_tuned(base: Card, changes: Mapping[str, Any], windows: int | None = None) -> Card:
    """The card of a model that goes on from `base` before it learned more: its band and networks,
    a lower learning rate, and as many epochs as suit music of so many `windows`, as the data doctor
    counts them, where `changes` say nothing else.

    Raises BadKnob for a setting there is not, or one out of range.
    """
    kind = technique(base.technique)
    rate = float(base.settings["learning_rate"]) / _SLOWER
    gentle = {"learning_rate": rate, **kind.gentle}
    settings = asdict(kind.Settings.parse({**base.settings, **gentle, **changes}))
    if "epochs" not in changes:
        settings["epochs"] = _epochs(kind, settings["batch_size"], windows or _WINDOWS)
    command = f"tutti train --from {base.id} --data YOUR-FILES"
    return replace(base, settings=settings, shares="", measures={}, reproduce=command)


def _epochs(kind: Technique, batch: int, windows: int) -> int:
    """How often the music is gone through for the technique's updates, as `Loop` counts them."""
    steps = max(windows // (kind.bars_a_window * batch), 1)
    return min(max(round(kind.gentle_updates / steps), _FEWEST), _MOST)


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
    if not Card.is_id(name):
        raise BadKnob(f"{name!r} is no name for a model: use small letters, digits and hyphens.")
    return replace(card, id=name, title=name.replace("-", " ").capitalize())
