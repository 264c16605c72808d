"""What bands are asked for in tests, in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from studio.composing import Band, Composition, Request, Rewrite
from studio.music.score import Score


def ask(band: Band, melody: Score, seed: int = 0, **more: Any) -> Request:
    return Request(melody, band.card.id, seed, **more)


def compose(band: Band, melody: Score, seed: int = 0, **more: Any) -> Composition:
    return band.compose(ask(band, melody, seed, **more))


def stream(band: Band, melody: Score, seed: int = 0, **more: Any) -> Iterator[Composition]:
    return band.stream(ask(band, melody, seed, **more))


def variations(
    band: Band, melody: Score, seed: int = 0, count: int = 4, **more: Any
) -> list[Composition]:
    return band.takes(ask(band, melody, seed, takes=count, **more))


def rewrite(
    band: Band,
    old: Composition,
    bars: Mapping[str, Iterable[int]],
    seed: int = 0,
    knobs: Mapping[str, Any] | None = None,
    parts: Mapping[str, Mapping[str, Any]] | None = None,
) -> Composition:
    """As `studio.rewrite`, bars counted from 0."""
    numbers = {name: tuple(bar + 1 for bar in chosen) for name, chosen in bars.items()}
    wanted = Rewrite(numbers, seed, knobs or {}, parts or {}, marks_plan=True)
    return band.rewrite(old.score, old.recipe, wanted)
