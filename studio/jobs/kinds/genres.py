"""The genres job: one melody or chart and one seed, played by a model of each genre; a take for
each.

Each is kept and told of as soon as it is written, and its stems are rendered while the next is, but
those of the first alone, so that it is heard soon:
"composed" {"take", "model", … as `band_facts`} for each take that the library has, after the first
"kept" {"piece"}; "left out" {"model", "text"} for a model that is gone or knows no such chords;
"played" once all are written, while the last of their sound is rendered.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from studio import composing
from studio.ground.errors import BadKnob, BadModel
from studio.jobs import several
from studio.jobs.growing import whole
from studio.jobs.kinds.stems import stem_store
from studio.jobs.place import Place
from studio.jobs.tools import Tools
from studio.library import Library
from studio.music.score import Score
from studio.queue import Context, JsonObject

KIND = "genres"
MOST = 16


@dataclass(frozen=True, slots=True)
class Request(several.Request):
    """The models, a melody, a seed, and the `place` where the bands go; `chords`, `key` and
    `chain` as in a band's request."""

    place: Place = field(default_factory=Place)
    chords: str = ""
    key: str = ""
    chain: composing.Chain | None = None
    arranged: bool = False  # each as its genre usually is


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Lets every model play; raises BadKnob for too many or none, BadScore for a melody that cannot
    be played to, BadModel where no model is there, SoundError where the disk is full."""
    models, melody = several.asked(request, MOST)
    chords, key, chain = request.chords, request.key, request.chain
    wanted = composing.Request(melody, "", request.seed, chords=chords, key=key, chain=chain)
    place, played, sounds = request.place, list[str](), list[Future[None]]()
    missing: BadKnob | BadModel | None = None
    with Library.in_folder(context.data_dir) as library, ThreadPoolExecutor(1) as pool:
        for number, model in enumerate(models):
            stage = {"text": f"Band {number + 1} of {len(models)}", "share": number / len(models)}
            context.emit("stage", stage)
            try:
                band = tools.band(model)
                usual: dict[str, object] | None = {} if request.arranged else None
                asked = band.arranged(replace(wanted, model=model), usual)
                piece = whole(context, band, asked)
            except (BadKnob, BadModel) as error:  # the others play
                missing = error
                context.emit("left out", {"model": model, "text": str(error)})
                continue
            played.append(model)
            there, facts = place.keep(context, library, piece, len(played), band.card.title)
            if place.sound:
                score = piece.on_instruments(place.instruments).score
                sounds.append(pool.submit(_render, context, score, place.sound, tools))
            if len(played) == 1:
                context.emit("kept", {"piece": there.id})
            context.emit("composed", {**facts, "take": len(played)})
            if len(played) == 1:
                wait(sounds)
        if missing is not None and not played:
            raise missing
        library.sweep()
        context.emit("played", {})
        for sound in sounds:
            sound.result()
            context.check()
    return several.takes(played)


def _render(context: Context, score: Score, sound: str, tools: Tools) -> None:
    """The sound of a band, part by part."""
    context.check()
    stems = stem_store(context.data_dir)
    names = stems.names(score, sound)
    list(stems.render(score, names, tools.synth))
    stems.mix(score, names)
    stems.forget()
