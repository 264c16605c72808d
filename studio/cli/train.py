"""`tutti train`: a shipped genre anew, a model that goes on, or a model of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.catalog.genres import GENRES
from studio.cli import words
from studio.errors import BadKnob

if TYPE_CHECKING:
    from studio.training.inputs import RunInputs


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
    from studio.machine import Settings, choose_device, prepare_torch, threads_for_training
    from studio.techniques import technique as find_technique
    from studio.training import events
    from studio.training import run as training
    from studio.training.checkpoint import read
    from studio.training.controls import Controls
    from studio.training.curves import reading
    from studio.training.rows import Row, line

    changes = words.settings(context.args, "train")
    settings = Settings()
    chosen = choose_device(device or settings.device)
    if genre is not None and base is not None:
        raise BadKnob("Say what to train: either --genre or --from, not both.")
    if genre is not None or base is not None:
        paths = tuple(Path(word) for word in data)
        inputs = _known(genre, base, name, technique, changes, paths, drums)
    else:
        inputs = _own(name, data, technique, preset, changes, layout)
    prepare_torch(threads_for_training())
    models = into or settings.data_dir / "models"
    id, folder = inputs.card.id, settings.data_dir / "runs" / inputs.card.id
    if not resume and read(folder) is not None:
        raise BadKnob(
            f"A training of {id} was broken off: go on with --resume, or delete {folder}."
        )
    controls = Controls(stop_when_converged=stop_when_converged)
    rows: list[Row] = []
    for event in training.train(inputs, folder, models, chosen, lambda: controls):
        match event:
            case events.History():
                rows += event.rows
            case events.Epoch():
                rows.append(event.row)
                typer.echo(line(event.row, int(inputs.card.settings["epochs"])))
            case events.Done(model):
                typer.echo(reading(rows, find_technique(inputs.card.technique)))
                typer.echo(f"{models / model} is ready: choose it with --model {model}.")
    shutil.rmtree(folder, ignore_errors=True)  # the model is whole: nothing is left to go on with


def _known(
    genre: str | None,
    base: str | None,
    name: str | None,
    technique: str,
    changes: Mapping[str, Any],
    data: tuple[Path, ...],
    drums: Path | None,
) -> RunInputs:
    """A shipped genre anew, or a model that goes on."""
    from studio.catalog.catalog import find, read_model
    from studio.corpus.diagnosis import check, layout_like
    from studio.machine import Settings
    from studio.training.fine_tuning import fine_tuned, named
    from studio.training.inputs import RunInputs

    start = read_model(find(base, Settings().model_folders)) if base is not None else None
    if start is None:
        card = GENRES[str(genre)].card(technique, changes)
    else:
        files = data if len(data) > 1 else data[0]
        layout = layout_like(files, start.card.layout)
        windows = sum(song.windows for song in check(files, layout).kept)
        card = replace(fine_tuned(start.card, changes, windows), layout=layout)
    card = named(card, name) if name is not None else card
    return RunInputs(card, data, None, drums, start)


def _own(
    name: str | None,
    data: Sequence[str],
    technique: str,
    preset: str,
    changes: Mapping[str, Any],
    layout: str,
) -> RunInputs:
    from studio.machine import Settings
    from studio.training.order import Order, plan_of

    if name is None:
        raise BadKnob(
            "Say what to train: --name for a model of your own, --genre, such as pop, or --from."
        )
    order = Order(name, tuple(data), technique, preset, changes, layout)
    return plan_of(order, Settings().data_dir / "sets", lambda text, _share: typer.echo(text))
