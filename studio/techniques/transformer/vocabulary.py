"""What the transformer reads and writes: a row of small whole numbers an event.

A row is one event, so one step of the network is one note. Columns, in order: kind, role, position
in the bar, sound (a pitch or a drum), duration, loudness, chord, three facts, and musical time. A
column that says nothing holds its NONE.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import KIT, Part
from studio.music.roll import PITCHES

Rows = NDArray[np.int64]

KIND, ROLE, POSITION, SOUND, DURATION, LOUDNESS, CHORD, FACT_A, FACT_B, FACT_C, TIME = range(11)
COLUMNS = 11

START, PART, BAR, HARMONY, MELODY, NOTE, PAD = range(7)
KINDS = 7

# who plays; a part of another name takes a free place that is nearest to what it does
ROLES = (
    "Bass", "Keys", "Guitar", "Strings", "Winds", "Drums", "Alto", "Tenor", "Other", "Another"
)  # fmt: skip
MELODY_ROLE, NO_ROLE = len(ROLES), len(ROLES) + 1
_FREE = ("Keys", "Strings", "Winds", "Guitar", "Other", "Another", "Tenor", "Alto", "Bass")

LONGEST_BAR = 32  # sixteenths; a longer bar is read as several
END = LONGEST_BAR  # the position that closes a bar
POSITIONS = LONGEST_BAR + 1
DRUM_PITCH = PITCHES  # the kit's drums stand after the pitches of the roll
SOUNDS = PITCHES + len(KIT)
NO_SOUND = SOUNDS
DURATIONS = (*range(1, 17), 20, 24, 28, 32, 48, 64)  # sixteenths
NO_DURATION = len(DURATIONS)
LOUDNESSES, LOUDNESS_STEP = 16, 6  # of velocity; the part's middle is the ninth
MIDDLE_LOUDNESS, NO_LOUDNESS = 8, LOUDNESSES
NO_TRIAD, NOT_A_CHORD = 24, 25  # silence in the plan; a row that is no chord

STYLES = (
    "pop", "rock", "jazz", "symphony", "folk", "bach", "songwriter", "own"
)  # fmt: skip
_MOST_STYLES, _MOST_FAR, _MOST_NEAR = 16, 16, 8
DENSITIES, REGISTERS, POLYPHONIES = 16, 16, 8
_REGISTER_SEMITONES = PITCHES / REGISTERS
ACCOMPANY, SING = 0, 1  # what is written: the band under a melody, or a melody with its chords

_STYLE = 1
_BAR_STEPS = _STYLE + _MOST_STYLES
_MODE = _BAR_STEPS + LONGEST_BAR
DENSITY = _MODE + 6
REGISTER = DENSITY + DENSITIES
POLYPHONY = REGISTER + REGISTERS
_REMAINING = POLYPHONY + POLYPHONIES
_SINCE = _REMAINING + _MOST_FAR + 1
FACTS = _SINCE + _MOST_NEAR + 1
NO_FACT = 0

# what each column's table holds
SIZES = (
    KINDS, NO_ROLE + 1, POSITIONS, SOUNDS + 1, NO_DURATION + 1, LOUDNESSES + 1, NOT_A_CHORD + 1,
    FACTS, FACTS, FACTS,
)  # fmt: skip


def row(
    kind: int, *, role: int = NO_ROLE, position: int = END, sound: int = NO_SOUND,
    duration: int = NO_DURATION, loudness: int = NO_LOUDNESS, chord: int = NOT_A_CHORD,
    fact_a: int = NO_FACT, fact_b: int = NO_FACT, fact_c: int = NO_FACT, time: int = 0,
) -> list[int]:  # fmt: skip
    """One event."""
    return [kind, role, position, sound, duration, loudness, chord, fact_a, fact_b, fact_c, time]


EMPTY = tuple(row(0))


def readable_bar(bar_steps: int) -> int:
    """Sixteenths of a bar as it is read: all of it, or the largest equal piece that is no longer
    than the vocabulary's longest."""
    pieces = -(-bar_steps // LONGEST_BAR)
    while bar_steps % pieces:
        pieces += 1
    return bar_steps // pieces


def start_facts(style: int, bar_steps: int, beat_steps: int, mode: int) -> tuple[int, int, int]:
    """What the first row says of the piece."""
    beat = {4: 0, 6: 1}.get(beat_steps, 2)
    return _STYLE + style, _BAR_STEPS + bar_steps - 1, _MODE + 2 * beat + mode


def bar_facts(before: int, after: int) -> tuple[int, int]:
    """What a bar's row says: how many bars of the piece are still to come, and lie behind."""
    return _REMAINING + min(after, _MOST_FAR), _SINCE + min(before, _MOST_NEAR)


def density_class(notes_a_bar: float) -> int:
    """The class of a part's density; `notes_a_bar` of sixteen sixteenths."""
    return int(np.clip(round(3 * np.log2(1 + notes_a_bar)), 0, DENSITIES - 1))


def register_class(pitch: float) -> int:
    """The class of a part's mean pitch, counted from the roll's lowest."""
    return int(np.clip(pitch / _REGISTER_SEMITONES, 0, REGISTERS - 1))


def polyphony_class(together: float) -> int:
    """The class of how many notes begin together."""
    return int(np.clip(round(2 * (together - 1)), 0, POLYPHONIES - 1))


def loudness_classes(louder: NDArray[np.floating]) -> NDArray[np.floating]:
    """The classes of velocities, given by how much louder they are than the part's middle."""
    return np.clip(MIDDLE_LOUDNESS + np.round(louder / LOUDNESS_STEP), 0, LOUDNESSES - 1)


def velocity_of(loudness: int, middle: int) -> int:
    """The velocity of a class of a part whose middle is so loud, the middle's where it is none."""
    louder = loudness - MIDDLE_LOUDNESS if 0 <= loudness < NO_LOUDNESS else 0
    return min(max(middle + LOUDNESS_STEP * louder, 1), 127)


@cache
def duration_class(steps: int) -> int:
    """The nearest duration's class, of two the shorter."""
    return min(range(len(DURATIONS)), key=lambda i: abs(DURATIONS[i] - steps))


def roles_of(parts: Sequence[Part]) -> tuple[int, ...]:
    """Each part's role, no two alike; raises ValueError for more parts than there are roles."""
    taken: list[int] = []
    for part in parts:
        wanted = ["Drums"] if part.is_drum else [part.name, *_FREE]
        free = (ROLES.index(name) for name in wanted if name in ROLES)
        role = next(
            (r for r in free if r not in taken and (ROLES[r] != "Drums" or part.is_drum)), None
        )
        if role is None:
            raise ValueError("A transformer's band has up to nine parts and one drum kit.")
        taken.append(role)
    return tuple(taken)
