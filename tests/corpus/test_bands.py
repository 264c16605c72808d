"""Layouts of bands: the parts of each genre, their ranges, their chords, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import BEAT, scores
from hypothesis import given, settings
from music import (
    BASS,
    DRUMS,
    GUITAR,
    MELODY,
    STRINGS,
    WINDS,
    band_song,
    track_of,
    with_track,
    without,
)

from studio.corpus.layouts import LAYOUTS, LaidOut, lay_out_all
from studio.corpus.reading import Song
from studio.corpus.windows import song_rolls, window_starts
from studio.music.score import ChordMark, Metre, Score, Track, map_notes
from studio.music.theory import NO_CHORD

BANDS = ("rock", "jazz", "symphony", "quartet", "songwriter", "band")
PARTS = {
    "rock": ("Bass", "Guitar", "Drums"),
    "jazz": ("Bass", "Keys", "Drums"),
    "symphony": ("Bass", "Strings", "Winds"),
    "quartet": ("Bass", "Strings"),
    "songwriter": ("Bass", "Keys"),
    "band": ("Bass", "Keys", "Drums"),
}


def laid_out(name: str, song: Song) -> LaidOut:
    [found], reasons = lay_out_all(song, LAYOUTS[name])
    assert reasons == []
    return found


def reason(name: str, song: Song) -> str:
    found, [why] = lay_out_all(song, LAYOUTS[name])
    assert found == []
    return why


@pytest.mark.parametrize("name", BANDS)
def test_a_band_has_the_parts_of_its_genre(name: str) -> None:
    song = laid_out(name, band_song())
    assert LAYOUTS[name].parts == PARTS[name]
    assert [track.name for track in song.score.tracks] == ["Melody", *PARTS[name]]
    assert [t.name for t in song.score.tracks if t.is_drum] == [
        part for part in PARTS[name] if part == "Drums"
    ]
    assert len(window_starts(song_rolls(song))) == 5


def test_each_part_plays_what_its_players_play() -> None:
    song = band_song()
    rock, jazz, symphony = (laid_out(name, song).score for name in ("rock", "jazz", "symphony"))
    assert rock.tracks[0].notes == track_of(song, MELODY).notes
    assert rock.tracks[1].notes == track_of(song, BASS).notes
    assert rock.tracks[2].notes == track_of(song, GUITAR).notes
    assert len(rock.tracks[3].notes) == 48
    comping = {note for name in (GUITAR, STRINGS, WINDS) for note in track_of(song, name).notes}
    assert set(jazz.tracks[2].notes) <= comping  # nobody plays keys: the others take their place
    assert symphony.tracks[2].notes == track_of(song, STRINGS).notes
    assert symphony.tracks[3].notes == track_of(song, WINDS).notes


@pytest.mark.parametrize(
    ("name", "missing", "word"),
    [
        ("rock", DRUMS, "drums"),
        ("jazz", DRUMS, "drums"),
        ("symphony", WINDS, "winds"),
        ("symphony", STRINGS, "strings"),
    ],
)
def test_a_song_without_a_part_of_the_band_is_refused(name: str, missing: str, word: str) -> None:
    assert f"it has no {word}" in reason(name, without(band_song(), missing))


def test_no_drums_are_needed_where_the_band_has_none() -> None:
    song = laid_out("songwriter", without(band_song(), DRUMS))
    assert [track.name for track in song.score.tracks] == ["Melody", "Bass", "Keys"]


@pytest.mark.parametrize("octaves", [-2, -1, 1, 3])
def test_parts_move_by_octaves_into_their_ranges(octaves: int) -> None:
    song = band_song()
    moved = map_notes(track_of(song, GUITAR), lambda n: replace(n, pitch=n.pitch + 12 * octaves))
    guitar = laid_out("rock", with_track(song, moved)).score.tracks[2]
    assert {note.pitch % 12 for note in guitar.notes} == {0, 4, 7, 11, 2}
    assert all(40 <= note.pitch <= 84 for note in guitar.notes)


def test_a_low_melody_is_lifted_by_octaves() -> None:
    song = band_song()
    low = map_notes(track_of(song, MELODY), lambda n: replace(n, pitch=n.pitch - 36))
    song = replace(with_track(song, low), melody=5)
    melody = laid_out("rock", song).score.tracks[0]
    assert {note.pitch for note in melody.notes} == {67, 69, 71}


def test_a_part_strikes_no_more_than_its_voices_and_keeps_every_pitch_class() -> None:
    song = band_song()
    thick = [
        replace(note, pitch=note.pitch + 12 * octave)
        for note in track_of(song, GUITAR).notes
        for octave in (0, 1, 2)
    ]
    guitar = laid_out("rock", with_track(song, Track(GUITAR, tuple(thick), 27))).score.tracks[2]
    struck = [n.pitch % 12 for n in guitar.notes if n.start_tick == 2 * BEAT]
    assert len(struck) == 6
    assert set(struck) == {0, 4, 7}


def test_chords_are_what_the_texture_spells() -> None:
    song = laid_out("rock", band_song())
    assert song.unit_ticks == 2 * BEAT
    assert song.triads[1::2] == (0, 7) * 6  # the guitar plays C and G in the second half of a bar


def test_marked_chords_come_first_and_other_markers_are_no_chords() -> None:
    song = band_song(4)
    marked = (ChordMark(0, "Am7"), ChordMark(8 * BEAT, "F"))
    with_marks = replace(song, score=replace(song.score, chords=marked))
    assert laid_out("rock", with_marks).triads == (21,) * 4 + (5,) * 4
    sections = (ChordMark(0, "Chorus"), ChordMark(4 * BEAT, "Bridge"))
    named = replace(song, score=replace(song.score, chords=sections))
    assert laid_out("rock", named).triads[1] == 0
    assert laid_out("rock", named).score.chords == ()


@pytest.mark.parametrize(
    ("metre", "unit_steps"), [(Metre(3, 4), 12), (Metre(6, 8), 6), (Metre(7, 8), 14)]
)
def test_other_metres_are_kept_in_sixteenths(metre: Metre, unit_steps: int) -> None:
    song = laid_out("rock", band_song(24, metre))
    assert song.unit_ticks == unit_steps * 120
    rolls = song_rolls(song)
    assert rolls.bar_steps == metre.bar_ticks // 120
    starts = window_starts(rolls)
    assert starts[0] == 0
    assert starts[-1] + 128 == rolls.steps
    assert NO_CHORD not in song.triads


def test_a_metre_that_sixteenths_do_not_divide_is_refused() -> None:
    song = band_song()
    assert "5/32" in reason("rock", replace(song, score=replace(song.score, metre=Metre(5, 32))))


def test_swing_written_as_dots_is_straightened_in_jazz_alone() -> None:
    song = band_song()
    dotted = [
        replace(track, notes=track.notes + tuple(replace(n, start_tick=n.start_tick + 360)
                                                 for n in track.notes))
        for track in (track_of(song, DRUMS), track_of(song, BASS), track_of(song, GUITAR))
    ]  # fmt: skip
    for track in dotted:
        song = with_track(song, track)
    jazz, rock = (laid_out(name, song).score.tracks[3] for name in ("jazz", "rock"))
    assert {note.start_tick % BEAT for note in jazz.notes} == {0, 240}
    assert {note.start_tick % BEAT for note in rock.notes} == {0, 360}


@settings(max_examples=40, deadline=None)
@given(score=scores())
def test_any_file_is_kept_or_refused_with_a_reason(score: Score) -> None:
    for layout in LAYOUTS.values():
        pieces, reasons = lay_out_all(Song("a", score), layout)
        assert pieces or reasons
        for piece in pieces:
            assert [t.name for t in piece.score.tracks[1:]] == list(layout.parts)
            song_rolls(piece)
