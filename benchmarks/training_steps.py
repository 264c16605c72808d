"""How many steps a second the GAN learns beside the textbook network, in one run, one thread.

    python -m benchmarks.training_steps

Both learn from made-up windows, 128 bars a batch: the GAN sixteen of eight bars, the textbook one
sixty-four of two. A step is the critic's updates and one of the generator's, without the warm-up.
Prints the median step's processor seconds, and how many times as quick the GAN is.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import torch
import typer

from benchmarks.surroundings import Quick, say_surroundings
from studio.music import roll
from studio.music.instruments import Part
from studio.music.roll import WINDOW_STEPS, Window
from studio.music.score import Note
from studio.techniques import technique
from studio.techniques.textbook import Textbook

_PARTS = (Part("Bass", 33, 1, 28, 55), Part("Keys", 4, 5, 45, 86))
_BARS, _EIGHT, _TWO = 128, 8, 2


def main(
    steps: Annotated[int, typer.Option(help="Of each network; the first is left out.")] = 8,
    quick: Quick = False,
) -> None:
    """Prints one line a network."""
    say_surroundings()
    torch.set_num_threads(1)
    steps, bars = (1, 2 * _EIGHT) if quick else (steps, _BARS)
    preset = dict(technique("gan").presets["Quick"])
    ratio = Textbook.Settings().update_ratio
    gan = {"batch_size": bars // _EIGHT, "warm_up": 0.0, "update_ratio": ratio}
    runs: dict[str, tuple[str, dict[str, Any]]] = {
        "textbook": ("textbook", {"batch_size": bars // _TWO}),
        "gan": ("gan", gan),
        "gan, Quick's width": ("gan", {**gan, "width": preset["width"]}),
        "gan, Quick's width and update ratio": (
            "gan", {**gan, "width": preset["width"], "update_ratio": 2},
        ),
    }  # fmt: skip
    took = {name: _step_seconds(kind, settings, steps) for name, (kind, settings) in runs.items()}
    for name, seconds in took.items():
        typer.echo(f"{name:<38}{seconds:8.3f} s a step{took['textbook'] / seconds:8.2f} x")


def _step_seconds(kind: str, settings: dict[str, Any], steps: int) -> float:
    method = technique(kind)
    chosen = method.Settings.parse(settings)
    trainer = method.trainer(_PARTS, chosen, "cpu", None)
    rng = np.random.default_rng(0)
    windows = [_window(rng) for _ in range(chosen.batch_size)]
    return _median(trainer, windows, steps)


def _median(trainer: Any, windows: Sequence[Window], steps: int) -> float:
    found = []
    for _ in range(steps + 1):
        began = time.process_time()
        trainer.step(lambda: windows, 0.5)
        found.append(time.process_time() - began)
    return statistics.median(found[1:])


def _window(rng: np.random.Generator) -> Window:
    """Eight bars of made-up quarters: what is learned does not matter here."""

    def line(low: int) -> list[Note]:
        pitches = rng.integers(low, low + 12, WINDOW_STEPS // 4)
        return [Note(i * 480, int(pitch), 480) for i, pitch in enumerate(pitches)]

    melody, *parts = (roll.encode(line(low), WINDOW_STEPS) for low in (67, 36, 55))
    return Window(melody, np.stack(parts), np.zeros(WINDOW_STEPS, np.int64), 16, 4, 0, 0)


if __name__ == "__main__":
    typer.run(main)
