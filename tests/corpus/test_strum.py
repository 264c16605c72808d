"""The accompaniment by rule: chords of the key that hold the tune, bass and strum in its metre."""

from __future__ import annotations

import pytest
from helpers import line

from studio.corpus.strum import accompanied, chords_under
from studio.music.score import Metre, Score, Track
from studio.music.theory import Key, triad_tones

C, F, G, A_MINOR, E_MINOR = 0, 5, 7, 21, 16


def test_a_tune_that_spells_its_chords_gets_them() -> None:
    bars = [[60, 64, 67, 64], [65, 69, 72, 69], [67, 71, 74, 71], [60, 64, 67, 72]]
    notes = line([pitch for bar in bars for pitch in bar])
    found = chords_under(notes, Key(0), 4, 4 * 480)
    assert found == (C, F, G, C)


def test_it_ends_at_home_and_stays_in_its_key() -> None:
    minor = Key(9, minor=True)
    found = chords_under(line([69, 71, 72, 74, 76, 74, 72, 71] * 4), minor, 16, 960)
    assert found[-1] == A_MINOR
    tones = {tone for triad in found for tone in triad_tones(triad)}
    assert tones <= minor.scale | {8}  # the leading note


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(2, 4), Metre(3, 4), Metre(6, 8), Metre(9, 8)])
def test_bass_and_strum_fill_every_bar(metre: Metre) -> None:
    bars = 8
    tune = Track("Tune", line([67, 71, 74, 71] * 40, 0.5), 110)
    tune = Track("Tune", tuple(n for n in tune.notes if n.end_tick <= bars * metre.bar_ticks), 110)
    score = accompanied(Score((tune,), 100, metre), Key(7))
    assert score.tracks[0] == tune
    assert score.bars == bars
    bass, guitar = score.tracks[1:]
    for track in (bass, guitar):
        assert {note.start_tick // metre.bar_ticks for note in track.notes} == set(range(bars))
        assert track.end_tick <= bars * metre.bar_ticks
    struck = {note.start_tick for note in bass.notes}
    assert struck.isdisjoint(note.start_tick for note in guitar.notes)
    assert max(n.pitch for n in bass.notes) < min(n.pitch for n in guitar.notes)
    assert score.chords[0].start_tick == 0
