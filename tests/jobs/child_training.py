"""A training reduced to its words: an epoch is a number in a file, which is its checkpoint.

Of the job's settings, `epochs` is how many there are; `hold_at` stops before that epoch, in its
first life or in `lives` of them, until it is killed or asked to stop; `die_at` ends the process
there each time; `slow` waits so many seconds an epoch; `fail` ends it with that one of `FAILURES`,
counted from 1.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from studio.ground import files
from studio.ground.errors import BadModel
from studio.jobs.training_child import LOCK_FILE
from studio.queue import JsonObject
from studio.queue.speaking import Asked, Say, speak
from studio.training import RunFolder
from studio.training.events import Began, Progress, to_json

FAILURES = ("disk", "memory", "sentence")


def train(folder: Path, asked: Asked) -> Iterator[tuple[str, JsonObject]]:
    print("a library that prints to stdout does no harm", flush=True)
    wanted = RunFolder(folder).spec().settings
    epochs = int(wanted["epochs"])
    lives = _count_life(folder)
    kept = folder / "checkpoint.json"
    rows = json.loads(kept.read_text("utf-8")) if kept.exists() else []
    yield "stage", {"text": "Reading the songs", "share": 0.5}
    _fail(int(wanted.get("fail", 0)))
    began = Began(len(rows), epochs, 1, 5, 1, 9, None, None, "CPU", 10, {})
    yield "began", {**to_json(began)[1], "pid": os.getpid()}
    yield "history", {"rows": rows}
    for epoch in range(len(rows) + 1, epochs + 1):
        if epoch == wanted.get("die_at"):
            os._exit(3)
        progress = Progress(epoch, 0.5, None, 0.1, 80, 1.0, paused=False)
        yield "progress", {**to_json(progress)[1], "asked": asked()}
        while epoch == wanted.get("hold_at") and lives <= wanted.get("lives", 1):
            threading.Event().wait(0.005)
            if asked()["stop"]:
                yield "done", {"model": "m", "epochs": len(rows), "why": "stopped"}
                return
        threading.Event().wait(wanted.get("slow", 0.0))
        rows.append({"epoch": epoch, "critic_loss": float("nan") if epoch == 1 else 1 / epoch})
        files.write_whole(kept, json.dumps([{**row, "critic_loss": 0.0} for row in rows]))
        yield "epoch", rows[-1]
    yield "done", {"model": "m", "epochs": epochs, "why": "epochs"}


def told(folder: Path, asked: Asked, say: Say) -> JsonObject:
    data: JsonObject = {}
    for kind, data in train(folder, asked):
        say(kind, data)
    return data


def _count_life(folder: Path) -> int:
    with (folder / "lives").open("ab") as file:
        file.write(b".")
    return (folder / "lives").stat().st_size


def _fail(number: int) -> None:
    how = ("", *FAILURES)[number]
    if how == "disk":
        raise OSError(errno.ENOSPC, "No space left on device")
    if how == "memory":
        raise MemoryError
    if how == "sentence":
        raise BadModel("These songs cannot be learned from: add music.")


if __name__ == "__main__":
    where, parent_pid = Path(sys.argv[1]), int(sys.argv[2])
    speak(lambda asked, say: told(where, asked, say), parent_pid, lock=where / LOCK_FILE)
