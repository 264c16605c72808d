"""The instruments of General MIDI and those that the keyboard offers, the drums of the kit that all
drum parts are played on, the accents that people give them, and the parts of a band."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from studio.music.roll import beat_steps
from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Metre, Note, Track

Rows = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Table:
    """`instruments.toml`; drums by their pitch."""

    programs: tuple[str, ...]
    keyboard: tuple[int, ...]
    drums: dict[int, str]
    kit: Rows
    accents: dict[str, tuple[int, ...]]
    rock_kit: Rows
    jazz_kit: Rows


_TEXT = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
_TABLE = TypeAdapter(_Table).validate_python(tomllib.loads(_TEXT))
PROGRAMS = _TABLE.programs  # names by General MIDI program 0-127
KEYBOARD = {program: PROGRAMS[program] for program in _TABLE.keyboard}
BASS_ACCENTS, KEYS_ACCENTS = _TABLE.accents["bass"], _TABLE.accents["keys"]
ROCK_KIT_ACCENTS, JAZZ_KIT_ACCENTS = _TABLE.rock_kit, _TABLE.jazz_kit

# the kit: nine drums, each at its General MIDI pitch
KICK, SNARE, CLOSED_HAT, OPEN_HAT = 36, 38, 42, 46
LOW_TOM, MID_TOM, HIGH_TOM, CRASH, RIDE = 45, 47, 50, 49, 51
KIT = (KICK, SNARE, CLOSED_HAT, LOW_TOM, OPEN_HAT, MID_TOM, CRASH, HIGH_TOM, RIDE)

ACCENTS = 16  # sixteenths of a 4/4 bar
_BEAT_STEPS = TICKS_PER_BEAT // STEP_TICKS
_KIT_DRUM = {played: drum for drum, all_played in _TABLE.kit.items() for played in all_played}


def kit_rows(kit: Rows) -> tuple[tuple[int, ...], ...]:
    """The accents of a kit's drums as a `Part` has them."""
    return tuple(kit[drum] for drum in KIT)


def instrument_name(program: int, is_drum: bool = False) -> str:
    """A General MIDI program as people call it."""
    if is_drum:
        return "Drum kit"
    return PROGRAMS[program]


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
    return _TABLE.drums.get(pitch, f"Percussion {pitch}")


def kit_drum(pitch: int) -> int | None:
    """The place on the kit of a General MIDI drum; None for what has none there."""
    return KIT.index(_KIT_DRUM[pitch]) if pitch in _KIT_DRUM else None


def kit_track(notes: Iterable[Note]) -> Track:
    """The notes of all drum tracks as one part on the kit, on the sixteenth grid, each struck for a
    sixteenth: the loudest stroke of each drum and step; what has no place on the kit is left out.
    So a drum part is a roll like any other, but its rows are drums: never transpose it."""
    strokes: dict[tuple[int, int], Note] = {}
    for note in notes:
        if note.pitch in _KIT_DRUM:
            pitch = _KIT_DRUM[note.pitch]
            start = (note.start_tick + STEP_TICKS // 2) // STEP_TICKS * STEP_TICKS
            stroke = Note(start, pitch, STEP_TICKS, note.velocity)
            strokes[start, pitch] = max(stroke, strokes.get((start, pitch), stroke))
    return Track("Drums", tuple(strokes.values()), is_drum=True)
