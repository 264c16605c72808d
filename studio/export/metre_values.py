"""The written values, plain and dotted, that a span of a bar is cut into; beats stay visible."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, takewhile

from studio.music.score import STEP_TICKS, Metre

_LONGEST = 24 * STEP_TICKS  # a dotted whole
SHORTEST = STEP_TICKS // 2  # a thirty-second


@dataclass(frozen=True, slots=True)
class Shape:
    """A metre, or a group of notes in it, in ticks: its length, the beat as it is felt, and the
    distances of the places that a reader counts by, the widest first."""

    bar: int
    beat: int
    levels: tuple[int, ...]


def shape_of(metre: Metre) -> Shape:
    bar = metre.bar_ticks // SHORTEST
    unit = bar // metre.beats
    compound = metre.unit >= 8 and metre.beats % 3 == 0 and metre.beats > 3
    beat = part = unit * 3 if compound else unit
    levels = [bar // 2] if bar // beat % 2 == 0 and bar // 2 != beat else []
    while part > 1:
        levels.append(part)
        part //= 3 if part % 3 == 0 else 2
    in_ticks = tuple(level * SHORTEST for level in (*levels, 1))
    return Shape(metre.bar_ticks, beat * SHORTEST, in_ticks)


def triplet_shape(third: int) -> Shape:
    """Three notes of a written value of `third` ticks."""
    levels = takewhile(lambda level: level >= SHORTEST, (third >> halved for halved in count()))
    return Shape(3 * third, 3 * third, tuple(levels))


def values(start: int, end: int, shape: Shape, silent: bool = False) -> list[tuple[int, int]]:
    """The span cut into written values that leave the metre visible."""
    if _is_clear(start, end, shape, silent):
        return [(start, end)]
    level = next(each for each in shape.levels if (start // each + 1) * each < end)
    places = range((start // level + 1) * level, end, level)
    clear = [place for place in places if _is_clear(start, place, shape, silent)]
    place = clear[-1] if clear else places[0]
    return values(start, place, shape, silent) + values(place, end, shape, silent)


def _is_clear(start: int, end: int, shape: Shape, silent: bool) -> bool:
    """Whether one written value may stand for the span: it is a plain or dotted one, and crosses a
    strong place only from one half as strong, so that beats are seen. A rest crosses none, and is
    dotted only as a whole beat."""
    length = end - start
    shortest = length // SHORTEST
    odd = shortest // (shortest & -shortest)  # what is left without its powers of two
    if odd not in (1, 3) or length > _LONGEST:
        return False
    if silent:
        return start % length == 0 and (odd == 1 or length in shape.levels)
    for level, finer in zip(shape.levels, [*shape.levels[1:], SHORTEST], strict=True):
        if (start // level + 1) * level < end:
            weakest = finer if level == 2 * finer else level
            whole = start % level == 0 or end % level == 0
            in_place = start % weakest == 0 and end % weakest == 0
            return in_place and (length <= level or whole)
    return True
