"""How well and how fast the Transformer writes.

    python -m benchmarks.transformer [--model pop-transformer] [--data pop909_quantised.zip]
        [--models DIR] [--json]

Speed, on one thread, as medians: eight bars with the planner and from the melody to notes, the
first bar, four takes beside one, a bar of 64 beside a bar of 8, and the band's notes a second while
they are written. With DATA, nats a note on the held-out songs: where it begins, who plays it, its
pitch and its length, no control told, as the training set of the model's layout is split.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch
import typer

from benchmarks.surroundings import Quick, say_surroundings, surroundings
from studio.catalog import Model, find
from studio.composing import Band, Request, load_band
from studio.composing.quantised_melody import QuantisedMelody
from studio.corpus.windows import Windows, song_rolls
from studio.ground import assets
from studio.music.melody import sample_melody
from studio.music.score import Note, Score, Track
from studio.techniques import technique
from studio.techniques.transformer.settings import BARS
from studio.training.songs import read_training_set

REPEATS = 7
LONG = 64  # bars
PASSAGES = 128


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median time of `work`, once warm."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def of_bars(bars: int) -> Score:
    """The sample's first eight bars, over and over."""
    melody = sample_melody("ode-to-joy")
    bar = melody.metre.bar_ticks
    eight = [n for n in melody.tracks[0].notes if n.start_tick < 8 * bar]
    notes: list[Note] = []
    for start in range(0, bars, 8):
        notes += [replace(n, start_tick=n.start_tick + start * bar) for n in eight]
    inside = [n for n in notes if n.start_tick < bars * bar]
    cut = [replace(n, duration_ticks=min(n.end_tick, bars * bar) - n.start_tick) for n in inside]
    return melody.with_tracks([Track("Melody", tuple(cut))])


def speed(band: Band, repeats: int = REPEATS) -> dict[str, float]:
    """Seconds and ratios, as the module says."""
    eight, long = of_bars(8), of_bars(LONG)
    few = min(repeats, 3)
    wanted = [Request(eight, band.card.id, seed) for seed in range(1, 5)]
    one = seconds(lambda: band.compose(wanted[0]), repeats)
    first = seconds(lambda: next(band.stream(wanted[0])), repeats)
    four = seconds(lambda: band.takes(replace(wanted[0], takes=4)), few)
    alone = statistics.mean([seconds(partial(band.compose, each), few) for each in wanted])
    plan = QuantisedMelody.of(eight).plan(band.planner, band.card)
    kind, knobs = technique(band.card.technique), technique(band.card.technique).Knobs()

    def write() -> Score:
        rng = np.random.default_rng(1)
        return kind.play(band.module, band.card.parts, eight, plan, knobs, rng)

    written = sum(len(track.notes) for track in write().tracks[1:])
    sixty_four = seconds(lambda: band.compose(Request(long, band.card.id, 1)), few)
    return {
        "eight_bars_seconds": one,
        "first_bar_seconds": first,
        "notes_a_second": written / seconds(write, repeats),
        "four_takes_to_one": four / alone,
        "bar_of_64_to_bar_of_8": sixty_four / LONG / (one / 8),
    }


def nats(model: Path, data: Path, passages: int = PASSAGES) -> dict[str, float]:
    """Nats a note of held-out songs, and of its four choices."""
    found = Model.read(model)
    kind = technique(found.card.technique)
    settings = kind.Settings.parse(found.card.settings)
    trainer = kind.trainer(found.card.parts, settings, "cpu", found.weights)
    songs = read_training_set(data, found.card.layout)
    windows = Windows([song_rolls(song) for song in songs.held_out], BARS)
    figures = trainer.held_out(windows.batch(passages, np.random.default_rng(0)))
    return {name.removeprefix("held_out_"): value for name, value in figures.items()}


def main(
    model: Annotated[str, typer.Option(help="A transformer's id.")] = "pop-transformer",
    data: Annotated[Path | None, typer.Option(help="The songs it was trained on.")] = None,
    models: Annotated[Path, typer.Option(help="Where models lie.")] = assets.SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    quick: Quick = False,
) -> None:
    """Prints the figures."""
    torch.set_num_threads(1)
    folder = find(model, (models,))
    if not as_json:
        say_surroundings()
    result: dict[str, Any] = {"model": model}
    result |= speed(load_band(folder, "cpu"), 1 if quick else REPEATS)
    if data is not None:
        torch.set_num_threads(2)
        result |= nats(folder, data, 1 if quick else PASSAGES)
    if as_json:
        json.dump(surroundings() | result, sys.stdout, indent=2)
        return
    for name, value in result.items():
        typer.echo(f"{name:<26} {value:.3f}" if isinstance(value, float) else f"{name:<26} {value}")


if __name__ == "__main__":
    typer.run(main)
