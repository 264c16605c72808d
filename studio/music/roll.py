"""The piano roll of the models, and a window of a song as they learn from it.

A roll is notes as an onset plane and a sustain plane on a sixteenth grid.

Two planes, because a single one fuses repeated notes. Shape `(2, steps, PITCHES)`, uint8, values
0 and 1; plane 0 holds onsets, plane 1 every step in which a note sounds, the onset's included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadScore
from studio.music.score import STEP_TICKS, Metre, Note

LOW_PITCH = 24  # C1
PITCHES = 84  # seven octaves, to B7
MAX_STEPS = 8_000 * 16
ONSET, SUSTAIN = 0, 1
WINDOW_STEPS = 128  # eight bars of 4/4 in sixteenths
HEARD_BARS = 64  # that a network hears at once, where its work grows with their square

Roll = NDArray[np.uint8]


def encode(notes: Iterable[Note], steps: int) -> Roll:
    """Notes as planes `(2, steps, PITCHES)`; onsets and ends go to the nearest sixteenth.

    A pitch outside the roll is folded in by octaves. Notes after the last step are left out.
    Raises BadScore where the roll would be larger than `MAX_STEPS`.
    """
    if not 0 <= steps <= MAX_STEPS:
        raise BadScore("This piece is too long for a piano roll: cut it to a few minutes.")
    roll: Roll = np.zeros((2, steps, PITCHES), np.uint8)
    for note in notes:
        start = _nearest_step(note.start_tick)
        end = max(_nearest_step(note.end_tick), start + 1)
        if start < steps:
            pitch = fold(note.pitch) - LOW_PITCH
            roll[ONSET, start, pitch] = 1
            roll[SUSTAIN, start:end, pitch] = 1
    return roll


def velocities(notes: Iterable[Note], steps: int) -> Roll:
    """The velocity of each onset of `encode`'s planes, `(steps, PITCHES)`; 0 elsewhere."""
    plane: Roll = np.zeros((steps, PITCHES), np.uint8)
    for note in notes:
        start, pitch = _nearest_step(note.start_tick), fold(note.pitch) - LOW_PITCH
        if start < steps:
            plane[start, pitch] = max(plane[start, pitch], note.velocity)
    return plane


def decode(roll: Roll, velocity: int = 80) -> tuple[Note, ...]:
    """The notes of a roll, all at one velocity: a note lasts until its sustain ends or it is struck
    again; sustain without an onset is silent."""
    notes: list[Note] = []
    steps = roll.shape[1]
    for start, index in np.argwhere(roll[ONSET]).tolist():
        end = start + 1
        while end < steps and roll[SUSTAIN, end, index] and not roll[ONSET, end, index]:
            end += 1
        duration = (end - start) * STEP_TICKS
        notes.append(Note(start * STEP_TICKS, index + LOW_PITCH, duration, velocity))
    return tuple(sorted(notes))


def fold(pitch: int) -> int:
    """The pitch moved by octaves into the roll's range."""
    if pitch < LOW_PITCH:
        return LOW_PITCH + (pitch - LOW_PITCH) % 12
    top = LOW_PITCH + PITCHES - 1
    return pitch if pitch <= top else top - 11 + (pitch - (top - 11)) % 12


def moved(notes: Iterable[Note], semitones: int) -> tuple[Note, ...]:
    """The notes transposed, by octaves too where they would leave the roll."""
    return tuple(replace(note, pitch=fold(note.pitch + semitones)) for note in notes)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a song in the signature of C, and its place.

    `melody` (2, step, pitch) and `parts` (part, 2, step, pitch), uint8 onset and sustain planes;
    `triads` (step,) the triad at each step; `bar_steps` and `beat_steps` sixteenths a bar and a
    beat; how many steps of the song lie before and after; `style` which of several genres it is of.
    `loud_melody` (step, pitch) and `loud_parts` (part, step, pitch) uint8 hold the velocity of each
    onset, 0 where it is not known how people played."""

    melody: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    triads: NDArray[np.int64]
    bar_steps: int
    beat_steps: int = 4
    steps_before: int = 0
    steps_after: int = 0
    style: int = 0
    loud_melody: NDArray[np.uint8] | None = None
    loud_parts: NDArray[np.uint8] | None = None


def beat_steps(metre: Metre) -> int:
    """Sixteenths in a beat as it is felt: three eighths in 6/8 and its kin, else a quarter."""
    return 6 if metre.unit == 8 and metre.beats % 3 == 0 else 4


def hearings(units: int, longest: int, shared: int = 0) -> Iterator[tuple[slice, slice]]:
    """Stretches of at most `longest` units, about as long as each other, in which a network hears a
    piece, and of which of their units each has the word: neighbours share so many, half of them
    heard by each for the other's sake. A piece of `longest` units or fewer is heard at once."""
    many = max(-(-(units - shared) // (longest - shared)), 1)
    length = -(-(units + (many - 1) * shared) // many)
    starts = [(units - length) * i // max(many - 1, 1) for i in range(many)]
    borders = [0, *((start + before + length) // 2 for before, start in pairwise(starts)), units]
    for start, (first, last) in zip(starts, pairwise(borders), strict=True):
        yield slice(start, start + length), slice(first, last)


def to_c(signature: int) -> int:
    """Semitones that move music of a signature to that of C, at most a tritone."""
    return (5 - signature) % 12 - 5


def _nearest_step(tick: int) -> int:
    return (tick + STEP_TICKS // 2) // STEP_TICKS
