"""The bands of a piece, for the row above the lanes: each with its picture and its sound, so that
the browser lets one hear it before the page has answered."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Any

from studio.ground.errors import TuttiError
from studio.jobs.kinds import genres
from studio.library import Library, Version
from studio.ui import house
from studio.ui.compose.work import Work, root_of, roots_of
from studio.ui.library import part_sounds

_MOST, _KEPT = 24, 400


def bands(work: Work) -> list[dict[str, Any]]:
    """The newest takes, each as its last version is; one that is damaged has no sound."""
    newest = {root_of(work.history, version.id): version for version in work.history}
    numbered = list(enumerate(roots_of(work.history), 1))[-_MOST:]
    return [_band(number, root, newest[root.id]) for number, root in numbered]


def left_out(work: Work) -> list[dict[str, str]]:
    """The newest bands that were asked for and could not be: what they are called, and why."""
    newest = next(reversed(roots_of(work.history)), None)
    job = house.job(newest.job if newest else None)
    said = house.store().events(job.id) if job is not None and job.kind == genres.KIND else ()
    gone = [event.data for event in said if event.kind == "left out"]
    cards = [house.model(str(data["model"])) for data in gone]
    return [
        {"label": card.title if card else str(data["model"]), "why": str(data["text"])}
        for card, data in zip(cards, gone, strict=True)
    ]


def _band(number: int, root: Version, newest: Version) -> dict[str, Any]:
    told = {
        "take": number,
        # those of earlier versions of Tutti have their number in the label
        "label": root.label if root.label.startswith("Take ") else f"{number} {root.label}",
        "roll": f"/rolls/{newest.piece}/{newest.id}.svg",
        "parts": [],
        "loudness": None,
    }
    with suppress(TuttiError):
        parts, names = _sound(house.library(), newest.piece, newest.id)
        stems = map(part_sounds.address, names)
        told["parts"] = [
            {"name": part, "stem": stem} for part, stem in zip(parts, stems, strict=True)
        ]
        told["loudness"] = part_sounds.loudness(names)
    return told


@lru_cache(maxsize=_KEPT)
def _sound(library: Library, piece: str, version: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts' names and what their sound is called: a version never changes."""
    score = library.opened(piece, version).score
    return score.part_names, part_sounds.names(score)
