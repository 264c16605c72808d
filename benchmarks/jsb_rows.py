"""A chorale's grid as rows of the transformer, and what may follow each row.

An event is a note (its place in the bar, its voice, its pitch, its length), the end of a bar of
sixteen frames, or the end of the piece. Notes come by place and voice, so every grid has exactly
one sequence of events and every legal sequence is one grid:

- a run of one pitch is as few notes as the vocabulary's lengths allow, the longest first: a note of
  16 that another of the same pitch follows at once must not have been a 20, so that second one
  lasts at most 3 (`Voices.lengths`), and after a note of less than 16 the pitch must change;
- a note begins after the one before it in order, and where its voice is free;
- the piece ends after a note, and with the last sounding frame.

A model that chooses among what is legal, and nothing else, thus gives the grids of all lengths
together a probability of 1, the length included; nothing is told beforehand but that it starts.

Beside its own event a row says how things stand then: which voice is free next, and where; the
pitches of that voice and the one after it, the pitch classes of the other two. All of that follows
from the rows so far. It stands in columns that a chorale has no other use for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.jsb_data import REST, Grid
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.sheet import CONTEXT, Floats

BAR = 16  # frames
FINE = v.END - 1  # the place in a bar of sixteen that says the piece is over
ROLES = tuple(v.ROLES.index(name) for name in ("Other", "Bass", "Alto", "Tenor"))  # soprano first
VOICES = len(ROLES)
# columns of a row's limits: first place where a note may begin, whether the piece may end, the
# pitch that must not follow, how many of the lengths may; then whether each voice is free
FIRST, MAY_END, NOT_THIS, LENGTHS, FREE = range(5)
_SOON = CONTEXT // VOICES  # lengths of a rest of a note that are told apart: 0 to 8 and more
# how many of the lengths, by the class of a note's, the same pitch may add to it at once: the sum
# must fall short of the class above
_MORE: list[int] = [
    sum(length < longer - shorter for length in v.DURATIONS)
    for shorter, longer in pairwise(v.DURATIONS)
] + [len(v.DURATIONS)]

Note = tuple[int, int, int, int]  # frame, voice, pitch, class of its length


@dataclass(frozen=True, slots=True)
class Script:
    """A chorale of `frames`: rows (n, COLUMNS); limits (n, FREE + VOICES) of each row's choices;
    `around` (n, CONTEXT), how long each voice sounds on at the place that was chosen."""

    frames: int
    rows: v.Rows
    limits: NDArray[np.int64]
    around: Floats


@dataclass(slots=True)
class Voices:
    """What is settled after some events, and what may come next."""

    count: int = VOICES
    bar: int = 0  # its first frame
    frame: int = 0  # of the last note, or of the bar's beginning
    voice: int = -1
    ends: list[int] = field(init=False)
    pitches: list[int] = field(init=False)
    classes: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.ends = [0] * self.count
        self.pitches = [REST] * self.count
        self.classes = [0] * self.count

    def begin(self, voice: int) -> int:
        """The first frame at which the voice may have its next note."""
        return max(self.ends[voice], self.frame + (voice <= self.voice))

    def next(self) -> int:
        """The voice that may begin first."""
        return min(range(self.count), key=lambda voice: (self.begin(voice), voice))

    def first(self) -> int:
        """The first place in the bar where a note may begin; BAR if there is none."""
        return min(self.begin(self.next()) - self.bar, BAR)

    def free(self, frame: int) -> list[bool]:
        """Whether each voice may begin a note there."""
        return [self.begin(voice) <= frame for voice in range(self.count)]

    def lengths(self, frame: int, voice: int, pitch: int) -> int:
        """How many of the lengths, shortest first, a note may have; 0 where it may not be."""
        if pitch != self.pitches[voice] or frame != self.ends[voice]:
            return len(v.DURATIONS)
        return _MORE[self.classes[voice]]

    def forbidden(self, frame: int, voice: int) -> int:
        """The pitch that the voice must not take there, or REST."""
        pitch = self.pitches[voice]
        return REST if self.lengths(frame, voice, pitch) else pitch

    def sing(self, note: Note) -> None:
        self.frame, self.voice, pitch, length = note
        self.ends[self.voice] = self.frame + v.DURATIONS[length]
        self.pitches[self.voice], self.classes[self.voice] = pitch, length

    def turn(self) -> None:
        """The bar ends."""
        self.bar += BAR
        self.frame, self.voice = self.bar, -1

    def standing(self) -> dict[str, int]:
        """How things stand, as a row tells it: columns by name."""
        turn = self.next()
        place = self.begin(turn)
        order = [(turn + i) % self.count for i in range(self.count)]
        held = [REST if self.ends[i] < place else self.pitches[i] for i in order]
        held += [REST] * (VOICES - self.count)
        return {
            "fact_a": 1 + turn * (BAR + 1) + min(place - self.bar, BAR),
            "fact_b": 2 + held[0],
            "fact_c": 2 + held[1],
            "chord": v.NO_TRIAD if held[2] == REST else held[2] % 12,
            "loudness": 12 if held[3] == REST else held[3] % 12,
        }

    def around(self, frame: int) -> Floats:
        """How long each voice sounds on from a frame, one of _SOON features a voice."""
        result = np.zeros(CONTEXT, np.float32)
        for voice, end in enumerate(self.ends):
            result[voice * _SOON + min(max(end - frame, 0), _SOON - 1)] = 1
        return result


def notes_of(chorale: Grid) -> list[Note]:
    """The notes of a grid, in order."""
    found: list[Note] = []
    for voice, pitches in enumerate(chorale.T):
        edges = [0, *(np.flatnonzero(np.diff(pitches)) + 1).tolist(), len(pitches)]
        for first, stop in pairwise(edges):
            start = first if pitches[first] != REST else stop
            while start < stop:
                length = sum(steps <= stop - start for steps in v.DURATIONS) - 1
                found.append((start, voice, int(pitches[start]), length))
                start += v.DURATIONS[length]
    return sorted(found)


def grid_of(notes: Sequence[Note], voices: int = VOICES) -> Grid:
    """The grid that notes spell."""
    frames = max(start + v.DURATIONS[length] for start, _, _, length in notes)
    result = np.full((frames, voices), REST, np.int64)
    for start, voice, pitch, length in notes:
        result[start : start + v.DURATIONS[length], voice] = pitch
    return result


def script(chorale: Grid) -> Script:
    """A grid as the transformer reads it."""
    voices = Voices(chorale.shape[1])
    rows = [v.row(v.START, **voices.standing())]
    limits = [[0] * (FREE + VOICES)]
    around = [np.zeros(CONTEXT, np.float32)]

    def limit(*of_note: int) -> list[int]:
        """The limits of the next event; `of_note` those behind the first two."""
        may_end = int(rows[-1][v.KIND] == v.NOTE)
        told = [voices.first(), may_end, *of_note]
        return told + [0] * (FREE + VOICES - len(told))

    for note in notes_of(chorale):
        frame, voice, pitch, length = note
        while frame >= voices.bar + BAR:
            limits.append(limit())
            around.append(np.zeros(CONTEXT, np.float32))
            voices.turn()
            rows.append(v.row(v.BAR, time=voices.bar, **voices.standing()))
        lengths = voices.lengths(frame, voice, pitch)
        limits.append(limit(voices.forbidden(frame, voice), lengths, *voices.free(frame)))
        around.append(voices.around(frame))
        place = frame - voices.bar
        voices.sing(note)
        rows.append(
            v.row(
                v.NOTE,
                role=ROLES[voice],
                position=place,
                sound=pitch,
                duration=length,
                time=frame,
                **voices.standing(),
            )
        )
    limits.append(limit())
    around.append(np.zeros(CONTEXT, np.float32))
    rows.append(v.row(v.BAR, position=FINE, time=len(chorale)))
    return Script(
        len(chorale), np.array(rows, np.int64), np.array(limits, np.int64), np.stack(around)
    )
