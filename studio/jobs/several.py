"""One melody and one seed, played by several models, a take each: what the jobs audition and genres
share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio.ground.errors import BadKnob
from studio.ground.payload import Payload
from studio.music.melody import melody_from_json
from studio.music.score import Score
from studio.queue import JsonObject


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """The ids of the models, and a melody as `melody_to_json` writes it."""

    models: list[str]
    melody: JsonObject
    seed: int


def asked(request: Request, most: int) -> tuple[list[str], Score]:
    """The models, none twice, and the melody; raises BadKnob for more than `most` models or none,
    BadScore for a melody that cannot be read."""
    models = list(dict.fromkeys(request.models))
    if not 1 <= len(models) <= most:
        raise BadKnob(f"Choose 1 to {most} models.")
    return models, melody_from_json(request.melody)


def takes(models: Iterable[str]) -> JsonObject:
    """The result of such a job: {"takes": [{"take", "model"}, …]}."""
    return {"takes": [{"take": take, "model": model} for take, model in enumerate(models, 1)]}
