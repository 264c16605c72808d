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


def onset_likeness(score: Score) -> float:
    """How alike the rhythms of neighbouring bars are, by the notes that begin: the cosine of their
    sets of (part, sixteenth), 0 to 1, over all neighbours of which one is not empty; 1 where there
    are none. People's pop: .79."""
    alike = [
        len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0
        for a, b in pairwise(begins_by_bar(score))
        if a or b
    ]
    return sum(alike) / len(alike) if alike else 1.0


def begins_by_bar(score: Score) -> list[set[tuple[int, int]]]:
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
