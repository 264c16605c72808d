"""What a critic hears of a band: piano rolls in the signature of C, without loudness.

Every bar fills whole slots of sixteen steps, so that a bar is a bar in any metre: one of 3/4 is
followed by four empty steps.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.music import roll
from studio.music.roll import PITCHES, Roll, to_c
from studio.music.score import STEP_TICKS, Note, Score, Track

SLOT = 16  # sixteenths


def slots_a_bar(score: Score) -> int:
    """How many slots a bar fills."""
    return -(-score.metre.bar_ticks // (STEP_TICKS * SLOT))


def heard(score: Score, signature: int, first: int, end: int) -> Roll:
    """Onset and sustain of each track, the melody first, (2 track, slot x SLOT, PITCHES), of the
    bars from `first`, 0 at the least, to before `end`; `signature` is the major tonic. What sounds
    in from before is not heard."""
    bar = score.metre.bar_ticks
    steps = bar // STEP_TICKS
    room = slots_a_bar(score) * SLOT
    planes: Roll = np.zeros((len(score.tracks), 2, end - first, room, PITCHES), np.uint8)
    for track, plane in zip(score.tracks, planes, strict=True):
        notes = _inside(track, first * bar, end * bar)
        moved = notes if track.is_drum else roll.moved(notes, to_c(signature))
        told = roll.encode(moved, (end - first) * steps)
        plane[:, :, :steps] = told.reshape(2, end - first, steps, PITCHES)
    return planes.reshape(2 * len(score.tracks), -1, PITCHES)


def place(note: Note, score: Score, signature: int, is_drum: bool) -> tuple[int, slice, int]:
    """Where a note lies in what is heard of a whole score: its onset, the steps that it sounds, and
    its row."""
    steps, room = score.metre.bar_ticks // STEP_TICKS, slots_a_bar(score) * SLOT

    def step_of(tick: int) -> int:
        bar, step = divmod((tick + STEP_TICKS // 2) // STEP_TICKS, steps)
        return bar * room + step

    [moved] = [note] if is_drum else roll.moved([note], to_c(signature))
    start = step_of(note.start_tick)
    end = max(step_of(note.end_tick), start + 1)
    return start, slice(start, end), roll.fold(moved.pitch) - roll.LOW_PITCH


def _inside(track: Track, start: int, end: int) -> list[Note]:
    return [
        replace(
            note,
            start_tick=note.start_tick - start,
            duration_ticks=min(note.end_tick, end) - note.start_tick,
        )
        for note in track.notes
        if start <= note.start_tick < end
    ]
