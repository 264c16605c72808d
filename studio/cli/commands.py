"""The command line: `tutti`, one function a command. Bad input is one sentence and status 2."""

from __future__ import annotations

import json
import os
import runpy
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import studio
from studio.cli import doctor as cli_doctor
from studio.cli import mending, rhythm, words
from studio.cli import train as cli_train
from studio.cli.options import (
    Bars,
    Choices,
    Complexity,
    Device,
    Drums,
    Feel,
    Fills,
    FormText,
    Intensity,
    KeepGrid,
    KeyName,
    LeftOut,
    MelodyChords,
    MelodyFile,
    Metre,
    MidiOut,
    NewRecipe,
    Pickup,
    Plain,
    RecipeFile,
    Takes,
    Tempo,
    Track,
    Trim,
    Tune,
    Wav,
    Wishes,
    index,
    keep,
    numbered,
    save,
    say,
)
from studio.composing import Recipe
from studio.corpus.layouts import LAYOUTS
from studio.ground.errors import TuttiError

app = typer.Typer(
    name="tutti",
    help="You play the melody. Tutti plays everything else.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_MORE_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.callback(invoke_without_command=True)
def _open(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on 127.0.0.1.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    device: Device = None,
) -> None:
    """Open the studio on 127.0.0.1."""
    from studio.ground import Settings, assets
    from studio.queue import Store

    Store.in_folder(Settings().data_dir).close()  # a data folder that is none is said here
    os.environ["TUTTI_DATA_DIR"] = str(Settings().data_dir)  # whatever folder we change to
    if device is not None:
        os.environ["TUTTI_DEVICE"] = device
    os.chdir(assets.ROOT)  # where .streamlit/config.toml is found
    sys.argv = ["streamlit", "run", str(assets.ROOT / "app.py"), "--server.port", str(port)]
    sys.argv += ["--server.headless", str(not browser).lower()]
    runpy.run_module("streamlit", run_name="__main__")  # in this process: it is there at once


@app.command(context_settings=_MORE_OPTIONS)
def compose(
    context: typer.Context,
    output: MidiOut,
    melody: Tune = None,
    model: Annotated[str, typer.Option(help="Which model plays; see `tutti models`.")] = "pop-gan",
    seed: Annotated[int, typer.Option(help="Another seed, another band.")] = 0,
    track: Track = None,
    device: Device = None,
    chords: Annotated[str, typer.Option(help="Chords to keep: 'C | F G | ? | C', or 'file'.")] = "",
    chord_risk: Annotated[float, typer.Option(help="0: likeliest chords; 1: free.")] = 0.0,
    key: KeyName = "",
    pickup: Pickup = None,
    keep_grid: KeepGrid = False,
    trim: Trim = False,
    bars: Bars = None,
    metre: Metre = "",
    tempo: Tempo = None,
    part: Wishes = None,
    takes: Takes = 1,
    choices: Choices = None,
    drums: Drums = None,
    feel: Feel = None,
    form: FormText = None,
    intensity: Intensity = None,
    complexity: Complexity = None,
    fills: Fills = None,
    without: LeftOut = None,
    plain: Plain = False,
    wav: Wav = None,
    recipe: Annotated[Path | None, typer.Option(help="Where the recipe goes, too.")] = None,
) -> None:
    """Add a band to a melody, or to chords alone: --chords 'C | Am | F | G' --bars 8. A model's
    knobs are options too, such as --creative-risk 1.2."""
    from studio.music.harmony import write_chords

    keep(melody, *(numbered(output, take, takes) for take in range(1, takes + 1)))
    knobs = words.knobs(context.args, "compose", words.knob_fields(model))
    wishes = words.wishes(part or ())
    arrangement = words.arrangement(
        drums=drums, feel=feel, form=form, intensity=intensity, complexity=complexity,
        fills=fills, left_out=without,
    )  # fmt: skip
    pieces = studio.variations(
        melody, model, seed, device, index(track), chords, chord_risk, wishes, takes, key,
        pickup, keep_grid, bars, metre, tempo, trim, choices, None if plain else arrangement,
        **knobs,
    )  # fmt: skip
    say(*pieces[0].report)
    for take, piece in enumerate(pieces, 1):
        file = numbered(output, take, takes)
        sound, how = (each and numbered(each, take, takes) for each in (wav, recipe))
        save(piece, file, sound, how)
        done = piece.composition
        parts = ", ".join(part.name for part in piece.score.tracks)
        if take == 1:
            typer.echo(f"Chords: {write_chords(done.plan, piece.score.metre)}")
        if piece.nearest is not None:
            typer.echo(piece.nearest.sentence)
        typer.echo(
            f"{file}: {piece.score.bars} bars of {parts} ({done.device}, {done.seconds:.2f} s)"
        )


@app.command(context_settings=_MORE_OPTIONS)
def extend(
    context: typer.Context,
    output: MidiOut,
    melody: Tune = None,
    model: Annotated[
        str, typer.Option(help="Which model goes on; see `tutti models`.")
    ] = "pop-transformer",
    seed: Annotated[int, typer.Option(help="Another seed, another continuation.")] = 0,
    track: Track = None,
    device: Device = None,
    chords: MelodyChords = "",
    key: KeyName = "",
    pickup: Pickup = None,
    keep_grid: KeepGrid = False,
    trim: Trim = False,
    bars: Bars = None,
    metre: Metre = "",
    tempo: Tempo = None,
) -> None:
    """Go on with a melody, or write one on --chords alone. The knobs are options too, such as
    --extension-duration 8, --sampling-technique TopK or --input-duration 4."""
    keep(melody, output)
    knobs = words.knobs(context.args, "extend", words.extend_fields(model))
    longer = studio.extend(
        melody,
        model,
        seed,
        device,
        index(track),
        chords,
        key,
        pickup,
        keep_grid,
        bars,
        metre,
        tempo,
        trim,
        **knobs,
    )
    longer.save_midi(output)
    say(*longer.report, f"Chords: {longer.chords}", f"{output}: {longer.score.bars} bars")


@app.command(context_settings=_MORE_OPTIONS)
def rewrite(
    context: typer.Context,
    recipe: RecipeFile,
    output: MidiOut,
    part: Annotated[
        list[str], typer.Option(help="A part, and what it is asked for: 'Keys density=8'.")
    ],
    bars: Annotated[str, typer.Option(help="Bars from 1: 3, 3-4 or 1,3-4.")],
    seed: Annotated[int | None, typer.Option(help="Another seed, other notes.")] = None,
    device: Device = None,
    wav: Wav = None,
    new_recipe: NewRecipe = None,
) -> None:
    """Write some bars of a piece anew, all else untouched. Knobs are as they were, unless given:
    --creative-risk 1.2."""
    keep(recipe, output, wav)
    model, chosen = Recipe.read(recipe).model, words.bar_numbers(bars)
    knobs = words.knobs(context.args, "rewrite", words.knob_fields(model))
    wishes = words.wishes(part)
    anew = dict.fromkeys(wishes, chosen)
    piece = studio.rewrite(recipe, anew, seed, device, wishes, **knobs)
    save(piece, output, wav, new_recipe)
    if piece.nearest is not None:
        typer.echo(piece.nearest.sentence)
    names, seed = " and ".join(wishes), piece.composition.recipe.newest.seed
    typer.echo(f"{output}: bars {bars} of {names} written anew, seed {seed}")


@app.command()
def plans(
    melody: MelodyFile,
    model: Annotated[str, typer.Option(help="Whose chords; see `tutti models`.")] = "pop-gan",
    seed: Annotated[int, typer.Option(help="Another seed, other plans.")] = 0,
    track: Track = None,
    key: KeyName = "",
    pickup: Pickup = None,
    keep_grid: KeepGrid = False,
    trim: Trim = False,
) -> None:
    """Chord plans to choose from, for compose --chords."""
    say(*studio.plans(melody, model, seed, index(track), key, pickup, keep_grid, trim))


@app.command()
def models(
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole cards as JSON.")] = False,
) -> None:
    """What can play, one line each."""
    from studio.catalog import models as cards
    from studio.ground import Settings
    from studio.techniques import techniques

    found, problems = cards(Settings().model_folders)
    if as_json:
        typer.echo(json.dumps([asdict(card) for card in found], indent=2, ensure_ascii=False))
    else:
        width = max((len(card.id) for card in found), default=0)
        for card in found:
            learned_from = card.data.split(":")[0].split(". ")[0]
            typer.echo(f"{card.id:<{width}} {card.description} Learned from: {learned_from}.")
    for problem in (*problems, *techniques()[1]):
        typer.echo(problem, err=True)


@app.command()
def render(
    midi: Annotated[Path, typer.Argument(help="A MIDI file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the WAV goes.")],
    stems: Annotated[Path | None, typer.Option(help="A folder for one WAV a part.")] = None,
    soundfont: Annotated[str | None, typer.Option(help="A soundfont's name.")] = None,
) -> None:
    """Play a MIDI file as it is into a WAV file: tempos, pedal, bends, volume, pan, programs."""
    from studio.music.midi import read_playback

    piece = read_playback(midi)
    name = studio.render(piece, output, stems, soundfont)
    typer.echo(f"{output}: {piece.duration_seconds:.1f} s, played by {name}")


@app.command()
def replay(
    recipe: RecipeFile,
    output: MidiOut,
    wav: Wav = None,
) -> None:
    """Make a piece again from its recipe."""
    keep(recipe, output, wav)
    piece = studio.replay(recipe)
    save(piece, output, wav, None)
    typer.echo(f"{output}: {piece.score.bars} bars, seed {piece.composition.recipe.seed}")


app.command(context_settings=_MORE_OPTIONS)(cli_train.train)
app.command(context_settings=_MORE_OPTIONS)(mending.fix)
app.command()(rhythm.rhythm)
app.command()(cli_doctor.doctor)


@app.command()
def tracks(file: Annotated[Path, typer.Argument(help="A MIDI file.")]) -> None:
    """What parts a MIDI file has, and which is taken for the melody; --track takes another."""
    parts = studio.tracks(file)
    rows = [("", "Name", "Instrument", "Notes", "Range", "")]
    for part in parts:
        why = part.why and f"taken: {part.why}"
        rows.append(
            (str(part.number), part.name, part.instrument, str(part.notes), part.range, why)
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        number, name, instrument, notes, span, why = map(str.ljust, row, widths)
        typer.echo(f"{number}  {name}  {instrument}  {notes.strip():>5}  {span}  {why}".rstrip())


@app.command()
def tokens(
    piece: Annotated[Path, typer.Argument(help="A MIDI file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the JSON goes.")],
    tokenizer: Annotated[str, typer.Option(help="REMI, TSD or MIDILike.")] = "REMI",
) -> None:
    """Write a piece as tokens, for models that read MidiTok's."""
    data = studio.to_tokens(piece, tokenizer)
    output.write_text(json.dumps(data) + "\n", encoding="utf-8")
    typer.echo(f"{output}: {len(data['tokens'])} {tokenizer} tokens (MidiTok {data['miditok']})")


@app.command()
def check(
    data: Annotated[Path, typer.Argument(help="A zip or folder of MIDI files.")],
    layout: Annotated[str | None, typer.Option(help=f"One of {', '.join(LAYOUTS)}.")] = None,
) -> None:
    """What a training set holds; each file kept or refused, and why."""
    from studio.corpus import diagnosis

    typer.echo(diagnosis.text(diagnosis.check(data, layout)))


def main() -> None:
    """Runs the command line; a TuttiError or a file that cannot be written exits with status 2."""
    try:
        sys.exit(app(prog_name="tutti", standalone_mode=False))
    except typer.Abort:
        sys.exit(130)
    except typer.TyperException as error:
        problem = f"{error.format_message().rstrip('.')}. See tutti --help."
    except TuttiError as error:
        problem = str(error)
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        problem = f"Tutti cannot use{place}: {error.strerror}."
    typer.echo(problem, err=True)
    sys.exit(2)
