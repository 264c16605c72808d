"""What a chord plan is, a key and a chord per unit of time, how people write it, and the harmony
that a full texture spells. `studio.chords` finds the plan of a melody, `studio.music.chart` reads
text such as `C | F G7 | Am | ?`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadKnob
from studio.music.chart import FREE, Bar, read_word
from studio.music.chart import read_chart as read_chart
from studio.music.score import (
    MAX_BARS,
    TICKS_PER_BEAT,
    ChordMark,
    Metre,
    Note,
    Score,
    Track,
)
from studio.music.theory import (
    NO_CHORD,
    PLAIN,
    TRIADS,
    Chord,
    Key,
    chord_symbol,
    chord_tones,
    parse_chord,
    parse_key,
    triad_tones,
)

Array = NDArray[np.float64]
_TITLE_CHORDS = 4
_MOSTLY = 0.8  # of a file's markers must be chords
_CHORD_BARS = 4  # chords of one letter change so often at least
_ALPHABET = "ABCDEFG"
# of songs whose chords are known: what a planner may be told of the one before it
STYLES = ("pop", "folk", "leadsheets", "jazz", "artsong", "chorales")


@dataclass(frozen=True, slots=True)
class ChordPlan:
    """A key and a triad for each `unit_ticks` from the start of bar 1; `sevenths` says what stands
    on each triad, `written` holds the symbols of those that somebody wrote and nothing for the
    others: both may end where there is nothing more to say."""

    key: Key
    unit_ticks: int
    triads: tuple[int, ...]
    sevenths: tuple[int, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def chords(self) -> tuple[Chord, ...]:
        """The chord of each unit."""
        return tuple(self._chord(unit) for unit in range(len(self.triads)))

    def _chord(self, unit: int) -> Chord:
        return Chord(
            self.triads[unit],
            self.sevenths[unit] if unit < len(self.sevenths) else PLAIN,
            self.written[unit] if unit < len(self.written) else "",
        )

    @property
    def end_tick(self) -> int:
        return len(self.triads) * self.unit_ticks

    def triad_at(self, tick: int) -> int:
        """The triad in force at `tick`; past the end the last one, NO_CHORD in an empty plan."""
        return self.chord_at(tick).triad

    def chord_at(self, tick: int) -> Chord:
        """The chord in force at `tick`; past the end the last one, silence in an empty plan."""
        if not self.triads:
            return Chord(NO_CHORD)
        return self._chord(min(max(tick, 0) // self.unit_ticks, len(self.triads) - 1))

    def tones_at(self, tick: int) -> tuple[int, ...]:
        """Pitch classes of the chord in force, as `chord_tones` has them."""
        return chord_tones(self.chord_at(tick))

    def marks(self) -> tuple[ChordMark, ...]:
        """Chord symbols where the chord changes."""
        symbols = [chord_symbol(chord, self.key) for chord in self.chords]
        return tuple(
            ChordMark(i * self.unit_ticks, symbol)
            for i, symbol in enumerate(symbols)
            if i == 0 or symbol != symbols[i - 1]
        )


def unit_ticks(metre: Metre, per_beat: bool) -> int:
    """Length of a chord: a beat; or half a bar, where that is at least three eighths; or a bar."""
    if per_beat:
        return metre.beat_ticks
    half, rest = divmod(metre.bar_ticks, 2)
    halves = metre.beats % 2 == 0 and not rest and half >= 3 * TICKS_PER_BEAT // 2
    return half if halves else metre.bar_ticks


def melody_weights(notes: Iterable[Note], units: int, ticks: int) -> Array:
    """How much each pitch class is heard in each unit, `(units, 12)`, in quarter notes; an onset on
    a beat counts as much again as an eighth, for accented notes tell the chord."""
    weights = np.zeros((units, 12))
    for note in notes:
        first, last = note.start_tick // ticks, (note.end_tick - 1) // ticks
        for unit in range(first, min(last, units - 1) + 1):
            heard = min(note.end_tick, (unit + 1) * ticks) - max(note.start_tick, unit * ticks)
            weights[unit, note.pitch % 12] += heard / TICKS_PER_BEAT
        if first < units:
            accent = 0.5 if note.start_tick % TICKS_PER_BEAT == 0 else 0.25
            weights[first, note.pitch % 12] += accent
    return weights


def implied_triads(notes: Sequence[Note], units: int, ticks: int) -> tuple[int, ...]:
    """The triad each unit of a full texture spells: most sounding weight on its tones, the lowest
    note's pitch class counted as a likely root; NO_CHORD where nothing sounds."""
    weights = melody_weights(notes, units, ticks)
    lowest = np.full(units, 128)
    for note in notes:
        for unit in range(note.start_tick // ticks, min((note.end_tick - 1) // ticks + 1, units)):
            lowest[unit] = min(lowest[unit], note.pitch)
    template = np.full((TRIADS, 12), -0.6)
    for triad in range(TRIADS):
        template[triad, list(triad_tones(triad))] = (1.2, 1.0, 1.0)
    scores = weights @ template.T
    triads = []
    for unit in range(units):
        if not weights[unit].any():
            triads.append(NO_CHORD)
            continue
        bonus = np.zeros(TRIADS)
        bonus[[lowest[unit] % 12, lowest[unit] % 12 + 12]] = 0.4
        triads.append(int((scores[unit] + bonus).argmax()))
    return tuple(triads)


def write_chords(plan: ChordPlan, metre: Metre) -> str:
    """The plan as text, a bar between strokes; a chord that lasts the bar is written once."""
    symbols = [chord_symbol(chord, plan.key) for chord in plan.chords]
    return _barred(symbols, max(metre.bar_ticks // plan.unit_ticks, 1))


def _barred(symbols: Sequence[str], in_bar: int) -> str:
    bars = [symbols[start : start + in_bar] for start in range(0, len(symbols), in_bar)]
    return " | ".join(bar[0] if len(set(bar)) == 1 else " ".join(bar) for bar in bars)


def chords_alone(
    text: str, bars: int | None = None, metre: str = "4/4", tempo_bpm: float = 100.0
) -> tuple[Score, str]:
    """A melody without notes for a band on the chords of a chart, named by its first ones, and the
    chart written out: `bars` long, from its beginning again where it is shorter.

    Raises BadKnob as `read_chart`, for a chart without a chord, and for a number of bars or a metre
    that is none.
    """
    chart = read_chart(text)
    if not any(map(any, chart)):
        raise BadKnob(
            "There is no melody and no chord: give one, or chords such as C | Am | F | G."
        )
    if bars is not None and not 1 <= bars <= MAX_BARS:
        raise BadKnob(f"There can be 1 to {MAX_BARS} bars.")
    whole = [chart[bar % len(chart)] for bar in range(bars or len(chart))]
    symbols = [chord_symbol(chord) for bar in chart for chord in bar if chord]
    heard = [symbol for symbol, _ in groupby(symbols)]
    title = "Chords: " + " ".join(heard[:_TITLE_CHORDS])
    beats, _, unit = metre.partition("/")
    if not (beats.isdecimal() and unit.isdecimal()):
        raise BadKnob("A metre is written as 3/4 or 6/8.")
    time = Metre(int(beats), int(unit))
    score = Score((Track("Melody"),), tempo_bpm, time, title=title)
    return score, chart_text(whole)


def chart_text(bars: Sequence[Bar]) -> str:
    """The bars of a chart as `read_chart` reads them."""
    return " | ".join(" ".join(chord_symbol(c) if c else FREE for c in bar) for bar in bars)


def read_chords(text: str, bars: int, metre: Metre, unit_ticks: int) -> dict[int, Chord]:
    """The chords that a chart fixes, by unit; bars beyond the piece are ignored.

    Raises BadKnob as `read_chart`, and for a chord that changes within a unit.
    """
    in_bar = max(metre.bar_ticks // unit_ticks, 1)
    fixed: dict[int, Chord] = {}
    for number, bar in enumerate(read_chart(text)[:bars]):
        units = _units(bar, in_bar, number + 1)
        fixed |= {number * in_bar + i: chord for i, chord in enumerate(units) if chord is not None}
    return fixed


def _units(bar: Bar, in_bar: int, number: int) -> Bar:
    """A bar's chord for each of its units."""
    starts = [i for i in range(len(bar)) if i == 0 or bar[i] != bar[i - 1]]
    if any(start * in_bar % len(bar) for start in starts):
        advice = f"or {in_bar} chords at most, each as long as the others."
        if in_bar == 1:
            advice = "for a chord lasts the whole bar here."
        raise BadKnob(f"Bar {number} has {len(bar)} chords: write one, {advice}")
    return tuple(bar[unit * len(bar) // in_bar] for unit in range(in_bar))


def chords_text(score: Score, per_beat: bool) -> str:
    """The chords that a piece is marked with as `read_chords` reads them: a question mark where
    it has none, for what is not marked is Tutti's to choose, and silence only where it is
    marked. Chords change by the beat, else as `unit_ticks` says."""
    ticks = unit_ticks(score.metre, per_beat)
    in_bar = max(score.metre.bar_ticks // ticks, 1)
    key = parse_key(score.key or "")
    symbols = []
    for unit in range(score.bars * in_bar):
        marks = [mark for mark in score.chords if mark.start_tick <= unit * ticks]
        chord = parse_chord(marks[-1].symbol) if marks else None
        symbols.append(chord_symbol(chord, key) if chord else FREE)
    return _barred(symbols, in_bar)


def left_out(score: Score) -> str:
    """What is said of the chords that `chords_text`, not by the beat, has no room for: they change
    within a unit. Empty where there are none."""
    ticks, end = unit_ticks(score.metre, per_beat=False), score.bars * score.metre.bar_ticks
    marks = [m for m in score.chords if m.start_tick < end]
    starts = [next(same).start_tick for _, same in groupby(marks, key=lambda m: m.symbol)]
    gone = sum(-(-start // ticks) * ticks >= until for start, until in pairwise([*starts, end]))
    if not gone:
        return ""
    fit = "two chords" if ticks < score.metre.bar_ticks else "one chord"
    are = "is" if gone == 1 else "are"
    return f"Tutti keeps {fit} a bar: {gone} of {len(starts)} {are} left out."


def chord_marks(markers: Sequence[ChordMark], bar_ticks: int) -> tuple[ChordMark, ...]:
    """Those of a file's markers that are chords, in their normal form; none where the markers are
    names of sections: where fewer than four in five are chords, or all of these are single letters
    that come as A, B, C, or stand further apart than chords do."""
    chords = [(mark.start_tick, chord) for mark in markers if (chord := parse_chord(mark.symbol))]
    if not chords or len(chords) < _MOSTLY * len(markers):
        return ()
    symbols = [(tick, chord_symbol(chord)) for tick, chord in sorted(chords, key=lambda c: c[0])]
    if all(len(symbol) == 1 for _, symbol in symbols):
        letters = "".join(symbol for _, symbol in symbols)
        apart = (symbols[-1][0] - symbols[0][0]) / max(len(symbols) - 1, 1)
        in_order = _ALPHABET.startswith("".join(dict.fromkeys(letters)))  # A, B, A, C
        if in_order or apart > _CHORD_BARS * bar_ticks:
            return ()
    longest = {tick: max((s for t, s in symbols if t == tick), key=len) for tick, _ in symbols}
    return tuple(ChordMark(tick, symbol) for tick, symbol in longest.items())


def with_chord(score: Score, tick: int, symbol: str) -> Score:
    """The piece with a chord changed, or one more, from `tick` until the next; raises BadKnob for
    what is no chord or lies outside of the piece."""
    chord = read_word(symbol)
    if type(tick) is not int or not 0 <= tick < max(score.end_tick, 1):
        raise BadKnob("There is no such place in this piece: choose a chord within it.")
    others = [mark for mark in score.chords if mark.start_tick != tick]
    return replace(score, chords=(*others, ChordMark(tick, chord_symbol(chord))))


def changed_bars(before: Score, after: Score) -> tuple[int, ...]:
    """The bars in which other chords are in force."""
    bars = range(max(before.bars, after.bars))
    return tuple(bar for bar in bars if _chords_in(before, bar) != _chords_in(after, bar))


def _chords_in(score: Score, bar: int) -> list[tuple[int, str]]:
    """The chords in force in a bar, the first from its beginning."""
    first = bar * score.metre.bar_ticks
    end = first + score.metre.bar_ticks
    until = [mark for mark in score.chords if mark.start_tick < end]
    inside = [(mark.start_tick, mark.symbol) for mark in until if mark.start_tick > first]
    held = [mark for mark in until if mark.start_tick <= first]
    return [(first, held[-1].symbol), *inside] if held else inside
