"""The compose job: a band under a melody, or several takes of it.

"kept" {"piece"} is emitted once the library has them, then "composed" with the facts of the first
and how many `takes` there are; while a single take is written, what `studio.jobs.growing` says. One
that was stopped is kept as far as it is. The result also has `other_chords` to choose from. The
stems of the first are asked for here, so that they are rendered before a page has seen the band.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from studio import composing
from studio.composing import Band, Composition
from studio.ground.errors import JobError, TuttiError
from studio.jobs.growing import follow
from studio.jobs.kinds import stems
from studio.jobs.place import Place
from studio.jobs.tools import Tools
from studio.library import Library
from studio.music.harmony import write_chords
from studio.queue import Context, JsonObject, Store

KIND = "compose"


@dataclass(frozen=True, slots=True)
class Request(composing.Request):
    """A band, and the `place` where it goes."""

    place: Place = field(default_factory=Place)


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Raises what `Band.growing` raises, and JobError where the library cannot be written."""
    context.emit("stage", {"text": "Composing the band", "share": 0.1})
    band = tools.band(request.model)
    if request.takes == 1:
        stopped = partial(_keep_stopped, context, request.place, band)
        pieces = [follow(context, band.growing(request), band.card.parts, stopped)]
    else:
        pieces = band.takes(request)
    result = _keep(context, request.place, band, pieces)
    return {**result, "other_chords": _other_chords(pieces[0], request, band)}


def _keep(context: Context, place: Place, band: Band, pieces: Sequence[Composition]) -> JsonObject:
    """Keeps the takes; what was cancelled only now is kept all the same."""
    with Library.in_folder(context.data_dir) as library:
        kept = [
            place.keep(context, library, piece, take, band.card.title)
            for take, piece in enumerate(pieces, 1)
        ]
        library.sweep()
    there, facts = kept[0]
    if place.sound:
        _want_sound(context, stems.Request(there.id, there.head, place.sound))
    context.emit("kept", {"piece": there.id})
    first = {**facts, "takes": len(pieces)}
    context.emit("composed", first)
    return first


def _want_sound(context: Context, request: stems.Request) -> None:
    store = Store.in_folder(context.data_dir)
    with suppress(JobError), closing(store):  # the page asks again
        stems.want_stems(store, context.job.owner, request)


def _keep_stopped(context: Context, place: Place, band: Band, piece: Composition) -> None:
    """Keeps a band whose rest does not come, where the disk allows."""
    with suppress(TuttiError), Library.in_folder(context.data_dir) as library:
        place.keep(context, library, piece, 1, band.card.title)


def _other_chords(piece: Composition, request: Request, band: Band) -> list[str]:
    """The chord plans to choose from beside the one that the piece has, as text."""
    if not request.melody.bars:
        return []  # its chords are all that is given
    free = replace(request, chords="")
    texts = [write_chords(plan, request.melody.metre) for plan in band.plans(band.card, free)]
    played = write_chords(piece.plan, request.melody.metre)
    return [text for text in texts if text != played]
