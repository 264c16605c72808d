"""`tutti train`: a shipped genre anew, a model that goes on, or a model of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from studio.catalog import GENRES
from studio.cli import words
from studio.ground.errors import BadKnob


def train(
    context: typer.Context,
    data: Annotated[
        list[str],
        typer.Option(
            help="A zip or folder of MIDI files, once for each of several; or a set that Tutti "
            "knows, such as builtin:chorales."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="What the model is called, such as 'My band'.")
    ] = None,
    technique: Annotated[
        str, typer.Option(help="How it learns; `tutti doctor` lists them.")
    ] = "gan",
    preset: Annotated[
        str, typer.Option(help="Settings that go together, such as Quick or Best.")
    ] = "",
    layout: Annotated[
        str, typer.Option(help="How the songs are laid out; found out where it is not said.")
    ] = "",
    genre: Annotated[
        str | None, typer.Option(help=f"A shipped genre learned anew: {', '.join(GENRES)}.")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--from", help="A model to go on from with other music.")
    ] = None,
    drums: Annotated[
        Path | None, typer.Option(help="A zip or folder of drummers' grooves, for a band's drums.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where this training was broken off.")
    ] = False,
    stop_when_converged: Annotated[
        bool, typer.Option("--stop-when-converged", help="End early where nothing moves any more.")
    ] = False,
    into: Annotated[Path | None, typer.Option(help="Where the model's folder goes.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cuda, mps or cpu.")] = None,
) -> None:
    """Train a model of your own from MIDI files, go on from a model with --from, or learn a shipped
    --genre anew, as its card says. The technique's settings are options too, such as --epochs 60,
    --learning-rate 0.0005 or --seed 1. Ctrl-C breaks off; --resume goes on from there."""
    from studio.ground import Settings
    from studio.ground.device import choose_device, prepare_torch, threads_for_training
    from studio.techniques import technique as find_technique
    from studio.training import Controls, RunFolder, RunSpec, curves, events, inputs_of
    from studio.training import train as train_with

    changes = {name: float(value) for name, value in words.knobs(context.args, "train").items()}
    settings = Settings()
    chosen = choose_device(device or settings.device)
    if genre is not None and base is not None:
        raise BadKnob("Say what to train: either --genre or --from, not both.")
    if genre is None and base is None and name is None:
        raise BadKnob(
            "Say what to train: --name for a model of your own, --genre, such as pop, or --from."
        )
    spec = RunSpec(
        name or "", technique=technique, settings=changes, layout=layout, preset=preset,
        base=base or "", data=tuple(data), genre=genre or "", drums=str(drums or ""),
    )  # fmt: skip
    inputs = inputs_of(spec, settings, tell=lambda text, _share: typer.echo(text))
    prepare_torch(threads_for_training())
    models = into or settings.data_dir / "models"
    id, run = inputs.card.id, RunFolder.of(settings.data_dir, inputs.card.id)
    if not resume and run.is_broken_off:
        raise BadKnob(
            f"A training of {id} was broken off: go on with --resume, or delete {run.path}."
        )
    controls = Controls(stop_when_converged=stop_when_converged)
    rows: list[curves.Row] = []
    for event in train_with(inputs, run.path, models, chosen, lambda: controls):
        match event:
            case events.History():
                rows += event.rows
            case events.Epoch():
                rows.append(event.row)
                typer.echo(curves.line(event.row, int(inputs.card.settings["epochs"])))
            case events.Done(model):
                typer.echo(curves.reading(rows, find_technique(inputs.card.technique)))
                typer.echo(f"{models / model} is ready: choose it with --model {model}.")
    shutil.rmtree(run.path, ignore_errors=True)  # the model is whole: nothing is left to go on with
