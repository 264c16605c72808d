"""How the AR-CNN writes chorales: the published likelihoods, and voices beside Bach's own.

    python -m benchmarks.harmonise --data jsb16.zip --minutes 20

The studio's own trainer learns the benchmark's 229 chorales for so many minutes of one core; of the
weights along the way those are kept that foretell the 76 best, and the 77 are looked at once. Nats
are a cell, a voice in a sixteenth, of pitch alone, the length given, moved to the key without
accidentals: naming which of twelve keys that was costs .0025 more, which is not added.

- orderless: the mean over random orders of all cells, as Coconet's is (Huang et al. 2017).
- chronological: sixteenth by sixteenth, soprano, alto, tenor, bass, all that follows hidden.

Then eight bars of each of some test chorales are written to Bach's soprano, in the key that the
planner hears. Parallels are fifths and octaves of two voices that move the same way, per hundred
sixteenths in which anything changes; agreement is the cosine of the pitch classes of the three
lower voices with Bach's, a beat or half a bar. Seconds are of one core.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from safetensors.numpy import load_file, save_file

from benchmarks.harmonise_likelihood import chronological, orderless
from benchmarks.harmonise_training import in_white_keys, learned
from benchmarks.harmonise_writing import STEPS, WAYS, measures, symbols_of, written
from benchmarks.jsb_data import asked_for
from benchmarks.surroundings import Quick, say_surroundings
from studio.catalog import GENRES
from studio.composing import Band
from studio.techniques.arcnn.settings import Settings
from studio.techniques.arcnn.symbols import REST
from studio.techniques.arcnn.trainer import network_of
from studio.techniques.weights import Weights, filled

_BAR = 16
_SHARE = 0.02  # of the test's cells are foretold chronologically
_SMALL = {"width": 32, "layers": 1}


def main(
    data: Annotated[Path, typer.Option(help="The zip or JSON file of the benchmark.")],
    minutes: Annotated[float, typer.Option(min=0.01, help="Processor time to learn for.")] = 20.0,
    into: Annotated[Path | None, typer.Option(help="Weights to measure, or to keep here.")] = None,
    most: Annotated[int, typer.Option(help="Chorales to write.")] = 10,
    quick: Quick = False,
) -> None:
    """Learns, then prints what is foretold and how it writes."""
    songs = asked_for(data)
    say_surroundings()
    torch.set_num_threads(1)
    minutes, changes = (0.001, _SMALL) if quick else (minutes, {})
    card = GENRES["bach"].card("arcnn", changes)
    settings = Settings.parse(card.settings)
    white = {split: [in_white_keys(grid) for grid in grids] for split, grids in songs.items()}
    if into is not None and into.exists():
        weights: Weights = load_file(into)
    else:
        weights = learned(white["train"], white["valid"], settings, 60 * minutes, typer.echo)
        if into is not None:
            save_file(dict(weights), into)
    network = filled(lambda: network_of(1 + len(card.parts), settings), weights, "cpu")
    nats, half = chronological(network, white["test"], 1.0 if quick else _SHARE)
    typer.echo(f"test: {orderless(network, white['test']):.3f} nats a cell, orderless")
    typer.echo(f"test: {nats:.3f} ± {half:.3f} nats a cell, chronological")
    band = Band.of(card, weights, "", "cpu")
    lines = np.concatenate([symbols_of(grid) for grid in songs["train"]])
    sung = np.where(lines > REST, lines, lines.max(0))
    spans = np.stack([sung.min(0), lines.max(0)], 1)
    tests = [symbols_of(grid) for grid in songs["test"]]
    whole = [one[: len(one) // _BAR * _BAR] if quick else one[:STEPS] for one in tests]
    bach = [one for one in whole if quick or len(one) == STEPS][:most]
    rows = {"Bach": measures(bach, bach, spans)}
    others = [*bach[1:], bach[0]]
    moved = [np.hstack([one[:, :1], two[:, 1:]]) for one, two in zip(bach, others, strict=True)]
    rows["another chorale's voices"] = measures(moved, bach, spans)
    for way in WAYS:
        pieces = [written(band, one, way, seed) for seed, one in enumerate(bach)]
        seconds = {"seconds": float(np.mean([spent for _, spent in pieces]))}
        rows[way.name] = measures([cells for cells, _ in pieces], bach, spans) | seconds
    for name, row in rows.items():
        typer.echo(f"{name}: " + ", ".join(f"{what} {value:.3f}" for what, value in row.items()))


if __name__ == "__main__":
    typer.run(main)
