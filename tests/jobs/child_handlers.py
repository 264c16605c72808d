"""Handlers for worker processes under test."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from studio.queue.context import Context
from studio.queue.records import JsonObject
from studio.queue.worker import Handler


def warm_up(data_dir: Path) -> JsonObject:
    return {"device": "test", "data_dir": data_dir.name}


def count(context: Context) -> JsonObject:
    """Emit `steps` events; the first attempt stops at `hold_at` of them and waits to be ended."""
    for step in range(context.job.payload["steps"]):
        context.emit("step", {"step": step})
        if context.job.attempt == 1 and step + 1 == context.job.payload.get("hold_at"):
            while True:
                context.check()
                threading.Event().wait(0.005)
    return {"steps": context.job.payload["steps"]}


def never_checks(context: Context) -> JsonObject:
    """Like a long call into native code: no question whether it should go on."""
    context.emit("begun", {})
    threading.Event().wait()
    return {}


def kills_worker(_context: Context) -> JsonObject:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


HANDLERS: dict[str, Handler] = {
    "count": count,
    "never checks": never_checks,
    "kills worker": kills_worker,
}
