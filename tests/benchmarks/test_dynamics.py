"""How loud people play: accents, the drums of a kit, and a part's loudness over a song."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from helpers import BEAT

from benchmarks.dynamics import (
    accents,
    follows_melody,
    kit_accents,
    over_the_song,
)
from studio.corpus.bands_of import mean_velocity
from studio.corpus.grooves import DrumPerformance
from studio.corpus.laid_out import LaidOut
from studio.music.instruments import (
    ACCENTS,
    CLOSED_HAT,
    JAZZ_KIT_ACCENTS,
    KICK,
    KIT,
    ROCK_KIT_ACCENTS,
    SNARE,
)
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track

COMMON, WALTZ = Metre(), Metre(3, 4)
BARS = 60  # enough to outweigh doubt


def song(
    loudness: Sequence[Callable[[int], int]], metre: Metre = COMMON, bars: int = BARS
) -> LaidOut:
    """A note a beat in every track, as loud as its function of the beat says."""
    beats = bars * metre.beats
    tracks = tuple(
        Track(str(i), tuple(Note(beat * BEAT, 60, BEAT, loud(beat)) for beat in range(beats)))
        for i, loud in enumerate(loudness)
    )
    return LaidOut("song", Score(tracks, 100.0, metre), (0,), 2 * BEAT, 0)


def test_an_accent_is_how_much_louder_a_place_is_than_the_part() -> None:
    found = accents([song([lambda beat: (100, 60, 90, 70)[beat % 4]])], 0)
    assert len(found) == ACCENTS
    on_beats = found[::4]
    assert on_beats[0] > on_beats[2] > 0 > on_beats[3] > on_beats[1]
    assert on_beats[0] == pytest.approx(20, abs=10)  # doubt holds it back
    assert sum(found) == sum(on_beats)  # nothing is said where nothing is played


def test_songs_at_different_levels_have_the_same_accents() -> None:
    soft = song([lambda beat: 40 + 10 * (beat % 4 == 0)])
    loud = song([lambda beat: 100 + 10 * (beat % 4 == 0)])
    assert accents([soft], 0) == accents([loud], 0)
    assert mean_velocity([soft, loud], 0) == 72


def test_a_typed_part_says_nothing() -> None:
    flat = song([lambda beat: 90])
    lively = song([lambda beat: 90 + 10 * (beat % 2)])
    assert accents([flat], 0) == (0,) * ACCENTS
    assert accents([flat, lively], 0) == accents([lively], 0)
    assert mean_velocity([flat], 0) == 0
    assert mean_velocity([flat, lively], 0) == 95


def test_a_few_notes_are_not_a_habit() -> None:
    def shape(beat: int) -> int:
        return 110 if beat % 4 == 0 else 70

    once, often = accents([song([shape], bars=1)], 0), accents([song([shape])], 0)
    assert 0 <= once[0] <= 2 < 10 < often[0]


def test_a_waltz_is_heavy_on_one() -> None:
    found = accents([song([lambda beat: 100 if beat % 3 == 0 else 70], WALTZ)], 0)
    assert found[0] > 0 > max(found[4], found[12])
    assert found[8] == 0


def performance(bars: int = BARS) -> DrumPerformance:
    """Loud snare on two and four, soft hats, kick between the two."""
    hits = [(beat * 4, (KICK, SNARE)[beat % 2], (80, 110)[beat % 2]) for beat in range(4 * bars)]
    hits += [(step, CLOSED_HAT, 50) for step in range(0, 16 * bars, 2)]
    notes = tuple(Note(step * STEP_TICKS, drum, STEP_TICKS, loud) for step, drum, loud in hits)
    return DrumPerformance("take", "rock", Metre(), Track("Drums", notes, is_drum=True))


def test_the_drums_of_a_kit_are_balanced_against_each_other() -> None:
    found = kit_accents([performance()])
    assert tuple(found) == KIT
    mean = (80 + 110 + 4 * 50) / 6
    assert found[CLOSED_HAT] == (round(50 - mean),) * ACCENTS  # its mean where it is silent
    assert found[SNARE][4] == round(110 - mean)
    assert found[KICK][0] == round(80 - mean)


@pytest.mark.parametrize("table", [ROCK_KIT_ACCENTS, JAZZ_KIT_ACCENTS])
def test_the_measured_kits_are_whole_and_can_be_stored(table: dict[int, tuple[int, ...]]) -> None:
    assert tuple(table) == KIT
    assert all(len(row) == ACCENTS and max(map(abs, row)) <= 40 for row in table.values())
    assert json.loads(json.dumps({str(drum): row for drum, row in table.items()}))
    snare = table[SNARE]
    assert min(snare[4], snare[12]) > max(snare[1], snare[3], snare[5], snare[15])  # ghosts


@pytest.mark.parametrize("slope", [0.5, 0.0, -1.0])
def test_how_a_part_follows_the_melody(slope: float) -> None:
    def melody(beat: int) -> int:
        return 60 + 20 * (beat // 4 % 3)

    def other(beat: int) -> int:
        return round(80 + slope * (melody(beat) - 80))

    assert follows_melody([song([melody, other])], 1) == pytest.approx(slope)


def test_a_part_follows_nothing_where_the_melody_is_even() -> None:
    assert follows_melody([song([lambda beat: 80, lambda beat: 60 + beat % 7])], 1) == 0
    assert follows_melody([], 1) == 0


def test_loudness_over_a_song_is_told_by_its_stretches() -> None:
    rising = song([lambda beat: 60 + beat // 4], bars=30)
    assert over_the_song([rising], 0, 3) == pytest.approx((-10, 0, 10))
    assert over_the_song([], 0, 2) == (0, 0)
