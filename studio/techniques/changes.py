"""What a technique writes bit by bit, so that each bit can be seen, heard and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.music.score import Note


@dataclass(frozen=True, slots=True)
class Change:
    """A note of the melody that is another one now, or is gone (`after` is None), or a new one
    (`before` is None): how `probable` the new one was, the old one's odds in the same place, and
    the likeliest pitches with theirs, None for a rest."""

    before: Note | None
    after: Note | None
    probability: float
    probability_before: float
    options: tuple[tuple[int | None, float], ...]

    @property
    def note(self) -> Note:
        """The old note, or the new one where there is none."""
        note = self.before or self.after
        if note is None:
            raise ValueError("A change is of a note.")
        return note


@dataclass(frozen=True, slots=True)
class Written:
    """One edit on the way to a piece: a part, by its place in the band, sounds `pitch` from a tick
    to another, or rests where it is None; `look` counts how often the piece was looked at before;
    `anew` where the same pitch was there and is struck again; `overwrites` pitches that stood
    there, () where nothing did; how `probable` it was, and the likeliest pitches with theirs."""

    look: int
    part: int
    start_tick: int
    end_tick: int
    pitch: int | None
    anew: bool
    overwrites: tuple[int | None, ...]
    probability: float
    options: tuple[tuple[int | None, float], ...]


@dataclass(frozen=True, slots=True)
class Veto:
    """A pitch that a part, by its place in the band, is not to sound from a tick to another; a rest
    where it is None."""

    part: int
    start_tick: int
    end_tick: int
    pitch: int | None


@dataclass(frozen=True, slots=True)
class Fog:
    """What one look at a piece thought of all that it did not know: the likeliest MIDI pitches of
    each sixteenth of each part, (step, part, option), 0 for a rest, and their odds in 255ths, 0
    where the cell was known."""

    pitches: NDArray[np.uint8]
    odds: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Onward:
    """Which of several takes all go on from, and a generator for each of them from there."""

    take: int
    rngs: Sequence[np.random.Generator]
