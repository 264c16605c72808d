"""Drums as a part: General MIDI percussion on a kit of nine, a sixteenth each."""

from __future__ import annotations

import pytest
from helpers import BEAT

from studio.music import roll
from studio.music.instruments import CLOSED_HAT, CRASH, KICK, KIT, LOW_TOM, RIDE, SNARE, kit_track
from studio.music.score import STEP_TICKS, Note


@pytest.mark.parametrize(
    ("played", "drum"),
    [(35, KICK), (36, KICK), (40, SNARE), (37, SNARE), (44, CLOSED_HAT), (22, CLOSED_HAT),
     (41, LOW_TOM), (57, CRASH), (59, RIDE)],
)  # fmt: skip
def test_percussion_goes_to_the_drum_that_plays_it(played: int, drum: int) -> None:
    [note] = kit_track([Note(0, played, 2, 77)]).notes
    assert note == Note(0, drum, STEP_TICKS, 77)


def test_every_drum_of_the_kit_stays_itself_and_has_a_row_in_the_roll() -> None:
    track = kit_track([Note(i * BEAT, drum, 10) for i, drum in enumerate(KIT)])
    assert track.is_drum
    assert [note.pitch for note in track.notes] == list(KIT)
    assert roll.decode(roll.encode(track.notes, 16 * len(KIT))) == track.notes


def test_strokes_come_to_the_nearest_sixteenth_and_the_loudest_stays() -> None:
    late, loud = Note(BEAT + 40, 38, 2, 50), Note(BEAT - 30, 40, 2, 99)
    assert kit_track([late, loud]).notes == (Note(BEAT, SNARE, STEP_TICKS, 99),)


def test_what_has_no_place_on_a_kit_is_left_out() -> None:
    assert kit_track([Note(0, 80, 2), Note(0, 27, 2), Note(0, 127, 2)]).notes == ()
