"""The transformer that all genres share: one network, told which style it plays.

    torchrun --nproc-per-node 2 -m studio.training.shared --data FOLDER --into assets/models

reads every set of `studio.training.repertoire` from FOLDER and writes a model for each style. The
processes, one or more, learn together: each draws its own passages, and they share their gradients.
With `--from assets/models/pop-transformer` they go on from its weights.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from studio.catalog import GENRES, Card, Model
from studio.corpus.layouts import LaidOut
from studio.ground.device import prepare_torch
from studio.ground.errors import BadKnob
from studio.music.roll import Window
from studio.techniques import Trainer, technique
from studio.training.copies import index_of
from studio.training.evaluation import evaluator
from studio.training.repertoire import SOURCES, Repertoire, read_repertoire
from studio.training.rows import FEATURE, Row, line, read_rows, row_of

UPDATES = 100  # an epoch
EPOCHS = 40
HOLDS = "pop-transformer"  # the folder that holds the weights of all
# Passages of an hour are hardly heard twice; 200 updates of warm-up, as the shipped weights had.
SETTINGS: dict[str, float] = {"dropout": 0.0, "warm_up": 1.0}
_KIND = technique("transformer")
_CHECKED = 24  # held-out passages of each style
_CHECK_EVERY = 2  # epochs
# what the cards say: one network learned all styles, so that each carries the terms of all sources
_DATA = (
    "One network learned all styles. {own} The others: POP909 (Wang et al. 2020), Freedoom's game "
    "music, public-domain tunes of OpenEWLD and solos of the Weimar Jazz Database arranged by rule "
    "with MMA, the Groove MIDI Dataset's drummers (Gillick et al. 2019), OpenScore Orchestra, "
    "String Quartets and Lieder, the Nottingham tunes, and Bach's chorales."
)
_LICENCE = (
    "POP909: MIT, the songs are commercial. Freedoom: BSD-3-Clause. OpenEWLD: public-domain "
    "scores. Weimar Jazz Database: Open Database License 1.0. MMA's patterns: GPL-2.0-or-later. "
    "Groove: CC BY 4.0. OpenScore: CC0, the orchestra's annotated themes CC BY-SA. Nottingham: "
    "GPL-3.0 repository of traditional tunes. Chorales: public domain, some of the encodings may "
    "not be used commercially."
)
_FOLLOWS = (
    "Your music is yours: check that a result is not close to a song before you publish it. "
    "Because one network learned from all sets, and some encodings are for non-commercial use, "
    "take care before you use these weights commercially; if you publish them, name the sources "
    "and share alike. Whether the patterns' GPL reaches weights is an open question."
)


def train_shared(
    repertoire: Repertoire,
    settings: Trainer.Settings,
    device: str,
    weights: Trainer.Weights | None = None,
) -> Iterator[tuple[Row, Trainer]]:
    """Trains for the settings' epochs of `UPDATES`; after each, a row with the losses, on held-out
    passages of each style too, and the trainer."""
    trainer = _KIND.shared_trainer(repertoire.bands, settings, device, weights)
    rng = np.random.default_rng([settings.seed, Trainer.process()])
    checks = _checks(repertoire)
    began = time.monotonic()
    for epoch in range(1, settings.epochs + 1):
        reports: dict[str, list[float]] = {}
        for step in range(UPDATES):
            progress = (epoch - 1 + step / UPDATES) / settings.epochs
            found = trainer.step(lambda: repertoire.draw(settings.batch_size, rng), progress)
            for name, value in found.items():
                if value:  # a batch may hold no melody to write, or nothing else
                    reports.setdefault(name, []).append(value)
        values = {name: float(np.mean(column)) for name, column in reports.items()}
        if epoch % _CHECK_EVERY == 0 or epoch == settings.epochs:
            for style, windows in checks.items():
                judged_by = str(_KIND.judged_by)
                values[f"{judged_by}_{style}"] = trainer.held_out(windows)[judged_by]
        yield row_of(epoch, time.monotonic() - began, values), trainer


def _checks(repertoire: Repertoire) -> dict[str, Sequence[Window]]:
    """Held-out passages by style, of bands only."""
    found: dict[str, list[Window]] = {}
    rng = np.random.default_rng(0)
    for source, windows in zip(repertoire.sources, repertoire.held_out, strict=True):
        if source.layout and len(windows):
            found.setdefault(source.style, []).extend(windows.batch(_CHECKED, rng))
    return {style: windows[:_CHECKED] for style, windows in found.items()}


def ship(
    repertoire: Repertoire,
    settings: Trainer.Settings,
    weights: Trainer.Weights,
    history: Sequence[Row],
    into: Path,
    before: Card | None = None,
) -> Iterator[str]:
    """Writes a model for each style that has a band; yields their ids. `HOLDS` keeps the weights,
    the others share them. `before` is the card of the model that they went on from."""
    epochs = int(history[-1]["epoch"])  # those of the training before included
    for style in dict.fromkeys(source.style for source in repertoire.sources if source.layout):
        songs = repertoire.learned[style]
        held_out = repertoire.unseen[style]
        card = _card(style, settings, weights, songs, held_out, before, epochs)
        card = replace(card, measures=_measures(card, weights, held_out))
        shares = "" if card.id == HOLDS else HOLDS
        copies = index_of(songs, repertoire.titles)
        mine = {} if shares else weights
        Model(replace(card, shares=shares), mine, copies).write(into / card.id, history)
        yield card.id


def _card(
    style: str,
    settings: Trainer.Settings,
    weights: Trainer.Weights,
    songs: Sequence[LaidOut],
    held_out: Sequence[LaidOut],
    before: Card | None,
    epochs: int,
) -> Card:
    genre = GENRES[style]
    if genre.shared is None:
        raise BadKnob(f"The shared transformer has not learned {style}: train it alone.")
    card = genre.card(_KIND.id, {})
    data = _DATA.replace("{own}", genre.shared.data)
    for place, some in (("{songs}", songs), ("{held_out}", held_out)):
        data = data.replace(place, str(len({song.name for song in some})))
    own = asdict(settings) | {"style": genre.shared.style, "epochs": epochs}
    return replace(
        card,
        description=genre.shared.description,
        data=data,
        licence=_LICENCE,
        follows=_FOLLOWS,
        settings=own,
        parameters=sum(value.size for value in weights.values()),
        reproduce=_command(settings, before),
    )


def _command(settings: Trainer.Settings, before: Card | None) -> str:
    if before is not None:
        return (
            f"{before.reproduce}; then the same command with --from MODELS/{HOLDS} "
            f"--epochs {settings.epochs} --seed {settings.seed}"
        )
    files = ", ".join(source.file for source in SOURCES)
    return (
        "torchrun --nproc-per-node 2 -m studio.training.shared --data FOLDER --into MODELS "
        f"--epochs {settings.epochs}, with these files in FOLDER: {files}"
    )


def _measures(
    card: Card, weights: Trainer.Weights, held_out: Sequence[LaidOut]
) -> dict[str, float]:
    """The similarity index of a style's bands, with its floor and ceiling."""
    # quartets teach the symphony's style, but are no band like its own
    whole = [song for song in held_out if len(song.score.tracks) == 1 + len(card.parts)]
    chosen = _KIND.Settings.parse(card.settings)
    found = evaluator(_KIND, card.parts, chosen, whole, "cpu")
    if found is None:
        return {}
    evaluate, scale = found
    half = {name: np.asarray(value, np.float16) for name, value in weights.items()}
    index = {name: value for name, value in evaluate(half).items() if FEATURE not in name}
    return {name: round(value, 3) for name, value in {**index, **scale}.items()}


