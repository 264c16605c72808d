"""The other end of `Context.follow`: says what happens in a piece of work, a JSON line each.

The process ends with its parent, whatever it is doing: a thread watches.
"""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NoReturn

from studio.ground.errors import JobError, TuttiError
from studio.queue.children import FAILED, RESULT
from studio.queue.locks import try_lock
from studio.queue.parent import parent_watch
from studio.queue.records import JsonObject

WATCH_SECONDS = 0.1
WAIT_SECONDS = 20.0  # for a process before this one to be gone
DISK_FULL = (
    "The disk is full: make room, then begin again; what was kept last is whole and still there."
)
NO_MEMORY = "There is not enough memory for this: choose a smaller batch or network, or less music."

log = logging.getLogger(__name__)

Asked = Callable[[], JsonObject]  # what the child was told last
Say = Callable[[str, JsonObject], None]
Work = Callable[[Asked, Say], JsonObject]


def speak(work: Work, parent_pid: int, lock: Path | None = None) -> NoReturn:
    """Does the work, says its result or a sentence on why there is none, and ends the process.

    Where a file `lock` is given, only one process at a time holds it and works.
    """
    say = _voice()
    threading.Thread(target=_end_with, args=(parent_pid,), daemon=True).start()
    code = 0
    try:
        with _alone(lock) if lock else nullcontext():
            say(RESULT, work(_listen(), say))
    except (Exception, SystemExit) as error:
        log.exception("The work ended")  # on stderr
        code = 1
        if sentence := _sentence(error):
            say(FAILED, {"error": sentence})
    os._exit(code)  # no interpreter shutdown under threads in native code


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Waits for a process that worked here before to be gone: two would spoil one another."""
    with path.open("ab") as lock:
        for _ in range(round(WAIT_SECONDS / WATCH_SECONDS)):
            if try_lock(lock):
                yield
                return
            threading.Event().wait(WATCH_SECONDS)
        raise JobError("This work is still running elsewhere: try again in a minute.")


def _voice() -> Say:
    """Says things on what was stdout; what libraries print goes to stderr from here on."""
    voice = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(kind: str, data: JsonObject) -> None:
        line = json.dumps([kind, _finite(data)], allow_nan=False, separators=(",", ":"))
        try:
            voice.write(line.encode() + b"\n")
            voice.flush()
        except OSError:  # nobody listens any more
            os._exit(1)

    return say


def _listen() -> Asked:
    """What tells what was said on stdin last; it waits until something was."""
    latest: list[JsonObject] = []
    begun = threading.Event()

    def hear() -> None:
        for line in sys.stdin.buffer:
            latest[:] = [json.loads(line)]
            begun.set()
        os._exit(1)  # only the parent holds the other end

    def asked() -> JsonObject:
        begun.wait()
        return latest[0]

    threading.Thread(target=hear, daemon=True).start()
    return asked


def _end_with(parent_pid: int) -> None:
    gone = parent_watch(parent_pid)
    while not gone():
        threading.Event().wait(WATCH_SECONDS)
    os._exit(1)


def _finite(value: object) -> object:
    """JSON has no NaN: a loss that is no number any more becomes none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


def _sentence(error: BaseException) -> str | None:
    """What to tell the user; None for what nobody foresaw."""
    if isinstance(error, TuttiError):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return NO_MEMORY
    return None
