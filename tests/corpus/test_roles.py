"""Who plays what: melody, bass, drums and the rest of any multi-track file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import BEAT, line
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

from studio.corpus.reading import Song
from studio.corpus.roles import ROLES, Roles, find_roles, role_of
from studio.music.score import Note, Score, Track, map_notes


def roles_of(song: Song) -> Roles:
    found = find_roles(song)
    assert isinstance(found, Roles), found
    return found


def pitches(notes: tuple[Note, ...]) -> set[int]:
    return {note.pitch for note in notes}


def test_each_player_of_a_band_is_found() -> None:
    song = band_song()
    roles = roles_of(song)
    assert roles.melody.notes == track_of(song, MELODY).notes
    assert roles.bass.notes == track_of(song, BASS).notes
    assert roles.rest["guitars"] == track_of(song, GUITAR).notes
    assert roles.rest["strings"] == track_of(song, STRINGS).notes
    assert roles.rest["winds"] == track_of(song, WINDS).notes
    assert roles.rest["keys"] == roles.rest["others"] == ()
    assert pitches(roles.drums.notes) == {36, 42}
    assert len(roles.drums.notes) == 48


@pytest.mark.parametrize(
    ("program", "role"),
    [(0, "keys"), (16, "keys"), (24, "guitars"), (31, "guitars"), (33, "bass"), (40, "strings"),
     (46, "keys"), (47, None), (48, "strings"), (52, "others"), (56, "winds"), (79, "winds"),
     (81, "others"), (105, "guitars"), (127, None)],
)  # fmt: skip
def test_programs_have_roles(program: int, role: str | None) -> None:
    assert role_of(program) == role
    assert role is None or role == "bass" or role in ROLES


def test_the_track_that_the_manifest_names_is_the_melody() -> None:
    song = band_song()
    named = replace(song, melody=3)
    line_of_winds = {note.pitch for note in track_of(song, WINDS).notes}
    roles = roles_of(named)
    assert pitches(roles.melody.notes) <= line_of_winds
    assert roles.rest["winds"] != ()  # the tune, and the lower notes of the named track


def test_a_low_part_is_no_melody() -> None:
    song = without(band_song(), MELODY, STRINGS, WINDS, GUITAR)
    low = Track("Growl", map_notes(track_of(band_song(), MELODY), _octaves_down).notes, 81)
    assert "no melody" in str(find_roles(with_track(song, low)))
    named = with_track(song, replace(low, name="Voice"))
    assert roles_of(named).melody.notes == low.notes


def _octaves_down(note: Note) -> Note:
    return replace(note, pitch=note.pitch - 36)


def test_a_melody_of_a_few_notes_is_refused() -> None:
    song = with_track(band_song(), Track("Melody", line([72] * 7), 73))
    assert "hardly any notes" in str(find_roles(replace(song, melody=6)))


@pytest.mark.parametrize(
    ("tracks", "reason"),
    [
        ((), "silent"),
        ((Track("Kit", line([36] * 32), 0, is_drum=True),), "only drums"),
        ((Track("Birds", line([72] * 32), 123),), "only drums or sound effects"),
    ],
)
def test_drums_alone_or_silence_are_refused(tracks: tuple[Track, ...], reason: str) -> None:
    assert reason in str(find_roles(Song("a", Score(tracks))))


def test_without_a_bass_player_the_lowest_steady_voice_is_the_bass() -> None:
    song = without(band_song(), BASS)
    horn = Track("Horn", map_notes(track_of(band_song(), BASS), _octave_up).notes, 60)
    assert roles_of(with_track(song, horn)).bass.notes == horn.notes
    cello = replace(horn, name="Violoncello", program=42)
    assert roles_of(with_track(song, cello)).bass.notes == cello.notes


def _octave_up(note: Note) -> Note:
    return replace(note, pitch=note.pitch + 5)


def test_a_piano_gives_its_lowest_voice_as_bass_and_keeps_the_rest() -> None:
    hands = (*track_of(band_song(), BASS).notes, *track_of(band_song(), WINDS).notes)
    song = with_track(without(band_song(), BASS, GUITAR, STRINGS, WINDS), Track("P", hands, 0))
    roles = roles_of(song)
    assert roles.bass.notes == track_of(band_song(), BASS).notes
    assert roles.rest["keys"] == track_of(band_song(), WINDS).notes


def test_two_basses_are_one_line_the_lower_one() -> None:
    song = band_song()
    low = track_of(song, BASS)
    doubled = replace(map_notes(low, lambda n: replace(n, pitch=n.pitch + 12)), name="Low 2")
    assert roles_of(with_track(song, doubled)).bass.notes == low.notes


def test_what_doubles_the_melody_is_left_out() -> None:
    song = band_song()
    double = replace(track_of(song, MELODY), name="Tune 2", program=40)
    roles = roles_of(with_track(replace(song, melody=4), double))
    assert roles.rest["strings"] == track_of(song, STRINGS).notes


def test_the_melody_is_the_top_line_of_its_track() -> None:
    song = band_song()
    third = map_notes(track_of(song, MELODY), lambda n: replace(n, pitch=n.pitch - 12))
    both = replace(third, notes=third.notes + track_of(song, MELODY).notes)
    roles = roles_of(replace(with_track(song, both), melody=5))
    assert roles.melody.notes == track_of(song, MELODY).notes
    assert set(third.notes) <= set(roles.rest["winds"])


def test_the_tick_that_lines_up_an_arranger_s_tracks_is_no_note() -> None:
    song = band_song()
    tick = Note(0, 80, 2, 90)
    ticked = [replace(t, notes=(tick, *t.notes)) for t in song.score.tracks]
    with_ticks = replace(song, score=song.score.with_tracks(ticked))
    assert roles_of(with_ticks) == roles_of(song)


def test_a_part_that_changes_its_instrument_is_still_one_part() -> None:
    song = band_song()
    guitar = track_of(song, GUITAR).notes
    first, second = guitar[: len(guitar) // 2], guitar[len(guitar) // 2 :]
    tracks = list(without(song, GUITAR).score.tracks)
    halves = [Track(GUITAR, first, 26), Track(GUITAR, second, 18)]
    split = replace(song, score=song.score.with_tracks([*halves, *tracks]))
    roles = roles_of(split)
    assert roles.rest["guitars"] == guitar
    assert roles.rest["keys"] == ()


def test_forty_tracks_are_no_matter() -> None:
    song = band_song()
    more = [Track(f"Pad {i}", (Note(i * BEAT, 60, BEAT),), 88) for i in range(34)]
    crowd = replace(song, score=song.score.with_tracks([*song.score.tracks, *more]))
    roles = roles_of(crowd)
    assert roles.melody.notes == track_of(song, MELODY).notes
    assert len(roles.rest["others"]) == 34


def test_a_song_in_free_time_is_refused() -> None:
    def loose(note: Note) -> Note:
        return replace(note, start_tick=note.start_tick * 7 // 6 + note.start_tick % 97)

    song = without(band_song(), DRUMS)
    tracks = [map_notes(track, loose) for track in song.score.tracks]
    free = find_roles(replace(song, score=song.score.with_tracks(tracks)))
    assert isinstance(free, str)
    assert "beat" in free or "triplets" in free
