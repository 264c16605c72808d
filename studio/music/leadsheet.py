"""Chords as people write them: bars between strokes or line ends, `C | F G7 | Am | ?`, a question
mark where Tutti is to choose, `N.C.` where no chord is to sound."""

from __future__ import annotations

from studio.errors import BadKnob
from studio.music.harmony import ChordPlan
from studio.music.score import Metre
from studio.music.theory import Chord, chord_symbol, parse_chord

FREE = frozenset({"?", "%", ""})


def write_chords(plan: ChordPlan, metre: Metre) -> str:
    """The plan as text, a bar between strokes; a chord that lasts the bar is written once."""
    in_bar = max(metre.bar_ticks // plan.unit_ticks, 1)
    bars = []
    chords = plan.chords
    for start in range(0, len(chords), in_bar):
        symbols = [chord_symbol(chord, plan.key) for chord in chords[start : start + in_bar]]
        bars.append(symbols[0] if len(set(symbols)) == 1 else " ".join(symbols))
    return " | ".join(bars)


def read_chords(text: str, bars: int, metre: Metre, unit_ticks: int) -> dict[int, Chord]:
    """The chords that a text fixes, by unit; bars beyond the piece are ignored.

    Raises BadKnob for a symbol that names no chord, or more chords in a bar than it has units.
    """
    in_bar = max(metre.bar_ticks // unit_ticks, 1)
    fixed: dict[int, Chord] = {}
    for number, bar in enumerate(_bars(text)[:bars]):
        symbols = bar.split() or ["?"]
        if in_bar % len(symbols):
            advice = f"or {in_bar} chords at most, each as long as the others."
            if in_bar == 1:
                advice = "for a chord lasts the whole bar here."
            raise BadKnob(f"Bar {number + 1} has {len(symbols)} chords: write one, {advice}")
        share = in_bar // len(symbols)
        for place, symbol in enumerate(symbols):
            if symbol in FREE:
                continue
            chord = parse_chord(symbol)
            if chord is None:
                raise BadKnob(
                    f"{symbol[:20]!r} in bar {number + 1} is no chord: write it as C, Am or G7."
                )
            first = number * in_bar + place * share
            fixed.update(dict.fromkeys(range(first, first + share), chord))
    return fixed


def _bars(text: str) -> list[str]:
    """What stands between the bar lines; a line end is one, too, with or without its stroke."""
    lines = (line.strip().strip("|") for line in text.splitlines())
    return [bar for line in lines if line for bar in line.split("|")]
