"""The gather and diagnose jobs: music fetched or made ready to learn from, and its doctor, each in
a process of its own that a cancelled job takes along.

"gather" says "stage" {"text", "share"}; its result is {"set": id}. The result of "diagnose" is the
diagnosis, which is kept in the set's folder, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.ground.errors import TuttiError
from studio.ground.payload import Payload
from studio.queue import Context, JsonObject

GATHER, DIAGNOSE = "gather", "diagnose"
CHILD = ("-m", "studio.jobs.reading_child")
CHILD_LOG = "reading-child.log"


@dataclass(frozen=True, slots=True)
class GatherRequest(Payload):
    """The set `key` of a `source`: "builtin" or "public"."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class DiagnoseRequest(Payload):
    """The id of a set; how its songs are laid out, or None where that is to be found."""

    set: str
    layout: str | None = None


def read(context: Context, program: Sequence[str] = CHILD) -> JsonObject:
    """Gathers or diagnoses in a process of its own, which a cancelled job takes along."""
    job = context.job
    arguments = (*program, str(context.data_dir), job.kind, json.dumps(job.payload))
    context.emit_surely("stage", {"text": "Opening the music", "share": 0.0})
    result = context.follow(arguments, CHILD_LOG)
    if result is None:
        raise TuttiError(
            "The music could not be read to its end: leave out its largest files and try again; "
            f"the details are in {context.logs}."
        )
    return result


HANDLERS: dict[str, Callable[[Context], JsonObject]] = {GATHER: read, DIAGNOSE: read}
