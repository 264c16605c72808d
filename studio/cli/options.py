"""Options that several commands have, and the files that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.composing import Request
from studio.ground.errors import BadKnob

if TYPE_CHECKING:
    from studio import Piece

Tune = Annotated[
    Path | None, typer.Argument(help="A MIDI file with the melody; none for chords alone.")
]
Bars = Annotated[int | None, typer.Option(help="How many bars to play.")]
Metre = Annotated[str, typer.Option(help="Of chords alone: 3/4.")]
Tempo = Annotated[float | None, typer.Option("--tempo", help="Of chords alone, in bpm.")]
MelodyFile = Annotated[Path, typer.Argument(help="A MIDI file with the melody.")]
MidiOut = Annotated[Path, typer.Option("-o", "--output", help="Where the MIDI goes.")]
RecipeFile = Annotated[Path, typer.Argument(help="The recipe.json of a piece.")]
NewRecipe = Annotated[Path | None, typer.Option("--recipe", help="Where the new recipe goes, too.")]
Wav = Annotated[Path | None, typer.Option(help="Where the sound goes, too.")]
Track = Annotated[int | None, typer.Option(help="The melody's track, from 1; see `tutti tracks`.")]
MelodyChords = Annotated[str, typer.Option(help="The melody's chords: 'C | F G | ? | C'.")]
KeyName = Annotated[str, typer.Option("--key", help="The key to play in: 'E flat minor'.")]
Pickup = Annotated[
    float | None, typer.Option(help="Beats before the first bar line; 0: bars as in the file.")
]
KeepGrid = Annotated[
    bool, typer.Option("--keep-grid", help="Keep the file's beats, whatever is heard.")
]
Trim = Annotated[bool, typer.Option("--trim", help="Take away bars of rest before the first note.")]
Choices = Annotated[
    int | None,
    typer.Option(
        min=1, max=Request.MOST_CHOICES,
        help="Takes that the model's critic chooses among; as its card says where it is not said.",
    ),
]  # fmt: skip
Plain = Annotated[
    bool, typer.Option("--plain", help="What the model writes and no more: no drummer, no feel.")
]
Wishes = Annotated[
    list[str] | None, typer.Option(help="A part's wishes: 'Bass density=8 register=40'.")
]
Takes = Annotated[
    int, typer.Option(min=1, max=Request.MOST_TAKES, help="Of 4: OUT-1.mid, OUT-2.mid …")
]
Drums = Annotated[
    str | None, typer.Option(help="The drummer's style, such as pop; none: nobody drums.")
]
Feel = Annotated[float | None, typer.Option(help="0: on the grid; 1: early and late as people.")]
FormText = Annotated[
    str | None, typer.Option("--form", help="Sections and how intense each is: 'A8 B8:0.8 A8'.")
]
Intensity = Annotated[float | None, typer.Option(help="0: soft and few; 1: loud and all.")]
Complexity = Annotated[float | None, typer.Option(help="0: plain drums; 1: busy ones.")]
Fills = Annotated[str | None, typer.Option("--fills", help="Bars with a fill: '4,8'.")]
LeftOut = Annotated[
    list[str] | None, typer.Option("--without", help="A part that does not play: 'Keys'.")
]
Device = Annotated[str | None, typer.Option(help="auto, cuda, mps or cpu.")]


def index(track: int | None) -> int | None:
    """A track counted from 1 as `studio` counts it, from 0."""
    return None if track is None else track - 1


def keep(source: Path | None, *outputs: Path | None) -> None:
    """Raises BadKnob where what is written would overwrite what it is made from."""
    for output in outputs:
        if source and output and output.exists() and source.exists() and output.samefile(source):
            what = "recipe" if source.suffix == ".json" else "melody"
            raise BadKnob(f"{output.name} is the {what} itself: give the new file another name.")


def numbered(path: Path, take: int, takes: int) -> Path:
    """`band.mid`, or of several takes `band-1.mid`, `band-2.mid` …"""
    return path if takes == 1 else path.with_name(f"{path.stem}-{take}{path.suffix}")


def save(piece: Piece, output: Path, wav: Path | None, recipe: Path | None) -> None:
    """Writes a piece as MIDI, and as sound and recipe where they are asked for."""
    piece.save_midi(output)
    if recipe is not None:
        piece.save_recipe(recipe)
    if wav is not None:
        piece.save_wav(wav)


def say(*lines: str) -> None:
    """Prints lines."""
    for line in lines:
        typer.echo(line)
