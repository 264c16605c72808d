"""Rules over a melody and a plan: each plays what its rule says."""

from __future__ import annotations

import pytest
from helpers import BEAT, line, tune

from benchmarks.baselines import below, block_chords, folded, parallel_motion
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import Score, Track
from studio.music.theory import NO_CHORD, Key

C, F, G, A_MINOR = 0, 5, 7, 21
HALF = 2 * BEAT
BASS, KEYS = Part("Bass", 33, 1, 28, 55), Part("Keys", 4, 5, 45, 86)
ALTO, TENOR, LOW = (
    Part("Alto", 19, 1, 53, 77), Part("Tenor", 19, 1, 46, 70), Part("Bass", 19, 1, 36, 63),
)  # fmt: skip
DRUMS = Part("Drums", 0, 4, 36, 51, is_drum=True)
PLAN = ChordPlan(Key(0), HALF, (C, C, A_MINOR, NO_CHORD, F, G))


def starts(track: Track) -> list[int]:
    return [note.start_tick // HALF for note in track.notes]


def test_the_bass_of_block_chords_holds_each_root_until_the_chord_changes() -> None:
    bass = block_chords(tune(3), PLAN, (BASS, KEYS)).tracks[1]
    assert [note.pitch % 12 for note in bass.notes] == [0, 9, 5, 7]
    assert starts(bass) == [0, 2, 4, 5]
    assert [note.duration_ticks // HALF for note in bass.notes] == [2, 1, 1, 1]
    assert all(BASS.low <= note.pitch <= BASS.high for note in bass.notes)


def test_keys_of_block_chords_strike_the_whole_triad_at_every_unit() -> None:
    keys = block_chords(tune(3), PLAN, (BASS, KEYS)).tracks[2]
    struck: dict[int, set[int]] = {}
    for note in keys.notes:
        struck.setdefault(note.start_tick // HALF, set()).add(note.pitch % 12)
    c, f, g = {0, 4, 7}, {5, 9, 0}, {7, 11, 2}
    assert struck == {0: c, 1: c, 2: {9, 0, 4}, 4: f, 5: g}


def test_single_voices_share_the_triad() -> None:
    plan = ChordPlan(Key(0), BEAT, (C, G))
    band = block_chords(tune(1), plan, (ALTO, TENOR, LOW))
    together = [{t.notes[i].pitch % 12 for t in band.tracks[1:]} for i in range(2)]
    assert together == [{0, 4, 7}, {7, 11, 2}]


@pytest.mark.parametrize(
    ("pitch", "steps", "lower"), [(72, 2, 69), (72, 5, 64), (66, 2, 62), (72, 0, 72), (61, 0, 61)]
)
def test_a_third_and_a_sixth_below_are_counted_in_the_scale(
    pitch: int, steps: int, lower: int
) -> None:
    assert below(pitch, steps, Key(0)) == lower


def test_parallel_motion_follows_the_melody() -> None:
    melody = Score((Track("Melody", line([72, 74, 76])),))
    band = parallel_motion(melody, Key(0), (BASS, KEYS))
    assert band.tracks[0] == melody.tracks[0]
    assert [note.pitch for note in band.tracks[1].notes] == [48, 50, 52]
    assert [note.pitch for note in band.tracks[2].notes] == [64, 69, 65, 71, 67, 72]


def test_rules_leave_drums_to_others() -> None:
    for band in (
        block_chords(tune(3), PLAN, (BASS, KEYS, DRUMS)),
        parallel_motion(tune(3), Key(0), (BASS, KEYS, DRUMS)),
    ):
        assert band.tracks[3].is_drum
        assert not band.tracks[3].notes


def test_a_pitch_is_folded_by_octaves() -> None:
    assert [folded(pitch, BASS) for pitch in (20, 28, 55, 56, 80)] == [32, 28, 55, 44, 44]
