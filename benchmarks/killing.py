"""Trainings that are killed on their way, as jobs of a real worker: what comes of them.

The music is generated and the network tiny, so that a life of some seconds sees several epochs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from studio.corpus.sets import add_files, sets_folder
from studio.jobs.workers import TRAINING
from studio.music import midi
from studio.music.score import TICKS_PER_BEAT, Note, Score, Track
from studio.queue import Job, JobEvent, Store
from studio.training import RunSpec

OWNER = "somebody"
LONGEST_LIFE = 12.0  # seconds until the next kill, at most
WORKER_EVERY = 4  # kills, the worker's turn; else it is the trainer's
_LOOK = 0.01
_CHORDS = ((0, 4, 7), (2, 5, 9), (5, 9, 0), (7, 11, 2), (9, 0, 4))
_VOICES = (("Soprano", 64), ("Alto", 57), ("Tenor", 50), ("Bass", 40))


@dataclass
class Killed:
    """What came of a training that was killed: the kills, the rows that its last attempt tells, the
    epochs that were told in two ways, and the most seconds of work that a kill took."""

    trainer: int = 0
    worker: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    told_differently: int = 0
    repeated_seconds: float = 0.0


def generated_set(data_dir: Path, songs: int = 5) -> str:
    """Chorales by chance, as a set of the studio; its id."""
    sets_folder(data_dir).mkdir(parents=True, exist_ok=True)
    files = [(f"{seed:03}.mid", midi.write(_chorale(seed))) for seed in range(songs)]
    return add_files(sets_folder(data_dir), files, "Generated").id


def _chorale(seed: int, bars: int = 12) -> Score:
    rng = random.Random(seed)  # noqa: S311 - no secret
    rows: list[list[Note]] = [[] for _ in _VOICES]
    for beat in range(4 * bars):
        tones = rng.choice(_CHORDS)
        for row, (name, low) in zip(rows, _VOICES, strict=True):
            chosen = tones[0] if name == "Bass" else rng.choice(tones)
            pitch = low + (chosen - low) % 12
            row.append(Note(beat * TICKS_PER_BEAT, pitch, TICKS_PER_BEAT))
    tracks = [Track(name, tuple(row)) for (name, _), row in zip(_VOICES, rows, strict=True)]
    return Score(tuple(tracks), 90.0)


@contextmanager
def training_studio(folder: Path) -> Iterator[Store]:
    """The store of a data directory in which an engine trains."""
    store = Store.in_folder(folder)
    engine = TRAINING.engine(folder)
    engine.start()
    try:
        yield store
    finally:
        engine.stop()
        store.close()


def submit(store: Store, set_id: str, name: str, epochs: int) -> str:
    """A training of a tiny model; the job's id."""
    settings = {"epochs": epochs, "width": 8, "batch_size": 2, "update_ratio": 1}
    request = RunSpec(name, set_id, "gan", settings, "chorale", stop_when_converged=False)
    return store.submit("train", request.to_json(), OWNER)


def wait(condition: Callable[[], Any], seconds: float = 600.0) -> Any:
    """What the condition says, once it is true; raises RuntimeError where that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise RuntimeError("Nothing happened for too long.")
        time.sleep(_LOOK)
    return found


def finish(store: Store, job_id: str) -> None:
    """Waits for the job's end; raises RuntimeError where it is a bad one."""
    wait(lambda: store.get(job_id).ended, 4 * 3600.0)
    job = store.get(job_id)
    if job.state != "done":
        raise RuntimeError(f"The training {job.state}: {job.error}")


def kill_often(
    store: Store,
    folder: Path,
    job_id: str,
    kills: int,
    rng: random.Random,
    longest_life: float = LONGEST_LIFE,
) -> Killed:
    """Kills a training so often, at random moments of its lives, and waits for its end.

    After a life without an epoch the next one is left alone until it has had one: three in a row
    end a training, as they should.
    """
    found = Killed()
    page = _Page(store, job_id, found)
    idle = False
    while found.trainer + found.worker < kills and not store.get(job_id).ended:
        before = page.look()
        life = rng.uniform(0.0, 2.0 if idle else longest_life)
        _kill_once(store, folder, job_id, page, life, idle)
        idle = page.look() == before
    finish(store, job_id)
    page.look()
    found.rows = timeless(rows_told(store.events(job_id)))
    return found


def _kill_once(
    store: Store, folder: Path, job_id: str, page: _Page, life: float, idle: bool
) -> None:
    """Kills the trainer or its worker after so many seconds of the trainer's life, unless the
    training ends before; `idle`: after it has done an epoch."""

    def ended() -> bool:
        return store.get(job_id).ended

    before = page.look()
    both = wait(lambda: processes(folder) or ended())
    if idle:
        wait(lambda: page.look() > before or ended())
    until = time.monotonic() + life
    while time.monotonic() < until and not ended():
        page.look()
        time.sleep(_LOOK)
    if ended():
        return
    worker, trainer = both
    found = page.found
    takes_worker = (found.trainer + found.worker) % WORKER_EVERY == WORKER_EVERY - 1
    with suppress(psutil.NoSuchProcess):
        (worker if takes_worker else trainer).kill()
        page.killed()
        found.worker += takes_worker
        found.trainer += not takes_worker
    wait(lambda: is_gone(trainer))


def rows_told(events: Sequence[JobEvent]) -> list[dict[str, Any]]:
    """All rows that an attempt tells: its history's, then epoch by epoch."""
    told = [row for event in events if event.kind == "history" for row in event.data["rows"]]
    return told + [event.data for event in events if event.kind == "epoch"]


def timeless(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without the time they took, and without what was measured when there was time."""
    clocked = ("seconds", "similarity")
    return [{k: v for k, v in row.items() if not k.startswith(clocked)} for row in rows]


def weights(folder: Path, job: Job) -> bytes:
    """The weights of the model that a training made."""
    model = str((job.result or {})["model"])
    return (folder / "models" / model / "weights.safetensors").read_bytes()


def processes(folder: Path) -> tuple[psutil.Process, psutil.Process] | None:
    """The worker that trains and the process that it holds, where there are both."""
    try:
        worker = psutil.Process(int((folder / str(TRAINING.outlives)).read_bytes()))
        trainers = [each for each in worker.children() if not is_gone(each)]
    except (OSError, ValueError, psutil.Error):
        return None
    return (worker, trainers[0]) if trainers else None


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; nobody needs to have collected it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class _Page:
    """Follows a job through its attempts, as a page does."""

    def __init__(self, store: Store, job_id: str, found: Killed) -> None:
        self._store, self._job_id, self.found = store, job_id, found
        self._last, self._rows = 0, dict[int, dict[str, Any]]()
        self._kept_at: float | None = None

    def look(self) -> int:
        """Reads what is new; the number of epochs told so far."""
        for event in self._store.events(self._job_id, after=self._last):
            self._last = event.sequence
            if event.kind in ("began", "epoch"):
                self._kept_at = event.at
            for row in timeless(rows_told([event])):
                self.found.told_differently += self._rows.setdefault(row["epoch"], row) != row
        return len(self._rows)

    def killed(self) -> None:
        """What was done since the last epoch, or since it began again, is done once more."""
        if self._kept_at is not None:
            lost = time.time() - self._kept_at
            self.found.repeated_seconds = max(self.found.repeated_seconds, lost)
        self._kept_at = None
