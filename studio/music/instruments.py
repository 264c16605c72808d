"""The General MIDI instruments that the keyboard offers, the names of those that bands use, the
drums of the kit that all drum parts are played on, the accents that people give them, and the parts
of a band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.music.roll import beat_steps
from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Metre

KEYBOARD: dict[int, str] = {
    0: "Grand piano",
    4: "Electric piano",
    11: "Vibraphone",
    19: "Church organ",
    24: "Nylon guitar",
    40: "Violin",
    48: "Strings",
    52: "Choir",
    56: "Trumpet",
    65: "Alto saxophone",
    71: "Clarinet",
    73: "Flute",
    80: "Synth lead",
}
BAND: dict[int, str] = {
    29: "Overdriven guitar",
    32: "Acoustic bass",
    33: "Finger bass",
    34: "Picked bass",
    42: "Cello",
    43: "Double bass",
    60: "French horn",
    88: "Synth pad",
}

# the kit: nine drums, each at its General MIDI pitch
KICK, SNARE, CLOSED_HAT, OPEN_HAT = 36, 38, 42, 46
LOW_TOM, MID_TOM, HIGH_TOM, CRASH, RIDE = 45, 47, 50, 49, 51
KIT = (KICK, SNARE, CLOSED_HAT, LOW_TOM, OPEN_HAT, MID_TOM, CRASH, HIGH_TOM, RIDE)

ACCENTS = 16  # sixteenths of a 4/4 bar
_BEAT_STEPS = TICKS_PER_BEAT // STEP_TICKS


# Velocities above and below the mean, by sixteenth of a 4/4 bar. Measured by `benchmarks.dynamics`:
# `kit_accents(read_performances(groove_drums.zip, styles))` on the Groove MIDI Dataset, 149
# performances in ROCK_STYLES (mean velocity 77), 14 in JAZZ_STYLES (66).
ROCK_KIT_ACCENTS: dict[int, tuple[int, ...]] = {
    KICK: (-1, -25, -13, -17, 0, -16, -12, -22, -3, -20, -12, -21, -2, -11, -21, -25),
    SNARE: (-14, -22, -5, -12, 28, -8, 2, -19, 5, -13, 1, -8, 29, -5, 8, -9),
    CLOSED_HAT: (8, -27, -2, -3, 10, -17, 4, -11, 3, -14, 2, -8, 12, -19, -2, -11),
    LOW_TOM: (4, 5, -10, -8, 13, -3, -6, -6, 5, 8, -3, 1, 24, 13, 10, 6),
    OPEN_HAT: (-8, -19, -8, -20, 5, -20, -17, -17, 1, -12, -4, -16, -1, -7, 9, -12),
    MID_TOM: (-2, -4, -11, -3, 16, -5, 3, -14, 4, 16, 2, 6, 21, 9, 3, -14),
    CRASH: (18, 14, -14, 19, 24, 1, -2, 7, 12, 5, -4, 8, 6, 1, 11, 7),
    HIGH_TOM: (15, 12, 13, 13, 17, 16, 16, 15, 15, 15, 14, 12, 14, 16, 15, 12),
    RIDE: (7, -6, -18, -9, 14, -14, -5, -17, 1, -5, -6, -7, 11, -9, -2, -12),
}  # fmt: skip
JAZZ_KIT_ACCENTS: dict[int, tuple[int, ...]] = {
    KICK: (-9, -15, -17, -15, -15, -15, -15, -15, -19, -15, -20, -15, -17, -15, -14, -15),
    SNARE: (-7, -15, -18, -14, -2, -14, -11, -11, -18, -15, -13, -12, -5, -13, -11, -12),
    CLOSED_HAT: (-11, 4, -4, 6, 14, 2, -9, 3, -13, 4, -4, 6, 14, 1, -7, 0),
    LOW_TOM: (15, 12, 14, 12, 15, 12, 4, 12, 13, 11, 11, 12, 14, 11, 8, 12),
    OPEN_HAT: (4, 5, 5, 5, 6, 5, 6, 5, 2, 5, 3, 5, 6, 4, 7, 5),
    MID_TOM: (4, 5, 7, 5, 4, 5, 6, 5, 1, 5, 7, 5, 8, 5, 5, 6),
    CRASH: (14, 14, 14, 14, 14, 14, 15, 14, 13, 14, 14, 14, 13, 14, 15, 13),
    HIGH_TOM: (-22, -22, -21, -22, -22, -22, -22, -22, -22, -22, -22, -22, -22, -22, -22, -22),
    RIDE: (6, 8, 8, 8, 16, 8, 0, 8, 7, 8, 7, 8, 16, 8, 1, 8),
}  # fmt: skip


# measured: `accents` of POP909's bass and of the rest of its piano
BASS_ACCENTS = (1, -2, -4, -2, 0, -1, -2, -5, 0, -3, -3, -1, 1, 0, -1, -3)
KEYS_ACCENTS = (2, -9, -7, -1, 2, -1, -2, -1, 1, -6, -3, 0, 4, 0, 1, -1)


def kit_rows(kit: Mapping[int, tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """The accents of a kit's drums as a `Part` has them."""
    return tuple(kit[drum] for drum in KIT)


