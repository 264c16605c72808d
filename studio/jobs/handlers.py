"""What the worker can do, by kind of job, and what it keeps warm between jobs.

This is what the worker loads: torch and the soundfont live in its process, never in the pages'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from studio.catalog.catalog import models
from studio.composing import Composition, Request
from studio.errors import TuttiError
from studio.jobs import audition as audition_job
from studio.jobs import compose as composing
from studio.jobs import genres as genres_job
from studio.jobs import listen as listening
from studio.jobs import rewrite as rewriting
from studio.jobs import sprites
from studio.jobs import stems as stems_job
from studio.jobs import take_home as taking_home
from studio.jobs import think as thinking
from studio.jobs.growing import follow
from studio.jobs.several import SeveralRequest
from studio.jobs.takes import forget_old_sound
from studio.library import Library, band_facts
from studio.machine import Settings, choose_device, device_name
from studio.queue import Context, JsonObject
from studio.sound import Engine, open_synth


@cache
def _settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


@cache
def _bands(data_dir: Path) -> composing.Bands:
    return composing.Bands(_settings(data_dir))


@cache
def _synth(data_dir: Path) -> Engine:
    settings = _settings(data_dir)
    return open_synth(settings.soundfont_folders, settings.soundfont)


def warm_up(data_dir: Path) -> JsonObject:
    """Loads models and soundfont, so that the first band is as quick as the next. What is broken
    is left for the job that asks for it to report."""
    settings = _settings(data_dir)
    facts: JsonObject = {}
    try:
        facts["device"] = device_name(choose_device(settings.device))
    except TuttiError as error:
        facts["device"] = str(error)
    for card in models(settings.model_folders)[0]:
        with suppress(TuttiError):
            _bands(data_dir).get(card.id)
    with suppress(TuttiError):
        facts["sound"] = _synth(data_dir).name
    return facts


def compose(context: Context) -> JsonObject:
    """A band under a melody, or several takes of it: "kept" {"piece"} is emitted once the library
    has them, then "composed". One that was stopped is kept as far as it is."""
    request = Request.from_json(context.job.payload)
    context.emit("stage", {"text": "Composing the band", "share": 0.1})
    band = _bands(context.data_dir).get(request.model)
    if request.takes == 1:
        stopped = partial(_keep_stopped, context)
        pieces = [follow(context, band.stream(request), band.card.parts, stopped)]
    else:
        pieces = band.takes(request)
    result = _finish(context, pieces)
    return {**result, "other_chords": composing.other_chords(pieces[0], request, band)}


def _finish(context: Context, pieces: Sequence[Composition]) -> JsonObject:
    """Keeps the takes; what was cancelled only now is kept all the same. Their sound is rendered
    part by part where somebody listens: see `studio.jobs.stems`."""
    known = [band_facts(piece) for piece in pieces]
    job = context.job
    with Library.in_folder(context.data_dir) as library:
        for take, (piece, facts) in enumerate(zip(pieces, known, strict=True), 1):
            library.keep(job.owner, job.id, piece, facts, take)
        library.sweep()
    context.emit("kept", {"piece": job.id})
    first = {**known[0], "takes": len(pieces)}
    context.emit("composed", first)
    return first


def _keep_stopped(context: Context, piece: Composition) -> None:
    """Keeps a band whose rest does not come, where the disk allows."""
    with suppress(TuttiError), Library.in_folder(context.data_dir) as library:
        library.keep(context.job.owner, context.job.id, piece, band_facts(piece))


def extend(context: Context) -> JsonObject:
    """A melody goes on: `melody`, its `chords` as text, and how many bars were `added`."""
    request = Request.from_json(context.job.payload)
    context.emit("stage", {"text": "Going on with the melody", "share": 0.1})
    longer = _bands(context.data_dir).get(request.model).extend(request)
    return {**longer.to_json(), "added": longer.melody.bars - request.melody.bars}


def listen(context: Context) -> JsonObject:
    """A melody at every epoch of a training."""
    request = listening.ListenRequest(**context.job.payload)
    data_dir = context.data_dir
    result = listening.listen(request, context, _synth(data_dir), _settings(data_dir).device)
    forget_old_sound(data_dir)
    return result


def audition(context: Context) -> JsonObject:
    """A melody, played by several models."""
    return _several(context, audition_job.run)


def _several(
    context: Context,
    run: Callable[[SeveralRequest, Context, composing.Bands, Engine], JsonObject],
) -> JsonObject:
    data_dir = context.data_dir
    request = SeveralRequest(**context.job.payload)
    result = run(request, context, _bands(data_dir), _synth(data_dir))
    forget_old_sound(data_dir)
    return result


def sprite(context: Context) -> JsonObject:
    """The keyboard's notes for one instrument."""
    program, sound = int(context.job.payload["program"]), str(context.job.payload["sound"])
    sprites.render(program, sound, _synth(context.data_dir), context.data_dir)
    return {}


def genres(context: Context) -> JsonObject:
    """A melody, played by a model of each genre."""
    return _several(context, genres_job.run)


def regenerate(context: Context) -> JsonObject:
    """Some bars of a piece of the library, made anew."""
    request = rewriting.RewriteRequest(**context.job.payload)
    return rewriting.run(request, context, _bands(context.data_dir))


def stems(context: Context) -> JsonObject:
    """The sound of each part of a version."""
    request = stems_job.StemsRequest(**context.job.payload)
    return stems_job.run(request, context, _synth(context.data_dir))


def take_home(context: Context) -> JsonObject:
    """A version of a piece as a file for other programs."""
    request = taking_home.TakeHomeRequest(**context.job.payload)
    return taking_home.run(request, context, _synth(context.data_dir))


def think(context: Context) -> JsonObject:
    """What a model thought as it wrote a note of a piece."""
    request = thinking.ThinkRequest(**context.job.payload)
    return thinking.run(request, context, _bands(context.data_dir))


HANDLERS: dict[str, Callable[[Context], JsonObject]] = {
    "audition": audition,
    "compose": compose,
    "extend": extend,
    "genres": genres,
    "listen": listen,
    "regenerate": regenerate,
    "sprite": sprite,
    "stems": stems,
    "take_home": take_home,
    "think": think,
}
