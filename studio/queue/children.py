"""A process of a job's own: it says JSON lines, is told things on the way, and can be killed.

It runs `studio.queue.speaking.speak`. A worker that holds only such a process is small, dies of
nothing, and lets a job go at once.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from studio.queue.records import JsonObject

MAX_LOG_BYTES = 1_000_000
RESULT, FAILED = "result", "failed"  # the last thing that a child says
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")  # numpy's; torch is told its own number


class ChildDied(Exception):
    """The process ended without a result: it was killed, or crashed."""


class Child:
    """The process of Python that `program` names, alive while the block runs; `log` keeps what it
    writes to stderr."""

    def __init__(self, program: Sequence[str], log: Path) -> None:
        with error_log(log) as stderr:
            self._process = subprocess.Popen(
                [sys.executable, *program, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **dict.fromkeys(_THREADS, "1")},
            )
        self._said: queue.SimpleQueue[tuple[str, JsonObject] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="child", daemon=True).start()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it was to be told last
                    pipe.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, message: JsonObject) -> None:
        """Say something to the process; one that has died does not mind."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()

    def heard(self, seconds: float) -> tuple[str, JsonObject] | None:
        """What it said next, or None where that takes longer; raises ChildDied."""
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if said is None:
            raise ChildDied(f"the process {self.pid} ended with {self._process.wait()}")
        return said

    def _read(self) -> None:
        stdout = self._process.stdout
        with suppress(OSError, ValueError):  # closed under our hands
            for line in stdout or ():
                if said := _said_in(line):
                    self._said.put(said)
        self._said.put(None)


def _said_in(line: bytes) -> tuple[str, JsonObject] | None:
    """None for half a line of a killed process, and for what a library prints as it is imported,
    before `speak` has the pipe to itself."""
    with suppress(ValueError):
        match json.loads(line):
            case [str(kind), dict(data)] if line.endswith(b"\n"):
                return kind, data
    return None


def error_log(path: Path) -> IO[bytes]:
    """A file to write errors to, begun anew when it has become long."""
    is_long = path.exists() and path.stat().st_size > MAX_LOG_BYTES
    return path.open("wb" if is_long else "ab")
