"""The genres job: one melody and one seed, played by a model of each genre; a take for each.

All bands are written before the first is rendered, so that the cards are there at once: "composed"
{"take", "model", … as `pieces.summary`} for each take, or "left out" {"model", "text"} for a model
that cannot play it; then "kept" as the library has them, then "sound" {"take"} for each. The result
is {"takes": [{"take", "model"}, …]}.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from studio.composing import Composition, last, stream
from studio.errors import BadKnob, BadModel
from studio.jobs.compose import Bands, checked
from studio.jobs.keeping import keep_takes
from studio.jobs.pieces import pieces_folder, summary, write_piece, write_sound
from studio.jobs.records import JsonObject
from studio.jobs.worker import Context
from studio.recipes import melody_from_json
from studio.sound.engine import Engine

MOST = 16


@dataclass(frozen=True, slots=True)
class GenresRequest:
    """A melody as `recipes.melody_to_json` writes it, and the ids of the models."""

    melody: dict[str, Any]
    seed: int
    models: list[str]

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def run(request: GenresRequest, context: Context, bands: Bands, synth: Engine) -> JsonObject:
    """Lets every model play; raises BadKnob for too many or none, BadScore for a melody that cannot
    be played to, BadModel where no model is there."""
    models = list(dict.fromkeys(request.models))
    if not 1 <= len(models) <= MOST:
        raise BadKnob(f"Choose 1 to {MOST} models.")
    melody = melody_from_json(request.melody)
    pieces: list[Composition] = []
    labels: list[str] = []
    missing: BadModel | None = None
    for number, model in enumerate(models):
        share = 0.7 * number / len(models)
        context.emit("stage", {"text": f"Band {number + 1} of {len(models)}", "share": share})
        try:
            band = bands.get(model)
        except BadModel as error:  # the others play
            missing = error
            context.emit("left out", {"model": model, "text": str(error)})
            continue
        piece = last(checked(context, stream(band, melody, request.seed)))
        pieces.append(piece)
        labels.append(band.card.title)
        folder = pieces_folder(context.data_dir, context.job.id, len(pieces))
        facts = summary(piece)
        write_piece(piece, folder, facts)
        context.emit("composed", {**facts, "take": len(pieces)})
    if missing is not None and not pieces:
        raise missing
    keep_takes(context, labels)
    for take, piece in enumerate(pieces, 1):
        share = 0.7 + 0.3 * (take - 1) / len(pieces)
        context.emit("stage", {"text": f"Rendering the sound of band {take}", "share": share})
        write_sound(piece, synth, pieces_folder(context.data_dir, context.job.id, take))
        context.emit("sound", {"take": take})
    played = [piece.recipe["model"] for piece in pieces]
    return {"takes": [{"take": take, "model": model} for take, model in enumerate(played, 1)]}
