"""The extend job: a melody in, a longer melody and its chords out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from studio.composing.recipe import melody_from_json, melody_to_json
from studio.composing.rewrites import extend
from studio.jobs.compose import Bands
from studio.queue import JsonObject


@dataclass(frozen=True, slots=True)
class ExtendRequest:
    """What a page asks for; `melody` as `recipes.melody_to_json` writes it."""

    melody: dict[str, Any]
    model: str
    seed: int
    knobs: dict[str, float]
    chords: str = ""

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def play(request: ExtendRequest, bands: Bands) -> JsonObject:
    """`melody`, its `chords` as text, and how many bars were `added`."""
    melody = melody_from_json(request.melody)
    band = bands.get(request.model)
    longer = extend(band, melody, request.seed, request.knobs, request.chords)
    return {
        "melody": melody_to_json(longer.melody),
        "chords": longer.chords,
        "added": longer.melody.bars - melody.bars,
    }
