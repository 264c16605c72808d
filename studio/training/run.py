"""One training from songs to a model, which may be killed, paused, steered and gone on with.

A run's folder holds its checkpoints, `history.jsonl` and `epochs/`. The checkpoint is the truth:
what else lies there is made again from it, so that a kill at any moment loses at most the last
seconds of work, and no row comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from studio.catalog.catalog import Card, Model
from studio.training.attempt import HISTORY_FILE, Attempt, Said
from studio.training.evaluation import FEATURE
from studio.training.loop import Event, read_training_set
from studio.training.plan import Controls, Plan, Reins

__all__ = ["HISTORY_FILE", "Controls", "Plan", "run", "train_model"]


def run(
    plan: Plan,
    folder: Path | None,
    into: Path,
    device: str,
    controls: Callable[[], Controls] = Controls,
) -> Iterator[Said]:
    """Trains and writes the model's folder under `into`; yields what happens as (kind, data):

    "stage" {"text", "share"} while it makes ready, then "began" with what is learned from what,
    "history" {"rows"} with all rows there are already, "progress" at most once a second, "epoch"
    with its row, "checkpoint" {"epoch", "epochs"} with the epochs whose weights are kept, and
    "done" {"model", "epochs", "why"}, and "best", the epoch whose weights the model has, where that
    is not the last. Data is JSON-ready.

    It goes on from the newest checkpoint of `folder`, bit for bit on a CPU; without a folder
    nothing is kept on the way. Raises TuttiError, with a sentence, where it cannot go on.

    Under `torchrun` all processes learn together, and only the first says anything.
    """
    from studio.techniques.together import join, process

    join(device)
    for said in _run(plan, folder, into, device, controls):
        if process() == 0:
            yield said


def _run(
    plan: Plan, folder: Path | None, into: Path, device: str, controls: Callable[[], Controls]
) -> Iterator[Said]:
    yield "stage", {"text": "Reading the songs", "share": 0.0}
    data = plan.data[0] if len(plan.data) == 1 else plan.data
    songs = read_training_set(data, plan.card.layout, plan.only)
    yield "stage", {"text": "Measuring what people played", "share": 0.5}
    attempt = Attempt(plan, songs, folder, device)
    attempt.go_on()
    yield "began", attempt.facts()
    yield "history", {"rows": attempt.rows}
    yield from attempt.kept()
    why = yield from attempt.learn(Reins(controls))
    yield "stage", {"text": "Writing the model", "share": 1.0}
    attempt.ship(into)
    done = {"model": plan.card.id, "epochs": attempt.epoch, "why": why}
    yield "done", done if attempt.shipped == attempt.epoch else {**done, "best": attempt.shipped}


def train_model(
    card: Card,
    data: Path | Sequence[Path],
    device: str,
    into: Path,
    drums: Path | None = None,
    base: Model | None = None,
) -> Iterator[Event]:
    """A whole run, of which nothing is kept on the way: an event after each epoch, and the model's
    folder under `into` at the end."""
    files = (data,) if isinstance(data, Path) else tuple(data)
    plan = Plan(card, files, None, drums, base)
    to_the_end = Controls(stop_when_converged=False)
    for kind, said in run(plan, None, into, device, lambda: to_the_end):
        if kind == "epoch":
            other = ("epoch", "seconds", "learning_rate")
            values = {k: v for k, v in said.items() if k not in other and FEATURE not in k}
            yield Event(said["epoch"], said["seconds"], values)
