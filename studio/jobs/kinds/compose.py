"""The compose job: a band under a melody, or several takes of it.

"kept" {"piece"} is emitted once the library has them, then "composed" with the facts of the first
and how many `takes` there are; while a single take is written, what `studio.jobs.growing` says. One
that was stopped is kept as far as it is. The result also has `other_chords` to choose from. Sound
is rendered part by part where somebody listens: see `stems`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from studio.composing import Band, Composition, Request
from studio.ground.errors import TuttiError
from studio.jobs.growing import follow
from studio.jobs.tools import Tools
from studio.library import Library, band_facts
from studio.music.harmony import write_chords
from studio.queue import Context, JsonObject

__all__ = ["KIND", "Request", "run"]

KIND = "compose"


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Raises what `Band.stream` raises, and JobError where the library cannot be written."""
    context.emit("stage", {"text": "Composing the band", "share": 0.1})
    band = tools.band(request.model)
    if request.takes == 1:
        stopped = partial(_keep_stopped, context)
        pieces = [follow(context, band.stream(request), band.card.parts, stopped)]
    else:
        pieces = band.takes(request)
    result = _keep(context, pieces)
    return {**result, "other_chords": _other_chords(pieces[0], request, band)}


def _keep(context: Context, pieces: Sequence[Composition]) -> JsonObject:
    """Keeps the takes; what was cancelled only now is kept all the same."""
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


def _other_chords(piece: Composition, request: Request, band: Band) -> list[str]:
    """The chord plans to choose from beside the one that the piece has, as text."""
    free = replace(request, chords="")
    texts = [write_chords(plan, request.melody.metre) for plan in band.plans(band.card, free)]
    played = write_chords(piece.plan, request.melody.metre)
    return [text for text in texts if text != played]
