"""The General MIDI instruments that the keyboard offers, the names of those that bands use, and the
drums of the kit that all drum parts are played on."""

from __future__ import annotations

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


def instrument_name(program: int, is_drum: bool = False) -> str:
    """A General MIDI program as people call it."""
    if is_drum:
        return "Drum kit"
    return KEYBOARD.get(program) or BAND.get(program) or f"Instrument {program + 1}"
