"""Windows: songs in the signature of C, cut into eight bars, held-out songs apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import BEAT, chorale, pop_song
from music import MELODY, band_song, track_of, with_track

from studio.corpus.layouts import LAYOUTS, LaidOut, lay_out_all
from studio.corpus.reading import Song
from studio.corpus.windows import (
    SongRolls,
    Windows,
    as_waltz,
    cut,
    song_rolls,
    split,
    window_starts,
)
from studio.music import roll
from studio.music.roll import WINDOW_STEPS, to_c
from studio.music.score import STEP_TICKS, Metre, transpose
from studio.music.theory import MAJOR_SCALE


def laid_out(seed: int = 0, bars: int = 12) -> LaidOut:
    found = LAYOUTS["chorale"].lay_out(Song(str(seed), chorale(seed, bars)))
    assert isinstance(found, LaidOut)
    return found


@pytest.mark.parametrize("signature", range(12))
def test_music_moves_to_c_by_a_tritone_at_most(signature: int) -> None:
    assert (signature + to_c(signature)) % 12 == 0
    assert -6 <= to_c(signature) <= 6


@pytest.mark.parametrize("seed", range(6))
def test_a_song_becomes_rolls_in_c(seed: int) -> None:
    song = laid_out(seed)
    rolls = song_rolls(song)
    assert rolls.melody.shape == (2, 192, roll.PITCHES)
    assert rolls.parts.shape == (3, 2, 192, roll.PITCHES)
    assert rolls.triads.shape == (192,)
    assert (rolls.steps, rolls.bar_steps) == (192, 16)
    shift = to_c(song.signature)
    for track, planes in zip(song.score.tracks, [rolls.melody, *rolls.parts], strict=True):
        assert roll.decode(planes) == transpose(track, shift).notes
    used = {int(pitch + roll.LOW_PITCH) % 12 for pitch in np.nonzero(rolls.parts[:, 0])[2]}
    assert used <= set(MAJOR_SCALE)


def test_a_short_song_is_padded_to_a_window() -> None:
    rolls = song_rolls(laid_out(bars=2))
    assert rolls.steps == WINDOW_STEPS
    assert not rolls.melody[:, 32:].any()
    assert rolls.triads.shape == (WINDOW_STEPS,)


def test_a_note_at_the_end_of_the_keyboard_is_folded_in() -> None:
    song = laid_out()
    top = replace(song.score.tracks[0].notes[0], pitch=127)
    melody = replace(song.score.tracks[0], notes=(top,))
    high = replace(
        song, score=song.score.with_tracks([melody, *song.score.tracks[1:]]), signature=7
    )
    [note] = roll.decode(song_rolls(high).melody)
    assert (note.pitch - 127 - to_c(7)) % 12 == 0


def test_windows_begin_on_bars_and_hold_the_ends_of_the_song() -> None:
    rolls = song_rolls(laid_out())
    starts = window_starts(rolls)
    assert starts == [0, 16, 32, 48, 64]
    assert starts[-1] + WINDOW_STEPS == rolls.steps


def test_no_window_where_a_part_is_silent() -> None:
    rolls = song_rolls(laid_out(bars=20))
    silent = rolls.parts.copy()
    silent[1, :, 160:] = 0
    quiet = replace(rolls, parts=silent)
    assert window_starts(quiet) == [start for start in window_starts(rolls) if start < 160 - 8]
    assert window_starts(replace(rolls, melody=np.zeros_like(rolls.melody))) == []


def test_a_cut_strikes_what_sounds_in_from_before_and_leaves_the_song_alone() -> None:
    rolls = song_rolls(laid_out())
    rolls.melody[roll.ONSET, 16] = 0  # the note of the bar before is held over the bar line
    rolls.melody[roll.SUSTAIN, 16] = rolls.melody[roll.SUSTAIN, 15]
    before = rolls.melody.copy()
    window = cut(rolls, 16)
    np.testing.assert_array_equal(window.melody[roll.ONSET, 0], before[roll.SUSTAIN, 15])
    np.testing.assert_array_equal(rolls.melody, before)
    assert (window.steps_before, window.steps_after) == (16, 192 - 16 - WINDOW_STEPS)
    assert window.melody.shape == (2, WINDOW_STEPS, roll.PITCHES)
    assert window.triads.shape == (WINDOW_STEPS,)


def test_a_waltz_is_a_song_without_its_last_beats() -> None:
    rolls = song_rolls(laid_out(bars=16))
    waltz = as_waltz(rolls)
    assert (waltz.bar_steps, waltz.steps) == (12, 192)
    in_four = rolls.melody.reshape(2, 16, 16, -1)[:, :, :12]
    np.testing.assert_array_equal(
        waltz.melody[roll.SUSTAIN], in_four[roll.SUSTAIN].reshape(192, -1)
    )
    assert (waltz.melody[roll.ONSET] >= in_four[roll.ONSET].reshape(192, -1)).all()
    assert (waltz.melody[roll.SUSTAIN] >= waltz.melody[roll.ONSET]).all()


def test_a_waltz_too_short_for_a_window_gives_none() -> None:
    short = as_waltz(song_rolls(laid_out(bars=8)))
    assert short.steps < WINDOW_STEPS
    assert window_starts(short) == []


def numbered(name: str) -> SongRolls:
    return replace(song_rolls(laid_out(int(name))), name=name)


def test_a_batch_is_drawn_from_all_windows_with_a_seed() -> None:
    windows = Windows([numbered("0"), numbered("1")])
    assert len(windows) == 10
    batch = windows.batch(64, np.random.default_rng(0))
    assert len(batch) == 64
    again = windows.batch(64, np.random.default_rng(0))
    for one, other in zip(batch, again, strict=True):
        np.testing.assert_array_equal(one.melody, other.melody)
    assert {window.steps_before for window in batch} == {0, 16, 32, 48, 64}


def test_every_twelfth_song_is_held_out() -> None:
    training, held_out = split(list(range(25)))
    assert held_out == [0, 12, 24]
    assert sorted(training + held_out) == list(range(25))
    assert not set(training) & set(held_out)


def test_pop_songs_have_windows_too() -> None:
    found = LAYOUTS["pop"].lay_out(Song("a", pop_song(3)))
    assert isinstance(found, LaidOut)
    rolls = song_rolls(found)
    assert len(window_starts(rolls)) == 5
    bass = {note.start_tick // STEP_TICKS % 16 for note in roll.decode(rolls.parts[0])}
    assert bass == {0}


def test_drums_are_not_moved_with_the_music() -> None:
    found = lay_out_all(band_song(), LAYOUTS["rock"])[0][0]
    moved = replace(found, signature=(found.signature + 5) % 12)
    here, there = song_rolls(found), song_rolls(moved)
    np.testing.assert_array_equal(here.parts[2], there.parts[2])
    assert {note.pitch for note in roll.decode(here.parts[2])} == {36, 42}
    assert (here.parts[0] != there.parts[0]).any()


@pytest.mark.parametrize("metre", [Metre(3, 4), Metre(6, 8), Metre(12, 8), Metre(5, 4)])
def test_the_first_and_last_windows_are_there_in_every_metre(metre: Metre) -> None:
    rolls = song_rolls(lay_out_all(band_song(20, metre), LAYOUTS["rock"])[0][0])
    starts = window_starts(rolls)
    assert (starts[0], starts[-1]) == (0, rolls.steps - WINDOW_STEPS)
    assert all(start % rolls.bar_steps == 0 for start in starts[:-1])
    last = cut(rolls, starts[-1])
    assert (last.steps_before, last.steps_after) == (starts[-1], 0)
    assert last.bar_steps == metre.bar_ticks // STEP_TICKS


def test_a_pickup_stands_at_the_end_of_the_first_bar() -> None:
    song = band_song(13)
    late = [replace(t, notes=tuple(n for n in t.notes if n.start_tick >= 3 * BEAT))
            for t in song.score.tracks]  # fmt: skip
    pickup = replace(song, score=song.score.with_tracks(late))
    rolls = song_rolls(lay_out_all(pickup, LAYOUTS["rock"])[0][0])
    window = cut(rolls, window_starts(rolls)[0])
    assert window.steps_before == 0
    assert not window.melody[roll.SUSTAIN, :12].any()
    assert window.melody[roll.ONSET, 12].any()
    assert window.melody[roll.ONSET, 16].any()


def test_windows_hold_the_bars_in_which_the_melody_rests() -> None:
    song = band_song(16)
    tune = track_of(song, MELODY)
    bar = 4 * BEAT
    resting = replace(tune, notes=tuple(n for n in tune.notes if not 4 <= n.start_tick // bar < 8))
    rolls = song_rolls(lay_out_all(with_track(song, resting), LAYOUTS["rock"])[0][0])
    starts = window_starts(rolls)
    assert starts == [16 * i for i in range(9)]
    assert not cut(rolls, 64).melody[:, 1:64].any()
    assert cut(rolls, 64).parts[:, roll.ONSET, :64].any(axis=(1, 2)).all()


def test_a_waltz_made_of_a_passage_keeps_its_place() -> None:
    _, passage = lay_out_all(band_song(60), LAYOUTS["symphony"])[0]
    waltz = as_waltz(song_rolls(passage))
    assert (waltz.steps_before, waltz.steps_after) == (30 * 12, 0)
