"""What the reading worker can do: gather sets of music and look them through."""

from __future__ import annotations

import json
from collections.abc import Sequence

from studio.errors import TuttiError
from studio.queue.children import Child, ChildDied, emit_surely, follow
from studio.queue.records import JsonObject
from studio.queue.worker import LOGS, Context, Handler

CHILD = ("-m", "studio.jobs.reading_child")
CHILD_LOG = "reading-child.log"


def read(context: Context, program: Sequence[str] = CHILD) -> JsonObject:
    """Gathers or diagnoses in a process of its own, which a cancelled job takes along."""
    job = context.job
    log = context.data_dir / LOGS / CHILD_LOG
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    arguments = (*program, str(context.data_dir), job.kind, json.dumps(job.payload))
    emit_surely(context, "stage", {"text": "Opening the music", "share": 0.0})
    try:
        with Child(arguments, log) as child:
            return follow(child, context, lambda kind, data: emit_surely(context, kind, data))
    except ChildDied as error:
        raise TuttiError(
            "The music could not be read to its end: leave out its largest files and try again; "
            f"the details are in {context.data_dir / LOGS}."
        ) from error


HANDLERS: dict[str, Handler] = {"gather": read, "diagnose": read}
