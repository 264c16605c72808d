"""Measures of a band that tables of RESULTS.md have, and the product does not need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.measures.copies import OCTAVES, CopyIndex, passage_starts
from studio.measures.fingerprints import Words, fingerprints
from studio.music.score import TICKS_PER_BEAT, Note, Score

THIRTY_SECOND_TICKS = TICKS_PER_BEAT // 8


def used_pitch_classes(notes: Sequence[Note], bars: int, bar_ticks: int) -> float:
    """Pitch classes that sound in a bar, 0 to 12, on average over the bars that are not empty
    (MuseGAN's UPC); 0 for a silent part. A note held over a bar line sounds in both bars."""
    used = _classes_by_bar(notes, bars, bar_ticks)
    return sum(map(len, used.values())) / len(used) if used else 0.0


def qualified_note_rate(notes: Sequence[Note], shortest_ticks: int = THIRTY_SECOND_TICKS) -> float:
    """Share of the notes, 0 to 1, that last at least `shortest_ticks`; 0 for a silent part.

    MuseGAN's QN: "no shorter than three time steps (i.e. a 32nd note)" at 96 steps a bar, which is
    a plain thirty-second, 60 ticks. Music on a sixteenth grid always reaches 1 there; two steps of
    that grid, an eighth, tell more, and the similarity index takes those.
    """
    if not notes:
        return 0.0
    return sum(note.duration_ticks >= shortest_ticks for note in notes) / len(notes)


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


def copied_bars(index: CopyIndex, score: Score, signature: int) -> float:
    """Share of the accompaniment's bars that are not empty, 0 to 1, which equal a training bar in
    position and pitch, in any key and octave; 0 where all are empty."""
    moved = [fingerprints(score, signature, octaves)[0] for octaves in OCTAVES]
    copied = np.any([np.isin(hashes, index.hashes) for hashes in moved], axis=0)
    sounding = moved[0] != 0
    return float(copied[sounding].mean()) if sounding.any() else 0.0


def copied_passages(index: CopyIndex, score: Score, signature: int) -> float:
    """Share of two-bar passages (neither bar empty), 0 to 1, that equal a training passage in
    position and pitch, in any key and octave; 0 where there are none."""
    known = set(_pairs(index.hashes, passage_starts(index.first_bar)))
    copied = []
    for octaves in OCTAVES:
        hashes, _ = fingerprints(score, signature, octaves)
        pairs = _pairs(hashes, np.arange(max(len(hashes) - 1, 0)))
        copied.append([pair in known for pair in pairs])
    return float(np.any(copied, axis=0).mean()) if copied[0] else 0.0


def _classes_by_bar(notes: Sequence[Note], bars: int, bar_ticks: int) -> dict[int, set[int]]:
    """Pitch classes that sound in each bar in which any does."""
    used: dict[int, set[int]] = {}
    for note in notes:
        last = min((note.end_tick - 1) // bar_ticks, bars - 1)
        for bar in range(note.start_tick // bar_ticks, last + 1):
            used.setdefault(bar, set()).add(note.pitch % 12)
    return used


def _pairs(hashes: Words, starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    pairs = zip(hashes[starts].tolist(), hashes[starts + 1].tolist(), strict=True)
    return [pair for pair in pairs if all(pair)]
