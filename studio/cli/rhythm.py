"""`tutti rhythm`: a part goes on in the rhythm of one of its bars, or in one that was tapped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import studio
from studio.cli import words
from studio.cli.options import MidiOut, NewRecipe, RecipeFile, Wav, keep, save


def rhythm(
    recipe: RecipeFile,
    output: MidiOut,
    part: Annotated[str, typer.Option(help="The part, such as Bass.")],
    bar: Annotated[int, typer.Option(help="The bar, from 1, whose rhythm is kept.")],
    bars: Annotated[
        str, typer.Option(help="Where it goes: 4-8 or 1,3; else to the end of the section.")
    ] = "",
    tap: Annotated[
        Path | None, typer.Option(help="A MIDI file with a rhythm to take the bar's place.")
    ] = None,
    wav: Wav = None,
    new_recipe: NewRecipe = None,
) -> None:
    """Keep the rhythm of a part's bar in other bars, on their own chords."""
    keep(recipe, output, wav)
    keep(tap, output, wav)
    chosen = words.bar_numbers(bars) if bars else ()
    piece = studio.keep_rhythm(recipe, part, bar, chosen, tap)
    save(piece, output, wav, new_recipe)
    what = f"the rhythm of {tap.name}" if tap else f"the rhythm of bar {bar}"
    typer.echo(f"{output}: {part} has {what}{f' in bars {bars}' if bars else ''}")
