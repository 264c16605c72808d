"""How well the studio's transformer foretells chorales: the published figure, in one command.

    python -m benchmarks.jsb --data jsb16.zip --minutes 40

Minutes are of one core; looking at the 76 along the way is within them.

A network of the shared transformer's own kind learns the benchmark's 229 chorales alone, all four
voices to be foretold, no melody and no chords given; of the weights along the way those are kept
that foretell the 76 best, and the 77 are looked at once, at the end. The figure is the joint
negative log-likelihood of a chorale in nats a frame and voice, its length included:

- written key: each chorale is read as it stands.
- all keys, Bayes: which of twelve keys makes a chorale plain is not known, so the probability is
  the mean over the chorale's readings in all of them, from one network.
- all keys, forgetting: the same, but older events count less in how much each reading's word
  weighs; how much less is chosen on the 76.

Why these are probabilities of grids that sum to 1 stands in `jsb_rows` and `jsb_likelihood`.
`--into` keeps a checkpoint; with `--resume` a stopped run goes on from it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import torch
import typer

from benchmarks.jsb_data import asked_for
from benchmarks.jsb_likelihood import (
    CHOICES,
    FORGETTING,
    Floats,
    in_every_key,
    measured,
    notewise,
    over_keys,
)
from benchmarks.jsb_rows import script
from benchmarks.jsb_training import SMALL, Recipe, Training
from benchmarks.surroundings import Quick, say_surroundings
from studio.ground.device import choose_device, device_name


def main(
    data: Annotated[Path, typer.Option(help="The zip or JSON file of the benchmark.")],
    minutes: Annotated[float, typer.Option(min=0.01, help="Processor time to learn for.")] = 40.0,
    into: Annotated[Path | None, typer.Option(help="Keep a checkpoint here.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from it.")] = False,
    quick: Quick = False,
) -> None:
    """Learns, then prints what the chosen weights foretell."""
    songs = asked_for(data)
    if resume and (into is None or not into.exists()):
        raise typer.BadParameter("Give the checkpoint to go on from with --into.")
    say_surroundings()
    device = choose_device()
    minutes, recipe = (0.001, SMALL) if quick else (minutes, Recipe())
    training = Training(songs["train"], songs["valid"], recipe, torch.device(device))
    if resume and into is not None:
        training.load(into)
    began = time.monotonic()
    training.run(60 * minutes, typer.echo, into)
    waited, began = time.monotonic() - began, time.monotonic()
    parameters = sum(p.numel() for p in training.best.parameters())
    typer.echo(
        f"\n{parameters:,} parameters, {training.updates} updates, {training.seconds:.0f} s of "
        f"processor time ({waited:.0f} s by the clock since this start); "
        f"{device_name(device)}, {torch.get_num_threads()} threads"
    )
    forgetting: float | None = None
    for split in ("valid", "test"):
        chorales = songs[split]
        told = measured(training.best, [script(one) for one in chorales])
        frames = sum(one.size for one in chorales)
        parts = sum(nats.sum(0) for nats in told) / frames
        keys = in_every_key(training.best, chorales)
        found = {rate: _of_keys(keys, rate, frames) for rate in FORGETTING}
        if forgetting is None:
            forgetting = min(found, key=lambda rate: found[rate])
        typer.echo(
            f"{split}: written key {notewise(told, chorales):.4f} ("
            + " ".join(f"{name} {part:.4f}" for name, part in zip(CHOICES, parts, strict=True))
            + f") · all keys, Bayes {found[1.0]:.4f} · forgetting {found[forgetting]:.4f} "
            f"({forgetting:g} kept an event)"
        )
    typer.echo(f"measured in {time.monotonic() - began:.0f} s")


def _of_keys(keys: list[Floats], forgetting: float, frames: int) -> float:
    return sum(float(over_keys(nats, forgetting).sum()) for nats in keys) / frames


if __name__ == "__main__":
    typer.run(main)
