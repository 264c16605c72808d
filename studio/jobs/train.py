"""The train job: a `RunSpec` in, a model out, in a process of its own that may die and is started
again, whatever happens to it.

Its events are those of `studio.training.events`, beginning with a stage; its result is what "done"
says. An attempt that goes on from a checkpoint tells all rows so far in one history.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict

from studio.ground.errors import JobError, TuttiError
from studio.jobs.controls import controls_of
from studio.queue import Context, JsonObject, Store
from studio.training import Controls, RunFolder, RunSpec, events

KIND = "train"
CHILD = ("-m", "studio.jobs.training_child")
MAX_DEATHS = 3  # in a row, without getting on
WELL_SECONDS = 30.0  # a checkpoint is written within 20: from here on it has got on
CHILD_LOG = "training-child.log"


def run(context: Context, program: Sequence[str] = CHILD) -> JsonObject:
    """Trains in a process of its own, which is started again from its checkpoint when it dies."""
    job = context.job
    _emit(context, events.Stage("Waking the trainer", 0.0))
    folder = RunFolder.of(context.data_dir, job.id)
    if not folder.is_there:
        folder.write(RunSpec.from_json(job.payload))
    store = Store.in_folder(context.data_dir)
    deaths = 0
    try:
        while True:
            life = _Life(context, store)
            if (result := life.lead((*program, str(folder.path)))) is not None:
                return result
            deaths = 1 if life.is_well else deaths + 1
            if deaths > MAX_DEATHS:
                raise TuttiError(
                    f"The training stopped {deaths} times at the same place, so it was given "
                    f"up: try other settings; the details are in {context.logs}."
                )
            store.begin_again(job.id, str(job.worker_id))
            again = "The trainer stopped: going on from the last checkpoint"
            _emit(context, events.Stage(again, 0.0))
    finally:
        store.close()


def _emit(context: Context, event: events.Event) -> None:
    context.emit_surely(*events.to_json(event))


class _Life:
    """One process, from its start to its end; `is_well` once it has got on."""

    def __init__(self, context: Context, store: Store) -> None:
        self._context, self._store = context, store
        self._began_at: float | None = None
        self.is_well = False

    def lead(self, program: Sequence[str]) -> JsonObject | None:
        """The training's result, None where the process died; raises what `follow` raises."""
        told: Controls | None = None
        with self._store.changes() as changed:

            def steer(tell: Callable[[JsonObject], None]) -> None:
                nonlocal told
                if changed() or told is None:
                    with suppress(JobError):  # for a while: what was asked last holds on
                        asked = controls_of(self._store, self._context.job)
                        if asked != told:
                            tell(asdict(asked))
                            told = asked

            return self._context.follow(program, CHILD_LOG, self._hear, steer)

    def _hear(self, kind: str, data: JsonObject) -> None:
        self._context.emit_surely(kind, data)
        event, now = events.from_json(kind, data), time.monotonic()
        if isinstance(event, events.Began):
            self._began_at = now
        settled = self._began_at is not None and now > self._began_at + WELL_SECONDS
        if not self.is_well and (isinstance(event, events.Epoch) or settled):
            self.is_well = True
            with suppress(JobError):
                self._store.well(self._context.job.id, str(self._context.job.worker_id))


HANDLERS: dict[str, Callable[[Context], JsonObject]] = {KIND: run}
