"""The gather and diagnose jobs: music fetched or made ready to learn from, and its doctor; what a
page submits.

"gather" says "stage" {"text", "share"}; its result is {"set": id}. The result of "diagnose" is the
diagnosis, which is kept as `DIAGNOSIS_FILE` in the set's folder, too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from studio.queue import JsonObject

DIAGNOSIS_FILE = "diagnosis.json"


@dataclass(frozen=True, slots=True)
class GatherRequest:
    """The set `key` of a `source`: "builtin" or "public"."""

    source: str
    key: str

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DiagnoseRequest:
    """The id of a set; how its songs are laid out, or None where that is to be found."""

    set: str
    layout: str | None = None

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def sets_folder(data_dir: Path) -> Path:
    """Where the music lies that can be learned from."""
    return data_dir / "sets"
