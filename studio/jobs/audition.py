"""The audition job: one melody, one seed, several models; a take for each.

"composed" {"take", "model", … as `pieces.summary`} comes for each take once its MIDI is there, then
"sound" {"take"}; the result is {"takes": [{"take", "model"}, …]}.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from studio.composing import last, stream
from studio.errors import BadKnob
from studio.jobs.compose import Bands, checked
from studio.jobs.pieces import pieces_folder, summary, write_picture, write_piece, write_sound
from studio.jobs.records import JsonObject
from studio.jobs.worker import Context
from studio.recipes import melody_from_json
from studio.sound.engine import Engine

MOST = 8


@dataclass(frozen=True, slots=True)
class AuditionRequest:
    """The ids of the models, and a melody as `recipes.melody_to_json` writes it."""

    models: list[str]
    melody: dict[str, Any]
    seed: int = 0

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def audition(request: AuditionRequest, context: Context, bands: Bands, synth: Engine) -> JsonObject:
    """Lets every model play; raises BadKnob for too many or none, BadModel for one there is not."""
    if not 1 <= len(request.models) <= MOST:
        raise BadKnob(f"Choose 1 to {MOST} models.")
    melody = melody_from_json(request.melody)
    for take, model in enumerate(request.models, 1):
        share = (take - 1) / len(request.models)
        context.emit("stage", {"text": f"Take {take} of {len(request.models)}", "share": share})
        grown = stream(bands.get(model), melody, request.seed)
        piece = last(checked(context, grown))
        folder = pieces_folder(context.data_dir, context.job.id, take)
        facts = summary(piece)
        write_piece(piece, folder, facts)
        write_picture(piece, folder)
        context.emit("composed", {**facts, "take": take})
        write_sound(piece, synth, folder)
        context.emit("sound", {"take": take})
    return {"takes": [{"take": n, "model": model} for n, model in enumerate(request.models, 1)]}
