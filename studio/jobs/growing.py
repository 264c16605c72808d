"""A piece while it is being written: what there is of it is told on the way, and kept when the rest
does not come.

Events: `begun` once, with what a picture of it needs, then `bars` {bars, of, notes}, about ten a
second at most; `notes` are for each part the [start_tick, pitch, duration_ticks, velocity] that are
new or were cut at the last bar line told.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

from studio.composing import Band, Composition, Request
from studio.music.instruments import KIT, Part
from studio.music.score import Track
from studio.queue import Context, JsonObject

TELL_SECONDS = 0.1
TELL_REST = 4  # times as long as the telling of a long piece takes, it is written on


def follow(
    context: Context,
    pieces: Iterator[Callable[[], Composition]],
    parts: tuple[Part, ...],
    keep: Callable[[Composition], None],
) -> Composition:
    """The finished piece, of `Band.growing`. Where it is cancelled or fails on the way, `keep` is
    given what there is of it before the error goes on."""
    piece: Callable[[], Composition] | None = None
    tell = _teller(context, parts)
    try:
        for piece in pieces:
            context.check()
            tell(piece)
        context.check()
    except Exception as error:
        if piece is not None and context.ends_with(error):
            keep(piece())
        raise
    if piece is None:
        raise RuntimeError("A stream gives one piece at least.")
    return piece()


def whole(context: Context, band: Band, request: Request) -> Composition:
    """The finished piece, of which nothing is told; given up after any bar where nobody wants it
    any more."""
    *_, piece = _wanted(context, band.growing(request))
    return piece()


def _wanted(
    context: Context, pieces: Iterator[Callable[[], Composition]]
) -> Iterator[Callable[[], Composition]]:
    for piece in pieces:
        context.check()
        yield piece


def _teller(
    context: Context, parts: tuple[Part, ...]
) -> Callable[[Callable[[], Composition]], None]:
    """Says what is new in a growing piece, but not too often; nothing of one that comes whole."""
    told_bars, next_at = 0, -math.inf

    def tell(growing: Callable[[], Composition]) -> None:
        nonlocal told_bars, next_at
        began = time.monotonic()
        if began < next_at:
            return
        piece = growing()
        bars = piece.recipe.bars
        if bars is None:
            return
        if not told_bars:
            context.emit("begun", _begun(piece, parts))
        context.emit("bars", {"bars": bars, **_news(piece, told_bars)})
        now = time.monotonic()
        told_bars, next_at = bars, max(began + TELL_SECONDS, now + TELL_REST * (now - began))

    return tell


def _bars(piece: Composition) -> int:
    """How many bars the piece will have; on chords alone no melody says it."""
    score = piece.score
    return max(score.bars, piece.plan.end_tick // score.metre.bar_ticks)


def _begun(piece: Composition, parts: tuple[Part, ...]) -> JsonObject:
    score = piece.score
    return {
        "of": _bars(piece),
        "bar_ticks": score.metre.bar_ticks,
        "beats": score.metre.beats,
        "chords": [[mark.start_tick, mark.symbol] for mark in score.chords],
        "parts": [_lane(track, parts) for track in score.tracks[1:]],
    }


def _lane(track: Track, parts: tuple[Part, ...]) -> JsonObject:
    """What a picture of a part needs: its range, for a drummer who came to the band the kit's."""
    part = next((part for part in parts if part.name == track.name), None)
    low, high = (part.low, part.high) if part else (min(KIT), max(KIT))
    return {"name": track.name, "low": low, "high": high}


def _news(piece: Composition, told_bars: int) -> JsonObject:
    score = piece.score
    told_tick = told_bars * score.metre.bar_ticks
    notes = [[n.row for n in track.notes if n.end_tick >= told_tick] for track in score.tracks[1:]]
    return {"of": _bars(piece), "notes": notes}
