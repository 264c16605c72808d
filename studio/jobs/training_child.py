"""The process that trains: reads a run's folder, trains, and says what happens.

    python -m studio.jobs.training_child RUN_FOLDER PARENT_PID

It is told `studio.jobs.controls` on stdin. See `studio.queue.speak`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from studio.queue import JsonObject, speak

LOCK_FILE = "run.lock"
NICER = 5  # than the processes that somebody waits for


def train(
    folder: Path, asked: Callable[[], JsonObject], say: Callable[[str, JsonObject], None]
) -> JsonObject:
    """Trains in a run's folder, from its newest checkpoint on where there is one; returns what
    "done" says."""
    data: JsonObject = {}
    with suppress(AttributeError, OSError):  # not everywhere
        os.nice(NICER)
    from studio.ground import Settings
    from studio.ground.device import choose_device, prepare_torch, threads_for_training
    from studio.training import Controls, RunFolder, events, inputs_of
    from studio.training import train as train_with

    prepare_torch(threads_for_training(beside=1))  # pages, and bands that are composed meanwhile
    data_dir = folder.parents[1]
    settings = Settings(data_dir=data_dir)
    device = choose_device(settings.device)
    run = RunFolder(folder)
    spec, card = run.spec(), run.made_card()
    inputs = inputs_of(spec, settings, card)
    if card is None:  # it is made once, so that a training that goes on is still the same
        run.write(spec, inputs.card)
    models = data_dir / "models"

    def controls() -> Controls:
        return Controls(**asked())

    for event in train_with(inputs, folder, models, device, controls):
        kind, data = events.to_json(event)
        say(kind, data)
    return data


if __name__ == "__main__":
    where, parent_pid = Path(sys.argv[1]), int(sys.argv[2])
    speak(lambda asked, say: train(where, asked, say), parent_pid, lock=where / LOCK_FILE)
