"""Measures of an accompaniment against its melody."""

from __future__ import annotations

import math
from itertools import pairwise

from studio.music.score import STEP_TICKS, Score

CLASHES = frozenset({1, 6, 11})  # semitone, tritone, major seventh, as pitch-class intervals


def _sounding(score: Score, track: int) -> list[set[int]]:
    steps: list[set[int]] = [set() for _ in range(-(-score.end_tick // STEP_TICKS))]
    for note in score.tracks[track].notes:
        first, last = note.start_tick // STEP_TICKS, (note.end_tick - 1) // STEP_TICKS
        for step in range(first, last + 1):
            steps[step].add(note.pitch)
    return steps


def clash(score: Score) -> float:
    """Share of melody and accompaniment note pairs, counted on each sixteenth in which both sound,
    that stand a semitone, a tritone or a major seventh apart (any octave); 0 where none meet.
    The melody is the first track; drums are left out."""
    melody = _sounding(score, 0)
    pairs = clashing = 0
    for index, track in enumerate(score.tracks[1:], start=1):
        if track.is_drum:
            continue
        for own, other in zip(melody, _sounding(score, index), strict=True):
            for a in own:
                for b in other:
                    pairs += 1
                    clashing += (a - b) % 12 in CLASHES
    return clashing / pairs if pairs else 0.0


def coverage(score: Score, parts: int = 2) -> float:
    """Share of the bars in which at least `parts` accompaniment parts sound; 0 for no bars."""
    bar = score.metre.bar_ticks
    if not score.bars:
        return 0.0
    sounding: list[set[int]] = [set() for _ in range(score.bars)]
    for index, track in enumerate(score.tracks[1:]):
        for note in track.notes:
            for number in range(note.start_tick // bar, (note.end_tick - 1) // bar + 1):
                sounding[number].add(index)
    return sum(len(parts_in_bar) >= parts for parts_in_bar in sounding) / score.bars


def groove(score: Score) -> float:
    """How alike the rhythms of neighbouring bars are: the share of (part, sixteenth) in which both
    or neither bar begins a note, over all neighbours; 1 for the same rhythm, 1 for under two bars.

    Silence agrees with silence here, so sparse parts score high; `onset_likeness` counts notes
    only. People's pop: .87. After Wu and Yang 2020, "The Jazz Transformer", a part at a time.
    """
    begins = _begins(score)
    cells = len(score.tracks[1:]) * (score.metre.bar_ticks // STEP_TICKS)
    alike = [1 - len(a ^ b) / cells for a, b in pairwise(begins)] if cells else []
    return sum(alike) / len(alike) if alike else 1.0


def onset_likeness(score: Score) -> float:
    """How alike the rhythms of neighbouring bars are, by the notes that begin: the cosine of their
    sets of (part, sixteenth), 0 to 1, over all neighbours of which one is not empty; 1 where there
    are none. People's pop: .79."""
    alike = [
        len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0
        for a, b in pairwise(_begins(score))
        if a or b
    ]
    return sum(alike) / len(alike) if alike else 1.0


def _begins(score: Score) -> list[set[tuple[int, int]]]:
    """In each bar the (part, sixteenth) at which a note of the accompaniment begins."""
    bar = score.metre.bar_ticks
    begins: list[set[tuple[int, int]]] = [set() for _ in range(score.bars)]
    for index, track in enumerate(score.tracks[1:]):
        for note in track.notes:
            begins[note.start_tick // bar].add((index, note.start_tick % bar // STEP_TICKS))
    return begins


def notes_per_bar(score: Score) -> float:
    """Accompaniment notes that begin in a bar, on average; 0 for no bars."""
    return sum(len(track.notes) for track in score.tracks[1:]) / score.bars if score.bars else 0.0


def difference(one: Score, other: Score) -> float:
    """Share of (part, onset, pitch) that only one of two bands plays: 0 the same, 1 all unlike."""

    def played(score: Score) -> set[tuple[int, int, int]]:
        return {
            (index, note.start_tick, note.pitch)
            for index, track in enumerate(score.tracks[1:])
            for note in track.notes
        }

    a, b = played(one), played(other)
    return len(a ^ b) / len(a | b) if a | b else 0.0
