"""What the Models page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from typing import Any

from studio.ui import Flash, PageDraft

DRAFT = "models"
PROBLEM = Flash("models")
_MOST_SAMPLES = 30


def _fresh() -> dict[str, Any]:
    """The draft of somebody new, and what one of an earlier version lacks."""
    return {
        "view": None,
        "shown": None,  # the model that is looked at
        "sides": [],  # two models, side by side
        "melody": "twinkle",
        "samples": {},  # the last audition by models, their ids joined with +
        "genre": None,  # of the ear test
        "blind": "random",  # or "chosen": who fights the next duel
        "rivals": [],  # the two that are chosen
        "duel": None,  # {"job", "models": [A, B], "vote": None | "A" | "B" | "none"}
    }


_PAGE = PageDraft(DRAFT, _fresh)
draft, change = _PAGE.read, _PAGE.change


def keep_sample(models: list[str], job: str) -> None:
    """Remembers the last job that played something with these models."""
    samples = {**draft()["samples"], "+".join(models): job}
    change(samples=dict(list(samples.items())[-_MOST_SAMPLES:]))


def sample_of(models: list[str]) -> str | None:
    """The last job that played something with these models."""
    job: str | None = draft()["samples"].get("+".join(models))
    return job
