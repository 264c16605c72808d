"""What the Models page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from dataclasses import dataclass, field

from typing_extensions import TypedDict

from studio.ui import Flash, PageDraft

DRAFT = "models"
PROBLEM = Flash("models")
MODEL, SIDES, EARS = "Model", "Side by side", "Ear test"  # the views


class Duel(TypedDict):
    """A duel of the ear test: the audition, its models as A and B, and A, B or none once voted."""

    job: str
    models: list[str]
    vote: str | None


@dataclass(frozen=True)
class ModelsDraft:
    """The draft of the Models page."""

    view: str | None = None
    shown: str | None = None  # the model that is looked at
    sides: list[str] = field(default_factory=list)  # two models, side by side
    melody: str = "twinkle"
    # the last audition by models, their ids joined with +
    samples: dict[str, str] = field(default_factory=dict)
    genre: str | None = None  # of the ear test
    blind: str = "random"  # or "chosen": who fights the next duel
    rivals: list[str] = field(default_factory=list)  # the two that are chosen
    duel: Duel | None = None


_PAGE = PageDraft(DRAFT, ModelsDraft)
draft, change, saved = _PAGE.read, _PAGE.change, _PAGE.saved
