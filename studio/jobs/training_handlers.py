"""What the training worker can do: hold a process that trains, whatever happens to it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from studio.errors import JobError, TuttiError
from studio.jobs.controls import controls_of
from studio.jobs.runs import write_run
from studio.jobs.train import RUN_FILE, TrainRequest, run_folder
from studio.queue.children import Child, ChildDied, emit_surely, follow
from studio.queue.records import JsonObject
from studio.queue.store import Store
from studio.queue.worker import LOGS, Context, Handler

CHILD = ("-m", "studio.jobs.training_child")
MAX_DEATHS = 3  # in a row, without getting on
WELL_SECONDS = 30.0  # a checkpoint is written within 20: from here on it has got on
CHILD_LOG = "training-child.log"


def train(context: Context, program: Sequence[str] = CHILD) -> JsonObject:
    """Trains in a process of its own, which is started again from its checkpoint when it dies."""
    job = context.job
    emit_surely(context, "stage", {"text": "Waking the trainer", "share": 0.0})
    folder = run_folder(context.data_dir, job.id)
    if not (folder / RUN_FILE).exists():
        write_run(folder, TrainRequest(**job.payload))
    store = Store.in_folder(context.data_dir)
    deaths = 0
    try:
        while True:
            life = _Life(context, store)
            try:
                return life.lead((*program, str(folder)))
            except ChildDied as error:
                deaths = 1 if life.is_well else deaths + 1
                if deaths > MAX_DEATHS:
                    raise TuttiError(
                        f"The training stopped {deaths} times at the same place, so it was given "
                        f"up: try other settings; the details are in {context.data_dir / LOGS}."
                    ) from error
            store.begin_again(job.id, str(job.worker_id))
            text = "The trainer stopped: going on from the last checkpoint"
            emit_surely(context, "stage", {"text": text, "share": 0.0})
    finally:
        store.close()


class _Life:
    """One process, from its start to its end; `is_well` once it has got on."""

    def __init__(self, context: Context, store: Store) -> None:
        self._context, self._store = context, store
        self._began_at: float | None = None
        self.is_well = False

    def lead(self, program: Sequence[str]) -> JsonObject:
        """The training's result; raises what `follow` raises."""
        context = self._context
        log = context.data_dir / LOGS / CHILD_LOG
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        told: JsonObject = {}

        with Child(program, log) as child, self._store.changes() as changed:

            def steer() -> None:
                nonlocal told
                if changed() or not told:
                    with suppress(JobError):  # for a while: what was asked last holds on
                        asked = controls_of(self._store, context.job)
                        if asked != told:
                            child.tell(asked)
                            told = asked

            return follow(child, context, self._tell, steer)

    def _tell(self, kind: str, data: JsonObject) -> None:
        emit_surely(self._context, kind, data)
        now = time.monotonic()
        if kind == "began":
            self._began_at = now
        settled = self._began_at is not None and now > self._began_at + WELL_SECONDS
        if not self.is_well and (kind == "epoch" or settled):
            self.is_well = True
            with suppress(JobError):
                self._store.well(self._context.job.id, str(self._context.job.worker_id))


HANDLERS: dict[str, Handler] = {"train": train}
