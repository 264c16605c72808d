"""One melody and one seed, played by several models, a take each: what the jobs audition and genres
share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from studio import composing
from studio.composing import Band, Composition
from studio.ground.errors import BadKnob
from studio.ground.payload import Payload
from studio.jobs.growing import whole
from studio.library import band_facts
from studio.music.melody import melody_from_json
from studio.music.score import Score
from studio.queue import Context, JsonObject


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


def play(
    band: Band,
    melody: Score,
    seed: int,
    context: Context,
    take: int,
    write: Callable[[Composition, JsonObject], object],
) -> Composition:
    """A take, counted from 1, once `write` has written it with its facts: "composed" {"take",
    "model", … as `band_facts`} tells of it. Its sound is yet to come."""
    piece = whole(context, band, composing.Request(melody, band.card.id, seed))
    facts = band_facts(piece)
    write(piece, facts)
    context.emit("composed", {**facts, "take": take})
    return piece


def takes(models: Iterable[str]) -> JsonObject:
    """The result of such a job: {"takes": [{"take", "model"}, …]}."""
    return {"takes": [{"take": take, "model": model} for take, model in enumerate(models, 1)]}
