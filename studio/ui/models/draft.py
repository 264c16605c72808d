"""What the Models page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from typing_extensions import TypedDict

from studio.ui import Flash, PageDraft

DRAFT = "models"
PROBLEM = Flash("models")


class Duel(TypedDict):
    """A duel of the ear test: the audition, its models as A and B, and A, B or none once voted."""

    job: str
    models: list[str]
    vote: str | None


class ModelsDraft(TypedDict):
    """The draft of the Models page."""

    view: str | None
    shown: str | None  # the model that is looked at
    sides: list[str]  # two models, side by side
    melody: str
    samples: dict[str, str]  # the last audition by models, their ids joined with +
    genre: str | None  # of the ear test
    blind: str  # "random", or "chosen": who fights the next duel
    rivals: list[str]  # the two that are chosen
    duel: Duel | None


def _fresh() -> ModelsDraft:
    return {
        "view": None, "shown": None, "sides": [], "melody": "twinkle", "samples": {},
        "genre": None, "blind": "random", "rivals": [], "duel": None,
    }  # fmt: skip


_PAGE = PageDraft(DRAFT, ModelsDraft, _fresh)
draft, change, saved = _PAGE.read, _PAGE.change, _PAGE.saved
