"""The extend job: a melody in, a longer melody and its chords out."""

from __future__ import annotations

from studio.composing import Request
from studio.jobs.tools import Tools
from studio.queue import Context, JsonObject

__all__ = ["KIND", "Request", "run"]

KIND = "extend"


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """`melody`, its `chords` as text, the `chain` of what was done to the tune, and how many bars
    were `added`."""
    context.emit("stage", {"text": "Going on with the melody", "share": 0.1})
    longer = tools.band(request.model).extend(request)
    return {**longer.to_json(), "added": longer.melody.bars - request.melody.bars}
