"""The mend job: a melody in, the melody that a model finds better and each of its changes out."""

from __future__ import annotations

from studio.composing import Request
from studio.jobs.tools import Tools
from studio.queue import Context, JsonObject

__all__ = ["KIND", "Request", "run"]

KIND = "mend"


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """The `melody` with all `changes`, these as `Mended.to_json` tells them, a `report`, and the
    `chain` of what was done to the tune."""
    context.emit("stage", {"text": "Looking at your melody", "share": 0.1})
    return tools.band(request.model).mend(request).to_json()
