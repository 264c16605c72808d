"""The genres job: one melody and one seed, played by a model of each genre; a take for each.

All bands are written before the first is rendered, so that the cards are there at once: "composed"
for each take that the library has, as `studio.jobs.several` says, or "left out" {"model", "text"}
for a model that is gone; then "kept" {"piece"}, then "sound" {"take"} for each.
"""

from __future__ import annotations

from functools import partial

from studio.composing import Composition
from studio.ground.errors import BadModel
from studio.jobs.several import Request, asked, play, takes
from studio.jobs.takes import forget_old_sound, write_sound
from studio.jobs.tools import Tools
from studio.library import Library, take_folder
from studio.queue import Context, JsonObject

__all__ = ["KIND", "MOST", "Request", "run"]

KIND = "genres"
MOST = 16


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Lets every model play; raises BadKnob for too many or none, BadScore for a melody that cannot
    be played to, BadModel where no model is there."""
    models, melody = asked(request, MOST)
    pieces: list[Composition] = []
    missing: BadModel | None = None
    with Library.in_folder(context.data_dir) as library:
        for number, model in enumerate(models):
            share = 0.7 * number / len(models)
            context.emit("stage", {"text": f"Band {number + 1} of {len(models)}", "share": share})
            try:
                band = tools.band(model)
            except BadModel as error:  # the others play
                missing = error
                context.emit("left out", {"model": model, "text": str(error)})
                continue
            take = len(pieces) + 1
            keep = partial(
                library.keep, context.job.owner, context.job.id, take=take, label=band.card.title
            )
            pieces.append(play(band, melody, request.seed, context, take, keep))
        if missing is not None and not pieces:
            raise missing
        library.sweep()
    context.emit("kept", {"piece": context.job.id})
    for take, piece in enumerate(pieces, 1):
        share = 0.7 + 0.3 * (take - 1) / len(pieces)
        context.emit("stage", {"text": f"Rendering the sound of band {take}", "share": share})
        write_sound(piece, tools.synth, take_folder(context.data_dir, context.job.id, take))
        context.emit("sound", {"take": take})
    forget_old_sound(context.data_dir)
    return takes(piece.recipe.model for piece in pieces)
