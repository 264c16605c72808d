"""What the worker can do, by kind of job, and what it keeps warm between jobs.

This is what the worker loads: torch and the soundfont live in its process, never in the pages'.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from studio.catalog import models
from studio.device import choose_device, device_name
from studio.errors import TuttiError
from studio.jobs import sprites
from studio.jobs.compose import (
    Bands,
    Request,
    forget_old_sound,
    other_chords,
    pieces_folder,
    play,
    summary,
    write_piece,
    write_sound,
)
from studio.jobs.records import JsonObject
from studio.jobs.worker import Context, Handler
from studio.settings import Settings
from studio.sound.engine import Engine
from studio.sound.synth import open_synth


@cache
def _settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


@cache
def _bands(data_dir: Path) -> Bands:
    return Bands(_settings(data_dir))


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
    """A band under a melody: `composed` is emitted once picture and MIDI are there, then the
    sound is rendered."""
    request = Request(**context.job.payload)
    folder = pieces_folder(context.data_dir, context.job.id)
    context.emit("stage", {"text": "Composing the band", "share": 0.1})
    piece = play(request, _bands(context.data_dir))
    context.check()
    write_piece(piece, folder)
    facts = summary(piece)
    context.emit("composed", facts)
    context.emit("stage", {"text": "Rendering the sound", "share": 0.6})
    seconds = write_sound(piece, _synth(context.data_dir), folder)
    forget_old_sound(context.data_dir)
    facts["other_chords"] = other_chords(piece, request, _bands(context.data_dir))
    return {**facts, "render_seconds": round(seconds, 3), "sound": _synth(context.data_dir).name}


def sprite(context: Context) -> JsonObject:
    """The keyboard's notes for one instrument."""
    program, sound = int(context.job.payload["program"]), str(context.job.payload["sound"])
    sprites.render(program, sound, _synth(context.data_dir), context.data_dir)
    return {}


HANDLERS: dict[str, Handler] = {"compose": compose, "sprite": sprite}
