"""The worker process: claims jobs, runs their handlers, and leaves when its parent does.

The main thread only watches for a signal and for the parent's death, so that a handler deep in
a model never delays the exit; a second thread works, and a third keeps the lease of its job.
"""

from __future__ import annotations

import faulthandler
import importlib
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, NoReturn

from studio.ground.errors import JobError, TuttiError
from studio.queue.context import LOGS, Cancelled, Context
from studio.queue.locks import sign, try_lock
from studio.queue.parent import parent_watch
from studio.queue.records import Job, JsonObject, LeaseLost, LeaseState
from studio.queue.store import Store

LEASE_SECONDS = 3.0
BEATS_PER_LEASE = 6  # a lease outlives five beats that were late
POLL_SECONDS = 0.025  # how soon an idle worker sees a new job
LOOK_SECONDS = 1.0  # how often it looks for leases that ran out
HEARTBEAT_SECONDS = 5.0
TURN_SECONDS = 0.2  # how often a worker looks whether the one before it has ended
FINISH_SECONDS = 0.4  # what a handler gets to notice that the worker leaves

log = logging.getLogger(__name__)


Handler = Callable[[Context], JsonObject]


def log_path(data_dir: Path, name: str) -> Path:
    """Where the worker of this name writes what goes wrong."""
    return data_dir / LOGS / f"{name}.log"


