"""What the library hands out: pieces, their versions, and what a version holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.music.score import Score
from studio.queue import JsonObject

VersionKind = Literal["band", "bars", "edit", "chord", "veto", "rhythm", "form", "opened", "copy"]
LABELS: dict[VersionKind, str] = {
    "band": "Band", "bars": "Written anew", "edit": "Edited", "chord": "Chord changed",
    "veto": "Veto", "rhythm": "Rhythm", "form": "Form", "opened": "Opened", "copy": "Copied",
}  # fmt: skip
BESIDE = " (beside another tab)"  # in the label of what another tab's change could not be put under


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the library: one tree of versions. Times are wall-clock seconds, for display and
    for the 30 days after which what was deleted goes."""

    id: str
    owner: str
    name: str
    tags: list[str]
    favourite: bool
    created_at: float
    changed_at: float
    deleted_at: float | None
    head: str  # the version saved last
    revision: int  # grows with every change of anything here
    mix: JsonObject
    locks: list[str]


@dataclass(frozen=True, slots=True)
class Version:
    """A piece as it stood once; `revision` is the piece's, with which this came."""

    id: str
    piece: str
    parent: str | None
    kind: VersionKind
    label: str
    at: float
    revision: int
    job: str | None  # the job and take that it is from
    take: int | None

    @property
    def is_beside(self) -> bool:
        """Whether another tab's change could not be put under it."""
        return self.label.endswith(BESIDE)

    @property
    def is_of_bars(self) -> bool:
        """Whether bars became others, and not by hand: its label says which."""
        return self.kind in ("bars", "chord", "veto", "rhythm", "form")

    @property
    def text(self) -> str:
        """Its label, and what was done where that does not say so."""
        act = LABELS[self.kind]
        return self.label if self.label.startswith(act) else f"{self.label} · {act}"


@dataclass(frozen=True, slots=True)
class Content:
    """What a version holds."""

    version: Version
    score: Score
    recipe: JsonObject
    facts: JsonObject
