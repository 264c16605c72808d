"""The audition job: one melody, one seed, several models; a take for each, to be heard once.

"composed" {"take", "model", … as `band_facts`} comes for each take once its MIDI is there, then
"sound" {"take"}, before the next one is played.
"""

from __future__ import annotations

from studio.composing import Request as BandRequest
from studio.jobs.growing import whole
from studio.jobs.several import Request, asked, takes
from studio.jobs.takes import forget_old_sound, write_picture, write_sound
from studio.jobs.tools import Tools
from studio.library import band_facts, take_folder, write_band
from studio.queue import Context, JsonObject

__all__ = ["KIND", "Request", "run"]

KIND = "audition"
MOST = 8
SEEDS = BandRequest.MAX_SEED + 1  # that a page chooses from


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Lets every model play; raises BadKnob for too many or none, BadScore for a melody that cannot
    be played to, BadModel for a model there is not."""
    models, melody = asked(request, MOST)
    for take, model in enumerate(models, 1):
        share = (take - 1) / len(models)
        context.emit("stage", {"text": f"Band {take} of {len(models)}", "share": share})
        folder = take_folder(context.data_dir, context.job.id, take)
        wanted = BandRequest(melody, model, request.seed)
        piece = whole(context, tools.band(model), wanted)
        facts = band_facts(piece)
        write_band(folder, piece, facts)
        context.emit("composed", {**facts, "take": take})
        write_picture(piece, folder)
        write_sound(piece, tools.synth, folder)
        context.emit("sound", {"take": take})
    forget_old_sound(context.data_dir)
    return takes(models)
