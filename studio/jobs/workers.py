"""The workers of a studio, a row each. A training takes hours and a set of music minutes, and a
band must not wait for either.

    python -m studio.jobs NAME DATA_DIR [PARENT_PID]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.queue import LocalEngine, Store, serve


@dataclass(frozen=True, slots=True)
class WorkerKind:
    """A worker by its `name`: the module with its handlers, what cannot be done without it, the
    `kinds` of jobs that are its alone (none: it does what is nobody's), and the file that it signs
    where it outlives a killed studio until its jobs are done."""

    name: str
    handlers: str
    work: str
    kinds: frozenset[str] = frozenset()
    outlives: str | None = None

    def engine(self, data_dir: Path) -> LocalEngine:
        """The engine that starts and watches this worker."""
        program = ("-m", "studio.jobs", self.name)
        return LocalEngine(data_dir, program, self.name, work=self.work, outlives=self.outlives)


WORKERS = {
    worker.name: worker
    for worker in (
        WorkerKind("worker", "studio.jobs.handlers", "composed"),
        WorkerKind(
            "training",
            "studio.jobs.train",
            "trained",
            frozenset({"train"}),
            "training.lock",
        ),
        WorkerKind(
            "reading",
            "studio.jobs.reading",
            "read",
            frozenset({"gather", "diagnose"}),
        ),
    )
}
COMPOSING, TRAINING, READING = WORKERS.values()


def open_store(data_dir: Path) -> Store:
    """The job store of a data directory, as pages need it: it knows whose turn it is."""
    return Store.in_folder(data_dir, [worker.kinds for worker in WORKERS.values() if worker.kinds])


def main(arguments: Sequence[str]) -> None:
    """Be the worker that the first argument names; it never returns."""
    worker = WORKERS[arguments[0]]
    serve(arguments[1:], worker.handlers, worker.name, outlives=worker.outlives)
