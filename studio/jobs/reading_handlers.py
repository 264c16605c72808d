"""What the reading worker can do: gather sets of music and look them through."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from studio.errors import TuttiError
from studio.queue import Context, JsonObject

CHILD = ("-m", "studio.jobs.reading_child")
CHILD_LOG = "reading-child.log"


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


HANDLERS: dict[str, Callable[[Context], JsonObject]] = {"gather": read, "diagnose": read}