def main(
    data: Annotated[Path, typer.Option(help="The folder in which all the sets' files lie.")],
    into: Annotated[Path, typer.Option(help="Where the models go.")],
    epochs: Annotated[int, typer.Option(help=f"Of {UPDATES} updates each.")] = EPOCHS,
    seed: Annotated[int, typer.Option(help="The same seed and processes, the same weights.")] = 0,
    base: Annotated[
        Path | None, typer.Option("--from", help=f"The folder of a {HOLDS} to go on from.")
    ] = None,
) -> None:
    """Trains the shared transformer; about an hour and a half on two cores for 40 epochs."""
    prepare_torch()
    settings = _KIND.Settings.parse({**SETTINGS, "epochs": epochs, "seed": seed})
    start = Model.read(base) if base is not None else None
    rows = read_rows(base / "history.jsonl") if base is not None else []
    done = int(rows[-1]["epoch"]) if rows else 0
    repertoire = read_repertoire(data)
    Trainer.join("cpu")
    history: list[Row] = list(rows)
    weights: Trainer.Weights = {}
    given = start.weights if start is not None else None
    for row, trainer in train_shared(repertoire, settings, "cpu", given):
        weights = trainer.weights()
        history.append({**row, "epoch": done + row["epoch"]})
        if Trainer.process() == 0:
            typer.echo(line(row, epochs))
    if Trainer.process() == 0:
        before = start.card if start is not None else None
        for name in ship(repertoire, settings, weights, history, into, before):
            typer.echo(f"{into / name} is ready.")


if __name__ == "__main__":
    typer.run(main)
