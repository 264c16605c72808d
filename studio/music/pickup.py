"""The upbeat of a melody: how long it is, and the same melody with another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from studio.ground.errors import BadKnob
from studio.music.score import STEP_TICKS, ChordMark, Metre, Note, Score, map_notes
from studio.music.tempo import within

PRESSED_EARLY_SECONDS = 0.12  # a downbeat played this much too soon is no pickup


def pickup_of(melody: Score) -> float:
    """Beats from the first note, on the grid of sixteenths, to the next bar line; 0 on one."""
    return -on_grid(_first(melody)) % melody.metre.bar_ticks / melody.metre.beat_ticks


def with_pickup(melody: Score, beats: float) -> Score:
    """The melody, with its chords and tempos, so laid that it begins `beats` before a bar line, in
    the bar in which it begins now; raises BadKnob for a pickup of a bar or more."""
    metre, begin = melody.metre, on_grid(_first(melody))
    bar = metre.bar_ticks
    by = begin // bar * bar + -pickup_ticks(metre, beats) % bar - begin
    track = map_notes(melody.tracks[0], lambda note: counted_from(-by, note))
    later = replace(melody, tracks=(track,), chords=marks_from(melody.chords, -by))
    if not melody.tempos:
        return later
    if by < 0:
        return replace(later, tempos=within(melody.tempos, -by, melody.end_tick))
    marks = (m._replace(start_tick=m.start_tick + by * (m.start_tick > 0)) for m in melody.tempos)
    return replace(later, tempos=tuple(marks))


def pickup_ticks(metre: Metre, beats: float) -> int:
    """How long a pickup is; raises BadKnob for one of a bar or more."""
    if not 0 <= beats < metre.beats:
        raise BadKnob(f"A pickup in {metre} has 0 beats or more, and less than {metre.beats}.")
    return round(beats * metre.beat_ticks)


def bars_of_rest(melody: Score) -> int:
    """Whole bars before the first note."""
    first = on_grid(_first(melody) + early_ticks(melody))
    return first // melody.metre.bar_ticks


def from_bar(melody: Score, bars: int) -> Score:
    """The melody counted from a bar, with the tempos from there on."""
    tick = bars * melody.metre.bar_ticks
    track = map_notes(melody.tracks[0], lambda note: counted_from(tick, note))
    tempos = within(melody.tempos, tick, melody.end_tick) if melody.tempos else ()
    return replace(melody, tracks=(track,), tempos=tempos)


def early_ticks(score: Score) -> int:
    """By how much the first notes begin before the bar line that is meant: what is pressed a little
    too soon, and sounds beyond the line, is no upbeat."""
    first, *others = score.tracks[0].notes
    early = -first.start_tick % score.metre.bar_ticks
    line = first.start_tick + early
    upbeat = [note for note in (first, *others) if note.start_tick < line]
    sounds_beyond = all(note.end_tick - line > line - note.start_tick for note in upbeat)
    in_time = score.clock.span(first.start_tick, line) < PRESSED_EARLY_SECONDS
    return early if sounds_beyond and in_time else 0


def counted_from(tick: int, note: Note) -> Note:
    """A note counted from a tick; where it begins before it, only what sounds from there on."""
    start = max(note.start_tick - tick, 0)
    return replace(note, start_tick=start, duration_ticks=note.end_tick - tick - start)


def marks_from(marks: Sequence[ChordMark], tick: int) -> tuple[ChordMark, ...]:
    """Chord marks counted from a tick, with the one that is in force there."""
    found = {max(mark.start_tick - tick, 0): mark.symbol for mark in sorted(marks)}
    return tuple(ChordMark(start, symbol) for start, symbol in found.items())


def on_grid(tick: int) -> int:
    """The nearest tick on the grid of sixteenths."""
    return round(tick / STEP_TICKS) * STEP_TICKS


def _first(melody: Score) -> int:
    return melody.tracks[0].notes[0].start_tick
