"""Measures a model in training: it plays to melodies of held-out songs, over the chords that people
chose, and the similarity index says how far its bands lie from theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from studio.corpus.layouts import LaidOut
from studio.measures import ceiling, cut_windows, floor, similarity
from studio.music.instruments import Part
from studio.music.score import STEP_TICKS, Score, quantise, top_line
from studio.techniques import Technique, Trainer
from studio.training.excerpts import Excerpt, excerpts
from studio.training.rows import CEILING, FEATURE, FLOOR, HIGH, INDEX, LOW

EXCERPTS = 16  # sixty-four windows of two bars where the melody never pauses

Evaluate = Callable[[Trainer.Weights], dict[str, float]]


def evaluator(
    kind: Technique,
    parts: Sequence[Part],
    settings: object,
    held_out: Sequence[LaidOut],
    device: str,
) -> tuple[Evaluate, dict[str, float]] | None:
    """What measures some weights, and the index's floor and ceiling; None where the held-out
    songs have no eight bars with a melody.

    Measuring gives the index, its interval of 95 % and what it is made of. Every other excerpt is
    played; the floor halves them all, so that it stands on as many windows a side as the index.
    """
    people = excerpts(held_out, 2 * EXCERPTS)
    chosen = people[::2]
    windows = [window for excerpt in people for window in cut_windows(excerpt.score)]
    theirs = [window for excerpt in chosen for window in cut_windows(excerpt.score)]
    if len(windows) < 2:
        return None

    def evaluate(weights: Trainer.Weights) -> dict[str, float]:
        import torch

        # what chance a listener uses up must not change what the model learns next
        with torch.random.fork_rng(devices=[]):
            module = kind.build(parts, settings, weights, device)
            played = [
                _played(kind, module, parts, excerpt, seed) for seed, excerpt in enumerate(chosen)
            ]
        ours = [window for score in played for window in cut_windows(score)]
        found = similarity(theirs, ours)
        index = {INDEX: found.index, LOW: found.low, HIGH: found.high}
        return index | _by_feature(found.features)

    noise = ceiling([excerpt.score for excerpt in chosen])
    return evaluate, {FLOOR: floor(windows), CEILING: noise.index}


def _by_feature(distances: Mapping[str, float]) -> dict[str, float]:
    """Distances such as `Bass: pitch` and `Keys: pitch` as one, `similarity_of_pitch`."""
    found: dict[str, list[float]] = {}
    for name, distance in distances.items():
        kind = name.rpartition(": ")[2].replace(" ", "_")
        found.setdefault(FEATURE + kind, []).append(distance)
    return {name: float(np.mean(values)) for name, values in found.items()}


def _played(
    kind: Technique, module: object, parts: Sequence[Part], excerpt: Excerpt, seed: int
) -> Score:
    """The model's band under the excerpt's melody. Each excerpt has its own seed, or one lucky draw
    would speak for all; it is the same each time the model is measured."""
    line = top_line(quantise(excerpt.melody.tracks[0], STEP_TICKS))
    melody = replace(excerpt.melody, tracks=(line,))
    rng = np.random.default_rng(seed)
    played = kind.play(module, parts, melody, excerpt.plan, kind.Knobs(), rng)
    return excerpt.score.with_tracks([excerpt.score.tracks[0], *played.tracks[1:]])
