"""Whether a band to a whole song costs as much a bar as one to a short tune: one row a model.

    python -m benchmarks.songs

The same melodies of 64 and 256 bars in turn, so that all stand side by side; the times are the
processor's, planning and the copy check included, the model warm.
"""

from __future__ import annotations

import statistics
import time
from typing import Annotated

import typer

from benchmarks.players import many_times
from benchmarks.surroundings import Quick, say_surroundings
from studio.catalog import find
from studio.composing import Band, Request, load_band
from studio.ground import Settings
from studio.music.melody import sample_melody
from studio.music.score import MAX_BARS

SHORT_BARS = 64
MODELS = "pop-gan,pop-transformer,bach-arcnn"


def main(
    models: Annotated[str, typer.Option(help="Which, with commas.")] = MODELS,
    runs: Annotated[int, typer.Option(help="Bands of each length; the median counts.")] = 5,
    quick: Quick = False,
) -> None:
    """Prints one table."""
    say_surroundings()
    few, many, runs = (2, 8, 1) if quick else (SHORT_BARS, MAX_BARS, runs)
    print(f"{'processor seconds, median':<28}{few:>5} bars{many:>5} bars  times")
    for id in models.split(","):
        band = load_band(find(id, Settings().model_folders), "cpu")
        _seconds(band, few, 0)
        both = [(_seconds(band, few, seed), _seconds(band, many, seed)) for seed in range(runs)]
        short, long = (statistics.median(times) for times in zip(*both, strict=True))
        print(f"{id:<28}{short:>10.2f}{long:>10.2f}{long / short:>7.2f}", flush=True)


def _seconds(band: Band, bars: int, seed: int) -> float:
    melody = many_times(sample_melody("ode-to-joy"), bars)
    began = time.process_time()
    band.compose(Request(melody, band.card.id, seed))
    return time.process_time() - began


if __name__ == "__main__":
    typer.run(main)
