"""Chords as people write them: bars between strokes, `C | F G | Am | ?`, a question mark where
Tutti is to choose."""

from __future__ import annotations

from studio.errors import BadKnob
from studio.harmony import ChordPlan
from studio.score import Metre
from studio.theory import NO_CHORD, parse_triad, triad_symbol

FREE = frozenset({"?", "%", ""})


def write_chords(plan: ChordPlan, metre: Metre) -> str:
    """The plan as text, a bar between strokes; a chord that lasts the bar is written once."""
    in_bar = max(metre.bar_ticks // plan.unit_ticks, 1)
    bars = []
    for start in range(0, len(plan.triads), in_bar):
        symbols = [triad_symbol(triad, plan.key) for triad in plan.triads[start : start + in_bar]]
        bars.append(symbols[0] if len(set(symbols)) == 1 else " ".join(symbols))
    return " | ".join(bars)


def read_chords(text: str, bars: int, metre: Metre, unit_ticks: int) -> dict[int, int]:
    """The triads that a text fixes, by unit; bars beyond the piece are ignored.

    Raises BadKnob for a symbol that names no chord, or more chords in a bar than it has units.
    """
    in_bar = max(metre.bar_ticks // unit_ticks, 1)
    fixed: dict[int, int] = {}
    for number, bar in enumerate(text.strip().strip("|").split("|")[:bars]):
        symbols = bar.split() or ["?"]
        if in_bar % len(symbols):
            most = "one chord" if in_bar == 1 else f"{in_bar} chords"
            raise BadKnob(
                f"Bar {number + 1} has {len(symbols)} chords: write one, or {most} at most, "
                "each as long as the others."
            )
        share = in_bar // len(symbols)
        for place, symbol in enumerate(symbols):
            if symbol in FREE:
                continue
            triad = parse_triad(symbol)
            if triad == NO_CHORD:
                raise BadKnob(
                    f"{symbol[:20]!r} in bar {number + 1} is no chord: write it as C, Am or F#."
                )
            first = number * in_bar + place * share
            fixed.update(dict.fromkeys(range(first, first + share), triad))
    return fixed