def instrument_name(program: int, is_drum: bool = False) -> str:
    """A General MIDI program as people call it."""
    if is_drum:
        return "Drum kit"
    return KEYBOARD.get(program) or BAND.get(program) or f"Instrument {program + 1}"


@dataclass(frozen=True, slots=True)
class Part:
    """One part a model adds: General MIDI `program`, at most `voices` notes at once, a pitch range
    `low`-`high` (inclusive) and a middle `velocity`. Drums play the kit of `music.instruments`:
    their pitches are drums, and never move. `accents`: how much louder each sixteenth of a 4/4 bar
    is played, sixteen numbers; of drums, a row for each drum of the kit; none where it is flat."""

    name: str
    program: int
    voices: int
    low: int
    high: int
    velocity: int = 72
    is_drum: bool = False
    accents: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "accents", tuple(tuple(row) for row in self.accents))
        rows = len(KIT) if self.is_drum else 1
        whole = all(len(row) == ACCENTS and set(map(type, row)) <= {int} for row in self.accents)
        if len(self.accents) not in (0, rows) or not whole:
            raise ValueError(f"The accents of {self.name} are not sixteen whole numbers a row.")
        numbers = (self.program, self.voices, self.low, self.high, self.velocity)
        if not isinstance(self.name, str) or any(type(number) is not int for number in numbers):
            raise TypeError("A part has a name and whole numbers.")
        in_range = 0 <= self.program <= 127 and 1 <= self.voices <= 12
        if not (in_range and 0 <= self.low <= self.high <= 127 and 1 <= self.velocity <= 127):
            raise ValueError(f"The part {self.name} is outside the ranges of a score.")


def accent_step(tick: int, metre: Metre) -> int:
    """Where in a profile of 4/4 (0-15) a note at `tick` has its accent: the bar's first beat is the
    first, its middle beat (of four or eight) the third, the others are the second or fourth. Beats
    are as they are felt, three eighths in 6/8."""
    beat = beat_steps(metre)
    bar = metre.bar_ticks // STEP_TICKS
    number, within = divmod(tick // STEP_TICKS % bar, beat)
    beats = bar / beat
    if number == 0:
        place = 0
    elif number == beats / 2 and beats % 4 == 0:
        place = 2
    else:
        place = 1 if number < beats / 2 else 3
    return place * _BEAT_STEPS + within * _BEAT_STEPS // beat


def drum_name(pitch: int) -> str:
    """What a General MIDI drum is called."""
    return _DRUMS.get(pitch, f"Percussion {pitch}")


_DRUMS: dict[int, str] = {
    35: "Bass drum", 36: "Kick", 37: "Side stick", 38: "Snare", 39: "Hand clap",
    40: "Electric snare", 41: "Low floor tom", 42: "Closed hi-hat", 43: "High floor tom",
    44: "Pedal hi-hat", 45: "Low tom", 46: "Open hi-hat", 47: "Mid tom", 48: "High-mid tom",
    49: "Crash", 50: "High tom", 51: "Ride", 52: "China", 53: "Ride bell", 54: "Tambourine",
    55: "Splash", 56: "Cowbell", 57: "Crash 2", 59: "Ride 2",
}  # fmt: skip
