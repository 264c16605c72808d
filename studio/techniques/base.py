"""The shape of a technique, as the registry holds it.

The functions import torch when they are called, not before: pages and the command line read
settings and knobs without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.music.harmony import ChordPlan
from studio.music.roll import Window
from studio.music.score import Note, Score, Track
from studio.techniques.contract import Part
from studio.techniques.introspection import Thought

Weights = Mapping[str, NDArray[Any]]


class Trainer(Protocol):
    """Learns a step at a time; see the technique's own trainer for what it reports.

    `state` is all that it is between two steps, as arrays by name; a fresh trainer of the same
    settings that is given it by `restore` goes on as this one would, on a CPU bit for bit. Restore
    it last: it sets torch's random numbers, too. `learning_rate` is the rate of the settings, from
    which a technique derives its own; it may be set between steps.
    """

    learning_rate: float

    def step(self, draw: Callable[[], Sequence[Window]], progress: float) -> dict[str, float]: ...

    def held_out(self, windows: Sequence[Window]) -> dict[str, float]: ...

    def weights(self) -> dict[str, NDArray[Any]]: ...

    def state(self) -> dict[str, NDArray[Any]]: ...

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of an earlier band: its `parts`, on the sixteenth grid, and which (part, bar) are
    to be written anew, both counted from 0."""

    parts: tuple[Track, ...]
    rewritten: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Commission:
    """What a technique that writes bar by bar is asked for: a quantised melody of one track, its
    chords, what each part is asked for (`part_knobs`, in the parts' order), and what stays."""

    melody: Score
    plan: ChordPlan
    knobs: Any
    asked: tuple[Any, ...] = ()
    kept: Kept | None = None


Write = Callable[
    [Any, Sequence[Part], Commission, Sequence[np.random.Generator]],
    Iterator[Callable[[], list[Score]]],
]
Think = Callable[[Any, Sequence[Part], Commission, np.random.Generator, int, Note], Thought | None]
Extend = Callable[[Any, Score, ChordPlan, Any, np.random.Generator], tuple[Score, ChordPlan]]


@dataclass(frozen=True, slots=True)
class Technique:
    """`settings` and `knobs` are frozen dataclasses. `build(parts, settings, weights, device)`
    gives the module that `compose(module, parts, melody, plan, knobs, rng)` plays: the melody's
    score is quantised and holds one track; the result holds that track and one for each part.
    `trainer(parts, settings, device, weights)` goes on from weights, or starts from fresh ones
    where there are none; it learns from windows of `window_bars`, else of
    `music.roll.WINDOW_STEPS`. `presets`, by name, are settings that go together, those other
    than the default.

    What some can do beside: `write(module, parts, commission, rngs)` plays one band for each
    generator and yields, after every bar, what makes scores of what there is of them; each part
    may be asked for `part_knobs`, and bars of an earlier band kept to the note. `extend(…)` goes on
    with a melody, turned by `extend_knobs`: the longer melody and its chords. `think(…, part,
    note)` tells what a note of a part was drawn from and what was looked at."""

    id: str
    title: str
    description: str
    settings: type[Any]
    knobs: type[Any]
    build: Callable[[Sequence[Part], Any, Weights, str], Any]
    compose: Callable[[Any, Sequence[Part], Score, ChordPlan, Any, np.random.Generator], Score]
    trainer: Callable[[Sequence[Part], Any, str, Weights | None], Trainer]
    presets: Mapping[str, Mapping[str, float | int]] = field(default_factory=dict)
    window_bars: int | None = None
    part_knobs: type[Any] | None = None
    write: Write | None = None
    extend_knobs: type[Any] | None = None
    extend: Extend | None = None
    think: Think | None = None
