"""A model's critic: a small network that learns people's bands from the model's own.

    python -m studio.training.critic pop-transformer --data pop909_quantised.zip

plays takes to passages of the training songs, learns to tell them from what people played there,
and writes `critic.safetensors` beside the model's weights. The model's card says how often it is
right on the held-out songs, which neither has heard, and among how many takes it chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from studio.catalog import Card, Model, find
from studio.composing import Band, Request, load_band
from studio.corpus.layouts import LaidOut
from studio.ground import assets
from studio.ground.device import prepare_torch
from studio.music.score import Score
from studio.techniques import Critic
from studio.training.excerpts import (
    BARS,
    Excerpt,
    excerpts,
    out_of_context,
    song_of,
    with_context,
)
from studio.training.songs import read_training_set

CHOICES = 8
_TAKES = Request.MOST_TAKES
_HELD_OUT = 100  # excerpts
ACCURACY, PREFERENCE = "critic_accuracy", "critic_preference"

Pair = tuple[Excerpt, list[Score]]  # what people played, and takes of a band


def main(
    model: Annotated[str, typer.Argument(help="A model's id, such as pop-transformer.")],
    data: Annotated[list[Path], typer.Option(help="The zip or folder that it learned from.")],
    models: Annotated[Path, typer.Option(help="The folder of models.")] = assets.SHIPPED,
    most: Annotated[int, typer.Option("--excerpts", help="To learn from, at most.")] = 800,
    updates: Annotated[int, typer.Option(help="Steps of learning.")] = 1000,
    seed: Annotated[int, typer.Option(help="Another seed, another critic.")] = 0,
    choices: Annotated[
        int, typer.Option(min=1, help="Takes that it chooses among where nobody says how many.")
    ] = CHOICES,
) -> None:
    """Trains the critic of a model, and says how well it knows people's bands."""
    prepare_torch()
    folder = find(model, [models])
    band = replace(load_band(folder, "cpu"), copies=None, critic=None)
    songs = read_training_set(data, band.card.layout)
    lessons = list(pairs(band, songs.songs, most))
    critic = learned(lessons, band.card, updates, seed)
    measures = examined(critic, list(pairs(band, songs.held_out, _HELD_OUT)))
    keep(folder, critic, measures, choices)
    typer.echo(", ".join(f"{name} {value:.3f}" for name, value in measures.items()))


def pairs(band: Band, songs: Sequence[LaidOut], most: int) -> Iterator[Pair]:
    """People's and the band's playing to at most `most` excerpts of songs, other seeds each."""
    for number, excerpt in enumerate(excerpts(songs, most)):
        yield excerpt, played(band, excerpt, song_of(excerpt, songs), number * _TAKES)


def played(band: Band, excerpt: Excerpt, song: LaidOut, seed: int) -> list[Score]:
    """Takes of the band's to an excerpt of a song, cut out of what it plays from two bars before to
    two bars after."""
    line = with_context(excerpt, song)
    takes = band.takes(Request(line, band.card.id, seed, takes=_TAKES, choices=1))
    return [out_of_context(take.score, excerpt) for take in takes]


def learned(lessons: Sequence[Pair], card: Card, updates: int, seed: int) -> Critic:
    """A critic that has heard these."""
    bands = [(e.score, e.signature, True, e.song) for e, _ in lessons]
    bands += [(take, e.signature, False, e.song) for e, takes in lessons for take in takes]
    drums = [index for index, part in enumerate(card.parts, 1) if part.is_drum]
    return Critic.learn(bands, drums, updates, seed)


def examined(critic: Critic, exam: Sequence[Pair]) -> dict[str, float]:
    """On songs apart: the share of right answers, people's bands counting as much as the model's,
    and the share of takes that it likes less than what people played there."""
    rows: list[NDArray[np.float32]] = [
        critic.odds([excerpt.score, *takes], excerpt.signature, 0, BARS) for excerpt, takes in exam
    ]
    odds = np.stack(rows)
    people, ours = odds[:, :1], odds[:, 1:]
    accuracy = (np.mean(people > 0) + np.mean(ours < 0)) / 2
    return {ACCURACY: float(accuracy), PREFERENCE: float(np.mean(people > ours))}


def keep(folder: Path, critic: Critic, measures: dict[str, float], choices: int) -> None:
    """Writes the critic beside its model, and what the card says of it."""
    (folder / Model.CRITIC).write_bytes(Model.packed(critic.weights))
    card = Card.read(folder)
    rounded = {name: round(value, 4) for name, value in measures.items()}
    new = replace(card, measures={**card.measures, **rounded}, choices=choices)
    (folder / "card.json").write_text(new.text(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
