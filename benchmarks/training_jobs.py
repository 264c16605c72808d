"""Trainings as jobs: how soon they answer, and whether kills lose or double anything.

    python -m benchmarks.training_jobs --kills 50

Trains a tiny model on generated chorales, once undisturbed and once killed (-9) at random moments:
mostly the process that trains, every fourth time the worker that holds it. Both must end with the
same weights, bit for bit, and every epoch told once. Delays are measured first.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import Annotated

import psutil
import typer

from benchmarks.killing import (
    LONGEST_LIFE,
    OWNER,
    Killed,
    finish,
    generated_set,
    kill_often,
    processes,
    rows_told,
    submit,
    timeless,
    training_studio,
    wait,
    weights,
)
from benchmarks.surroundings import Quick, say_surroundings
from studio.queue import Store

EPOCHS_A_KILL = 6
EVENTS, READERS = 500, 8
_TIMES = 5
_LONG = 60  # epochs; the most there are


def main(
    kills: Annotated[int, typer.Option(help="Of the training, at random moments.")] = 50,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
    quick: Quick = False,
) -> None:
    """Prints a line a figure."""
    say_surroundings()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events, readers = (20, 1) if quick else (EVENTS, READERS)
        appends = _appends(folder / "appends", events, readers)
        _say(f"event append, {readers} readers, ms: median, p99, worst", appends)
        for label in ("training", "reading"):
            _say(f"idle {label} worker, MB", f"{_idle_mb(folder / label, label):.0f}")
        _delays(folder / "delays", 1 if quick else _TIMES)
        rng = random.Random(seed)  # noqa: S311 - no secret
        epochs = min(max(EPOCHS_A_KILL * kills, 4), _LONG)
        kills, life, epochs = (1, 1.0, 2) if quick else (kills, LONGEST_LIFE, epochs)
        _kills(folder / "kills", kills, epochs, rng, life)


def _kills(folder: Path, kills: int, epochs: int, rng: random.Random, life: float) -> None:
    set_id = generated_set(folder)
    with training_studio(folder) as store:
        quiet = submit(store, set_id, "quiet", epochs)
        finish(store, quiet)
        expected = timeless(rows_told(store.events(quiet)))
        done, same, doubled, missing, lost = Killed(), 0, 0, 0, 0
        trainings = 0
        while done.trainer + done.worker < kills:
            trainings += 1
            job_id = submit(store, set_id, f"killed {trainings}", epochs)
            left = kills - done.trainer - done.worker
            found = kill_often(store, folder, job_id, left, rng, life)
            told = [row["epoch"] for row in found.rows]
            doubled += len(told) - len(set(told)) + found.told_differently
            missing += len({row["epoch"] for row in expected} - set(told))
            same += _same(store, folder, job_id, quiet) and found.rows == expected
            lost += store.get(job_id).state != "done"
            done.trainer, done.worker = done.trainer + found.trainer, done.worker + found.worker
            done.repeated_seconds = max(done.repeated_seconds, found.repeated_seconds)
    _say("kills of the trainer, of its worker", f"{done.trainer}, {done.worker}")
    _say("trainings lost", f"{lost} of {trainings}")
    _say("events lost, doubled", f"{missing}, {doubled}")
    _say("weights and rows equal to the undisturbed ones, bit for bit", f"{same} of {trainings}")
    _say("work that a kill repeated, s, at most", f"{done.repeated_seconds:.1f}")


def _same(store: Store, folder: Path, one: str, other: str) -> bool:
    return weights(folder, store.get(one)) == weights(folder, store.get(other))


def _delays(folder: Path, times: int) -> None:
    set_id = generated_set(folder)
    with training_studio(folder) as store:
        wait(store.workers)
        measured = [_one(store, folder, set_id, f"model-{n}") for n in range(times)]
    for what, seconds in zip(
        ("submit to first event", "worker killed to claimed again", "cancel to ended"),
        zip(*measured, strict=True),
        strict=True,
    ):
        _say(f"{what}, s: median, worst", f"{statistics.median(seconds):.2f}, {max(seconds):.2f}")


def _one(store: Store, folder: Path, set_id: str, name: str) -> tuple[float, float, float]:
    """Seconds from submit to first event, from the worker's end to its job's next claim, and from
    cancel to the job's end, of one training."""

    def learns() -> bool:
        return any(event.kind == "epoch" for event in store.events(job_id))

    before = time.perf_counter()
    job_id = submit(store, set_id, name, _LONG)
    wait(lambda: store.events(job_id))
    first = time.perf_counter() - before
    wait(learns)
    attempt = store.get(job_id).attempt
    worker, _ = wait(lambda: processes(folder))
    worker.kill()
    before = time.perf_counter()
    wait(lambda: store.get(job_id).attempt > attempt)
    claimed = time.perf_counter() - before
    wait(learns)
    before = time.perf_counter()
    store.cancel(job_id)
    wait(lambda: store.get(job_id).ended)
    return first, claimed, time.perf_counter() - before


def _appends(folder: Path, events: int, readers: int) -> str:
    store = Store.in_folder(folder)
    job_id = store.submit("train", {}, OWNER)
    store.claim("w1", 3600.0)
    spawn = multiprocessing.get_context("spawn")
    reads = spawn.Semaphore(0)
    pages = [
        spawn.Process(target=_follow, args=(folder, job_id, reads), daemon=True)
        for _ in range(readers)
    ]
    for page in pages:
        page.start()
    for _ in pages:
        if not reads.acquire(timeout=60):
            raise RuntimeError("A reader does not read.")
    took = []
    for step in range(events):
        row = {"epoch": step, "critic_loss": step / 7, "generator_loss": step / 9}
        before = time.perf_counter()
        store.append(job_id, "w1", "progress" if step % 2 else "epoch", row)
        took.append(1000 * (time.perf_counter() - before))
        time.sleep(0.01)
    if not all(page.is_alive() for page in pages):
        raise RuntimeError("A reader ended before the last event.")
    for page in pages:
        page.kill()
        page.join()
    store.close()
    p99 = statistics.quantiles(took, n=100)[98]
    return f"{statistics.median(took):.1f}, {p99:.1f}, {max(took):.1f}"


def _follow(folder: Path, job_id: str, reads: Semaphore) -> None:
    """Follows a job as a page does, for ever: what is new, and how it stands."""
    store, last = Store.in_folder(folder), 0
    store.get(job_id)
    reads.release()
    while True:
        for event in store.events(job_id, after=last):
            last = event.sequence
        store.get(job_id)
        time.sleep(0.05)


def _idle_mb(folder: Path, name: str) -> float:
    """What a worker that waits holds for itself."""
    store = Store.in_folder(folder)
    arguments = [sys.executable, "-m", "studio.jobs", name, str(folder), str(os.getpid())]
    with subprocess.Popen(arguments) as process:
        wait(store.workers)
        time.sleep(1.0)
        found = float(psutil.Process(process.pid).memory_full_info().uss) / 1e6
        process.terminate()
    store.close()
    return found


def _say(what: str, value: str) -> None:
    typer.echo(f"{what:62}{value}")


if __name__ == "__main__":
    typer.run(main)
