"""The worker that trains. It outlives a studio that was killed until its trainings are done, and a
lock of its own keeps a second one waiting meanwhile.

    python -m studio.jobs.training_worker DATA_DIR [PARENT_PID]
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from studio.queue.locks import sign, try_lock
from studio.queue.parent import parent_watch
from studio.queue.worker import LEASE_SECONDS
from studio.queue.worker import main as worker_main

NAME = "training"
LOCK_FILE = "training.lock"
LOOK_SECONDS = 0.2


def main(
    arguments: Sequence[str],
    *,
    handlers_module: str = "studio.jobs.training_handlers",
    lease_seconds: float = LEASE_SECONDS,
) -> None:
    """Be the training worker; it never returns."""
    data_dir = Path(arguments[0])
    lock = _take_turn(data_dir, int(arguments[1]) if len(arguments) > 1 else os.getppid())
    with lock:
        worker_main(
            arguments,
            handlers_module=handlers_module,
            name=NAME,
            outlives=True,
            lease_seconds=lease_seconds,
        )


def _take_turn(data_dir: Path, parent_pid: int) -> IO[bytes]:
    """Waits until no other worker trains here, and returns the lock that says so. A worker that is
    there already has lost its studio, and ends when its trainings are done."""
    parent_gone = parent_watch(parent_pid)
    lock = (data_dir / LOCK_FILE).open("a+b")
    while not try_lock(lock):
        if parent_gone():
            sys.exit(0)
        threading.Event().wait(LOOK_SECONDS)
    sign(lock)
    return lock


if __name__ == "__main__":
    # By its real name, as in `studio.queue.worker`.
    from studio.jobs.training_worker import main as training_main

    training_main(sys.argv[1:])
