"""Drums as a part: a kit of nine drums, each at its General MIDI pitch, struck for a sixteenth.

So a drum part is a roll like any other. Its rows are drums, not pitches: never transpose it.
"""

from __future__ import annotations

from collections.abc import Iterable

from studio.music.instruments import (
    CLOSED_HAT,
    CRASH,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    OPEN_HAT,
    RIDE,
    SNARE,
)
from studio.music.score import STEP_TICKS, Note, Track

# General MIDI percussion and what electronic kits add (22, 26, 58); hand percussion goes to the
# drum that a kit player would use for it
_DRUM_OF = {
    35: KICK, 36: KICK,
    37: SNARE, 38: SNARE, 39: SNARE, 40: SNARE, 75: SNARE, 76: SNARE, 77: SNARE,
    22: CLOSED_HAT, 42: CLOSED_HAT, 44: CLOSED_HAT, 54: CLOSED_HAT, 69: CLOSED_HAT, 70: CLOSED_HAT,
    73: CLOSED_HAT, 82: CLOSED_HAT,
    26: OPEN_HAT, 46: OPEN_HAT, 74: OPEN_HAT,
    41: LOW_TOM, 43: LOW_TOM, 45: LOW_TOM, 58: LOW_TOM, 61: LOW_TOM, 64: LOW_TOM, 66: LOW_TOM,
    47: MID_TOM, 48: MID_TOM, 60: MID_TOM, 63: MID_TOM, 68: MID_TOM,
    50: HIGH_TOM, 62: HIGH_TOM, 65: HIGH_TOM, 67: HIGH_TOM,
    49: CRASH, 52: CRASH, 55: CRASH, 57: CRASH,
    51: RIDE, 53: RIDE, 56: RIDE, 59: RIDE,
}  # fmt: skip


def kit_track(notes: Iterable[Note]) -> Track:
    """The notes of all drum tracks as one part on the kit, on the sixteenth grid: the loudest
    stroke of each drum and step; what has no place on the kit is left out."""
    strokes: dict[tuple[int, int], Note] = {}
    for note in notes:
        if note.pitch not in _DRUM_OF:
            continue
        pitch = _DRUM_OF[note.pitch]
        start = (note.start_tick + STEP_TICKS // 2) // STEP_TICKS * STEP_TICKS
        stroke = Note(start, pitch, STEP_TICKS, note.velocity)
        strokes[start, pitch] = max(stroke, strokes.get((start, pitch), stroke))
    return Track("Drums", tuple(strokes.values()), is_drum=True)
