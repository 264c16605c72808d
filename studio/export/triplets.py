"""Where in a bar a voice is written in triplets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from studio.export.grid import EIGHTH
from studio.music.score import TICKS_PER_BEAT, Metre


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a bar in ticks that is written in plain values, or as three in the time of two."""

    start: int
    end: int
    triplet: bool = False

    @property
    def third(self) -> int:
        return (self.end - self.start) // 3


def spans_of(places: Collection[int], metre: Metre) -> list[Span]:
    """A bar cut by where the sounds of a voice begin and end in it, in ticks from its start, into
    plain spans and triplets of quarters (two beats), eighths (a beat) and sixteenths."""
    beat_ticks = metre.beat_ticks
    wide = [2 * TICKS_PER_BEAT, TICKS_PER_BEAT] if beat_ticks >= TICKS_PER_BEAT else []
    sizes = [*wide, EIGHTH] if beat_ticks >= EIGHTH else []
    spans: list[Span] = []
    at = 0
    while at < metre.bar_ticks:
        fit = (size for size in sizes if at % size == 0 and at + size <= metre.bar_ticks)
        size = next((size for size in fit if _in_three(places, at, size)), None)
        end = min(at + (size or EIGHTH), metre.bar_ticks)
        if size is None and spans and not spans[-1].triplet:
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(at, end, size is not None))
        at = end
    return spans


def _in_three(places: Collection[int], at: int, size: int) -> bool:
    """Whether what is between `at` and its end cannot be written in halves, but in thirds; two
    beats only where both thirds are seen, for else each beat has its own triplet."""
    inside = {place - at for place in places if at < place < at + size}
    thirds = inside & {size // 3, size * 2 // 3}
    in_place = all(place % (size // 6) == 0 for place in inside) and size // 2 not in inside
    return in_place and len(thirds) >= (2 if size > TICKS_PER_BEAT else 1)
