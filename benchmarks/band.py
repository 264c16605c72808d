"""How the models play, beside people and simple rules: the figures of RESULTS.md, in one command.

    python -m benchmarks.band --genre pop --data pop909_quantised.zip

Everyone plays to the same melodies: eight bars of songs that no model has learned from, the key not
told. A cell is a mean over these excerpts and half of its 95 % interval, redrawn by song.

- people: what people played. Their "similarity index, other half" is the floor of that row.
- any song: what people played to a training song drawn at random, moved to the key.
- a model, and the same model with people's chords given, which sets texture apart from plan.
- block chords: the chord plan, struck. texture: the training passage of the likest melody rhythm,
  re-voiced on the plan. nearest song: the training passage of the likest melody, in our key.
  parallel: thirds, sixths and octaves below the melody. random: random notes, as many as people's.

"Bars with two parts", "empty bars" and the like are defined in `studio/measures`; qualified notes
last an eighth or more. The drums of rules are those of the training passage. "Other half" sets the
bands of half the songs beside people's of the other half, its interval being that of 20 halvings.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.measures import measure
from benchmarks.players import baselines, learned_before, of_models, people
from benchmarks.retrieval import Library
from benchmarks.surroundings import Quick, say_surroundings, surroundings
from benchmarks.table import as_json, table
from studio.catalog import GENRES
from studio.ground import assets
from studio.ground.device import prepare_torch
from studio.measures import CopyIndex
from studio.training.excerpts import excerpts
from studio.training.songs import read_training_set


def main(
    genre: Annotated[str, typer.Option(help=f"One of {', '.join(GENRES)}.")],
    data: Annotated[list[Path], typer.Option(help="The zip or folder the genre learned from.")],
    models: Annotated[Path, typer.Option(help="A folder of models.")] = assets.SHIPPED,
    most: Annotated[int, typer.Option(help="Excerpts.")] = 100,
    into: Annotated[Path | None, typer.Option("--json", help="Write all numbers here.")] = None,
    quick: Quick = False,
) -> None:
    """Prints a table: a row a figure, a column a band."""
    if genre not in GENRES:
        raise typer.BadParameter(f"There is no genre called {genre!r}.", param_hint="--genre")
    say_surroundings()
    most = 4 if quick else most
    prepare_torch()
    order = list(GENRES[genre].files)  # which songs are held out hangs on the order of the files
    known = sorted(data, key=lambda path: order.index(path.name) if path.name in order else -1)
    songs = read_training_set(known, GENRES[genre].layout)
    unseen = excerpts(songs.held_out, most)
    if not unseen:
        raise typer.BadParameter("No held-out song has eight bars of melody.", param_hint="--data")
    library = Library(songs.songs)
    players = [
        *people(unseen, library),
        *of_models(genre, models, unseen),
        *baselines(genre, unseen, library),
    ]
    index = CopyIndex.of(songs.songs)
    columns = [measure(player, unseen, index) for player in players]
    held_out = len({excerpt.song for excerpt in unseen})
    titles = {songs.titles[excerpt.song] for excerpt in unseen}
    typer.echo(f"{genre}: {len(unseen)} excerpts of {held_out} songs")
    for name, count in learned_before(genre, models, titles).items():
        typer.echo(f"Beware: {name} has learned from songs of {count} of these titles.")
    typer.echo(f"\n{table(columns)}")
    if into is not None:
        facts = {"genre": genre, "excerpts": len(unseen), "songs": held_out} | surroundings()
        text = json.dumps(facts | {"bands": as_json(columns)}, indent=2, ensure_ascii=False)
        into.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
