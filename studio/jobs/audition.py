"""The audition job: one melody, one seed, several models; a take for each, to be heard once.

"composed" comes for each take once its MIDI is there, as `studio.jobs.several` says, then "sound"
{"take"}, before the next one is played.
"""

from __future__ import annotations

from functools import partial

from studio.jobs.compose import Bands
from studio.jobs.several import SeveralRequest, asked, play, takes
from studio.jobs.takes import write_picture, write_sound
from studio.library import take_folder, write_band
from studio.queue import Context, JsonObject
from studio.sound import Engine

MOST = 8


def run(request: SeveralRequest, context: Context, bands: Bands, synth: Engine) -> JsonObject:
    """Lets every model play; raises BadKnob for too many or none, BadScore for a melody that cannot
    be played to, BadModel for a model there is not."""
    models, melody = asked(request, MOST)
    for take, model in enumerate(models, 1):
        share = (take - 1) / len(models)
        context.emit("stage", {"text": f"Take {take} of {len(models)}", "share": share})
        folder = take_folder(context.data_dir, context.job.id, take)
        write = partial(write_band, folder)
        piece = play(bands.get(model), melody, request.seed, context, take, write)
        write_picture(piece, folder)
        write_sound(piece, synth, folder)
        context.emit("sound", {"take": take})
    return takes(models)
