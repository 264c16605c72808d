"""The process that trains: reads a run's folder, trains, and says what happens.

    python -m studio.jobs.training_child RUN_FOLDER PARENT_PID

It is told `studio.jobs.controls` on stdin. See `studio.queue.children`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio.errors import JobError
from studio.queue.locks import try_lock
from studio.queue.records import JsonObject
from studio.queue.speaking import Asked, Say, speak

LOCK_FILE = "run.lock"
WAIT_SECONDS, LOOK_SECONDS = 20.0, 0.1
NICER = 5  # than the processes that somebody waits for


def train(folder: Path, asked: Asked, say: Say) -> JsonObject:
    """Trains in a run's folder, from its newest checkpoint on where there is one; returns what
    "done" says."""
    data: JsonObject = {}
    with suppress(AttributeError, OSError):  # not everywhere
        os.nice(NICER)
    with _alone(folder):
        from studio.jobs.training_plan import plan_of
        from studio.machine.device import choose_device, prepare_training
        from studio.machine.settings import Settings
        from studio.training.run import Controls, run

        prepare_training(beside=1)  # pages, and bands that are composed meanwhile
        data_dir = folder.parents[1]
        settings = Settings(data_dir=data_dir)
        device = choose_device(settings.device)
        plan = plan_of(folder, settings)
        models = data_dir / "models"
        for kind, data in run(plan, folder, models, device, lambda: Controls(**asked())):
            say(kind, data)
    return data


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Waits for a process that trained here before to be gone: two would spoil one another."""
    with (folder / LOCK_FILE).open("ab") as lock:
        for _ in range(round(WAIT_SECONDS / LOOK_SECONDS)):
            if try_lock(lock):
                yield
                return
            threading.Event().wait(LOOK_SECONDS)
        raise JobError("This training is still running elsewhere: try again in a minute.")


if __name__ == "__main__":
    run_folder = Path(sys.argv[1])
    speak(lambda asked, say: train(run_folder, asked, say), int(sys.argv[2]))
