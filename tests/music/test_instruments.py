"""The instruments of General MIDI by the names that people call them."""

from __future__ import annotations

import pytest

from studio.music.instruments import KEYBOARD, PROGRAMS, instrument_name


def test_every_program_has_a_name_of_its_own() -> None:
    assert len(PROGRAMS) == 128
    assert len({name.casefold() for name in PROGRAMS}) == 128
    assert not any("Instrument" in name for name in PROGRAMS)


@pytest.mark.parametrize(
    ("program", "name"),
    [(0, "Grand piano"), (7, "Clavinet"), (13, "Xylophone"), (21, "Accordion"),
     (25, "Steel guitar"), (27, "Clean guitar"), (33, "Finger bass"), (42, "Cello"), (46, "Harp"),
     (47, "Timpani"), (56, "Trumpet"), (57, "Trombone"), (60, "French horn"), (68, "Oboe"),
     (71, "Clarinet"), (79, "Ocarina"), (88, "Synth pad"), (105, "Banjo"), (114, "Steel drums"),
     (127, "Gunshot")],
)  # fmt: skip
def test_names_stand_at_their_programs(program: int, name: str) -> None:
    assert instrument_name(program) == name


def test_the_keyboard_offers_some_of_them_and_drums_are_a_kit() -> None:
    assert all(PROGRAMS[program] == name for program, name in KEYBOARD.items())
    assert instrument_name(25, is_drum=True) == "Drum kit"
