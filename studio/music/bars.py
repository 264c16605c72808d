"""Bars of a file as its time signatures have them, in the one metre that a score has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio.ground.errors import BadScore
from studio.music.conductor import MetreEvent
from studio.music.score import STEP_TICKS, Metre

_NEAR = STEP_TICKS // 2  # by which a signature may miss the bar line that is meant
Span = tuple[int, Metre]  # a metre, from a tick on


@dataclass(frozen=True, slots=True)
class Layout:
    """The `metre` in which bars are counted, and where the file's ticks stand in them: what begins
    at `starts[i]` or later is moved by `shifts[i]` ticks. `others` are the metres beside it, but
    for an upbeat's, `padded` those whose bars were filled up with rests."""

    metre: Metre
    starts: tuple[int, ...]
    shifts: tuple[int, ...]
    others: tuple[Metre, ...] = ()
    padded: tuple[Metre, ...] = ()

    def moved(self, tick: int) -> int:
        """Where a tick of the file stands in the score."""
        return tick + self.shifts[max(bisect_right(self.starts, tick) - 1, 0)]


def spans_of(events: Iterable[MetreEvent]) -> list[Span]:
    """The metres of a file from tick 0 on, none twice in a row: of several at one tick the last
    counts, 4/4 where none is named, and for one that nobody counts in sixteenths."""
    found = {0: Metre()}
    for tick, beats, unit in sorted(events, key=lambda event: event.tick):
        found[max(tick, 0)] = metre_of(beats, unit) or Metre()
    spans: list[Span] = []
    for tick, metre in sorted(found.items()):
        if not spans or spans[-1][1] != metre:
            spans.append((tick, metre))
    return spans


def metre_of(beats: int, unit: int) -> Metre | None:
    """The metre, if it is one whose bars a grid of sixteenths divides."""
    try:
        metre = Metre(beats, unit)
    except BadScore:
        return None
    return None if metre.bar_ticks % STEP_TICKS else metre


def layout_of(spans: Sequence[Span], first_tick: int, last_tick: int) -> Layout:
    """Bars for a melody that sounds from one tick until another, in the metre that holds longest
    meanwhile.

    A bar of another metre stays a bar: it is filled up with rests to whole bars of that metre,
    unless several fill one, as two of 2/4 do 4/4. A short first metre is an upbeat, filled up in
    front.
    """
    metre = _longest(spans, first_tick, last_tick)
    bar = metre.bar_ticks
    starts, shifts = [], []
    others, padded = [], []
    place = 0  # of the score's bar that comes next
    ends = [*(tick for tick, _ in spans[1:]), max(last_tick, spans[-1][0])]
    for (begin, own), end in zip(spans, ends, strict=True):
        if begin == 0 and end < bar - _NEAR and len(spans) > 1:
            starts.append(0)
            shifts.append(bar - end)
            place = bar
            continue
        if own != metre and begin < last_tick and first_tick < end:
            others.append(own)
        # what is silent is filled up as a whole
        lines = [begin] if end <= first_tick else _bar_lines(own, metre, begin, end)
        for line, until in pairwise([*lines, end]):
            starts.append(line)
            shifts.append(place - line)
            bars = (until - line + bar - _NEAR - 1) // bar
            place += bars * bar
            missing = -(until - line) % bar
            if _NEAR < missing < bar - _NEAR and first_tick < until < last_tick and own != metre:
                padded.append(own)
    return Layout(
        metre, tuple(starts), tuple(shifts), *(tuple(dict.fromkeys(ms)) for ms in (others, padded))
    )


def _bar_lines(own: Metre, metre: Metre, begin: int, end: int) -> Iterator[int]:
    """Ticks at which the score's bars begin anew while a metre of the file holds."""
    yield begin
    if metre.bar_ticks % own.bar_ticks and own.bar_ticks % metre.bar_ticks:
        yield from range(begin + own.bar_ticks, end - _NEAR, own.bar_ticks)


def _longest(spans: Sequence[Span], first_tick: int, last_tick: int) -> Metre:
    ends = [*(tick for tick, _ in spans[1:]), last_tick]
    times: dict[Metre, int] = {}
    for (tick, metre), end in zip(spans, ends, strict=True):
        ticks = max(min(end, last_tick) - max(tick, first_tick), 0)
        times[metre] = times.get(metre, 0) + ticks
    return max(times, key=lambda metre: times[metre])
