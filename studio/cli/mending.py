"""`tutti fix`: a melody with the notes changed that a model finds out of place."""

from __future__ import annotations

from typing import Annotated

import typer

import studio
from studio.cli import words
from studio.cli.options import (
    Device,
    KeepGrid,
    KeyName,
    MelodyChords,
    MelodyFile,
    MidiOut,
    Pickup,
    Track,
    Trim,
    index,
    keep,
    say,
)


def fix(
    context: typer.Context,
    output: MidiOut,
    melody: MelodyFile,
    model: Annotated[
        str, typer.Option(help="Which AR-CNN mends it; see `tutti models`.")
    ] = "bach-arcnn",
    seed: Annotated[int, typer.Option(help="Another seed, other notes.")] = 0,
    track: Track = None,
    device: Device = None,
    chords: MelodyChords = "",
    key: KeyName = "",
    pickup: Pickup = None,
    keep_grid: KeepGrid = False,
    trim: Trim = False,
    take_back: Annotated[
        list[int] | None, typer.Option(min=1, help="A change to leave out, by its number.")
    ] = None,
) -> None:
    """Change the notes of a melody that a model finds out of place. The knobs are options too, such
    as --maximum-input-notes-to-remove 20 or --creative-risk 2."""
    keep(melody, output)
    knobs = words.knobs(context.args, "fix", words.mend_fields(model))
    mended = studio.fix(
        melody, model, seed, device, index(track), chords, key, pickup, keep_grid, trim, **knobs
    ).take_back(*(take_back or ()))  # fmt: skip
    mended.save_midi(output)
    lines = [
        f"{number}. {sentence}{', taken back' if number - 1 in mended.undone else ''}."
        for number, sentence in enumerate(mended.sentences, 1)
    ]
    say(*mended.report, *(lines or ["Nothing to mend was found within these limits."]), f"{output}")
