"""The default engine: one worker process on this machine, kept alive by a thread of the studio.

Two studios on one data directory share one worker of a name: the engine that holds the lock file
runs it, and the system gives the lock to another engine when its holder is gone, however it went.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from studio.ground import assets
from studio.ground.errors import JobError
from studio.queue.children import error_log
from studio.queue.locks import holder, try_lock
from studio.queue.worker import log_path

WATCH_SECONDS = 0.1
SETTLED_SECONDS = 10.0  # a worker that has lived this long is well
TERMINATE_SECONDS = 1.3  # the worker itself needs less than 1
PROBLEM_DEATHS = 3


def restart_delay_seconds(quick_deaths: int) -> float:
    """How long to wait after so many deaths in a row of workers that had hardly lived."""
    return 0.0 if quick_deaths <= 1 else min(10.0, 0.5 * 2.0 ** (quick_deaths - 2))


class LocalEngine:
    """Keeps one worker of this `name` running for the data directory, from `start` to `stop`.

    `program` are the arguments of Python that start it; `work` is what cannot be done without it.
    One that outlives a killed studio signs the file `outlives`: `stop` ends it, whose ever it is.
    """

    def __init__(
        self,
        data_dir: Path,
        program: Sequence[str],
        name: str = "worker",
        *,
        work: str = "done",
        outlives: str | None = None,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._program = tuple(program)
        self._name, self._work, self._outlives = name, work, outlives
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._quick_deaths = 0

    def start(self) -> None:
        """Start watching, and with it the worker; a second call changes nothing.

        Raises JobError when the data directory cannot be written.
        """
        if self._thread is not None:
            return
        try:
            self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._data_dir / f"{self._name}-engine.lock").open("ab")
        except OSError as error:
            raise JobError(
                f"Tutti cannot write in {self._data_dir} ({error.strerror}): "
                "make that folder writable or choose another data directory."
            ) from error
        self._stop.clear()
        self._thread = threading.Thread(
            target=self._watch, args=(lock,), name=f"{self._name}-engine", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the worker, if it is ours, within 2 seconds; a job it runs is queued again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            thread.join()

    def problem(self) -> str | None:
        """A sentence when the worker dies again and again, else None."""
        if self._quick_deaths < PROBLEM_DEATHS:
            return None
        return (
            f"A part of Tutti stops again and again, so nothing can be {self._work}: "
            f"the reason is in {self._log.parent}, please report it."
        )

    @property
    def _log(self) -> Path:
        return log_path(self._data_dir, self._name)

    def _watch(self, lock: IO[bytes]) -> None:
        """Only this thread touches the process, so it cannot be lost between two hands."""
        with lock:  # closing the file gives the lock away
            while not try_lock(lock):
                if self._stop.wait(WATCH_SECONDS * 5):
                    return
            while not self._stop.wait(restart_delay_seconds(self._quick_deaths)):
                self._one_life()
            self._end_orphan()

    def _one_life(self) -> None:
        """Start a worker and stay with it until it or the engine ends."""
        born = time.monotonic()
        try:
            process = self._start_worker()
        except OSError:  # no memory, no processes left: as bad as a worker that dies at once
            self._quick_deaths += 1
            return
        while process.poll() is None:
            if time.monotonic() - born > SETTLED_SECONDS:
                self._quick_deaths = 0
            if self._stop.wait(WATCH_SECONDS):
                _end(process)
                return
        if time.monotonic() - born <= SETTLED_SECONDS:
            self._quick_deaths += 1

    def _start_worker(self) -> subprocess.Popen[bytes]:
        arguments = [*self._program, str(self._data_dir), str(os.getpid())]
        with error_log(self._log.with_name(f"{self._name}-stderr.log")) as stderr:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=assets.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C at the terminal is the studio's to handle
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    def _end_orphan(self) -> None:
        """End a worker that a killed studio left behind, and that ours has waited for."""
        if self._outlives is None:
            return
        path, deadline = self._data_dir / self._outlives, time.monotonic() + TERMINATE_SECONDS
        while (pid := holder(path)) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            time.sleep(WATCH_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(TERMINATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
