"""The General MIDI instruments that the keyboard offers, and the names of those that bands use."""

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
_BAND: dict[int, str] = {32: "Acoustic bass", 33: "Finger bass", 42: "Cello", 88: "Synth pad"}


def instrument_name(program: int, is_drum: bool = False) -> str:
    """A General MIDI program as people call it."""
    if is_drum:
        return "Drum kit"
    return KEYBOARD.get(program) or _BAND.get(program) or f"Instrument {program + 1}"