def run(
    store: Store,
    handlers: Mapping[str, Handler],
    data_dir: Path,
    *,
    worker_id: str,
    stop: threading.Event,
    orphaned: threading.Event | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> None:
    """Claim and run the jobs that there are handlers for, one after another, until `stop` is set,
    or until there is none left and `orphaned` is set."""
    next_look = next_beat = 0.0
    with store.changes() as changed:
        while not stop.is_set():
            now = time.monotonic()
            try:
                if now >= next_beat:
                    next_beat = now + HEARTBEAT_SECONDS
                    store.heartbeat(worker_id)
                if changed() or now >= next_look:
                    next_look = now + LOOK_SECONDS
                    if job := store.claim(worker_id, lease_seconds, handlers.keys()):
                        next_look = 0.0
                        _work(store, handlers, data_dir, job, stop, lease_seconds)
                        continue
                    if orphaned is not None and orphaned.is_set():
                        return
            except TuttiError:  # the store, for a while: a full disk, say
                log.exception("The store cannot be used")
                stop.wait(LOOK_SECONDS)
            stop.wait(POLL_SECONDS)


def _work(
    store: Store,
    handlers: Mapping[str, Handler],
    data_dir: Path,
    job: Job,
    stop: threading.Event,
    lease_seconds: float,
) -> None:
    """Run one claimed job to one of its ends: done, failed, cancelled, or back in the queue."""
    worker_id = str(job.worker_id)
    with suppress(LeaseLost):  # the job is another worker's by now, who will end it
        try:
            with _held(store, job, lease_seconds) as lease:

                def check() -> None:
                    if stop.is_set() or lease() != "kept":
                        raise Cancelled

                def emit(kind: str, data: JsonObject) -> None:
                    check()
                    store.append(job.id, worker_id, kind, data)

                result = handlers[job.kind](Context(job, data_dir, emit, check))
            _say(lambda: store.finish(job.id, worker_id, result), stop)
        except Cancelled:
            store.release(job.id, worker_id)
        except LeaseLost:
            raise
        except TuttiError as error:
            sentence = str(error)
            _say(lambda: store.fail(job.id, worker_id, sentence), stop)
        except (Exception, SystemExit) as error:
            log.exception("Job %s (%s) failed", job.id, job.kind)
            sentence = (
                f"Something went wrong inside Tutti ({type(error).__name__}). The details are in "
                f"{data_dir / LOGS}: please try again or report it."
            )
            _say(lambda: store.fail(job.id, worker_id, sentence), stop)


def _say(how: Callable[[], None], stop: threading.Event) -> None:
    """Say how a job ended, as soon as the store can be written: a full disk may be emptied."""
    while True:
        try:
            return how()
        except JobError:
            log.exception("The end of a job could not be kept")
            if stop.wait(LOOK_SECONDS):
                raise


@contextmanager
def _held(store: Store, job: Job, lease_seconds: float) -> Iterator[Callable[[], LeaseState]]:
    """Keep the lease of the job meanwhile; the value says how it stands."""
    state: LeaseState = "kept"
    over = threading.Event()

    def beat() -> None:
        nonlocal state
        while not over.wait(lease_seconds / BEATS_PER_LEASE):
            try:
                state = store.renew(job.id, str(job.worker_id), lease_seconds)
            except TuttiError:
                log.exception("The lease of job %s was not renewed", job.id)

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield lambda: state
    finally:
        over.set()
        thread.join()


def serve(
    arguments: Sequence[str],
    handlers_module: str,
    name: str,
    *,
    outlives: str | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> NoReturn:
    """Be the worker process of this `name` until SIGTERM, SIGINT or the parent's death.

    `arguments` are the data directory and the parent's process id, which may be left out.
    `handlers_module` has HANDLERS (kind to handler) and may have `warm_up(data_dir)`, which
    loads what handlers need before the first claim and returns facts for `Store.workers`.
    One that outlives its parent does the jobs there are before it ends: it signs the file
    `outlives` of the data directory, for which the next one waits.
    """
    data_dir = Path(arguments[0])
    parent_gone = parent_watch(int(arguments[1]) if len(arguments) > 1 else os.getppid())
    turn = _turn(data_dir / outlives, parent_gone) if outlives else None
    asked: list[int] = []
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda number, _frame: asked.append(number))
    faulthandler.enable()  # a crash in native code leaves its stack in stderr
    _log_to_file(log_path(data_dir, name))
    worker_id = secrets.token_urlsafe(8)
    stop, orphaned, failed = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        try:
            store = Store.in_folder(data_dir)
            store.register(worker_id, os.getpid(), {})
            module = importlib.import_module(handlers_module)
            if hasattr(module, "warm_up"):
                store.register(worker_id, os.getpid(), module.warm_up(data_dir))
            run(
                store,
                module.HANDLERS,
                data_dir,
                worker_id=worker_id,
                stop=stop,
                orphaned=orphaned,
                lease_seconds=lease_seconds,
            )
        except BaseException:
            log.exception("The worker stopped")
            failed.set()

    thread = threading.Thread(target=work, name="work", daemon=True)
    thread.start()
    while thread.is_alive() and not asked:
        if parent_gone():
            orphaned.set()
            if turn is None:
                break
        thread.join(0.1)
    stop.set()
    thread.join(FINISH_SECONDS)
    # A handler that has not noticed is left behind: its job goes back, and its later words are
    # refused. In a thread of its own, as a locked database must not hold the exit up either.
    leaving = threading.Thread(target=_leave, args=(data_dir, worker_id), daemon=True)
    leaving.start()
    leaving.join(FINISH_SECONDS)
    logging.shutdown()
    os._exit(1 if failed.is_set() else 0)  # no interpreter shutdown under threads in native code


def _turn(path: Path, parent_gone: Callable[[], bool]) -> IO[bytes]:
    """Waits until no other worker holds the file, and holds it. A worker that is there already has
    lost its studio, and ends when its jobs are done."""
    lock = path.open("a+b")
    while not try_lock(lock):
        if parent_gone():
            sys.exit(0)
        threading.Event().wait(TURN_SECONDS)
    sign(lock)
    return lock


def _leave(data_dir: Path, worker_id: str) -> None:
    try:
        Store.in_folder(data_dir).leave(worker_id)
    except TuttiError:
        log.exception("The worker could not say that it left")  # its leases will run out


def _log_to_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
