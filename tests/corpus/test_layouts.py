"""Layouts: which track of a song is the melody, which the parts, what the chords are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import BEAT, chorale, line, pop_song, tune

from studio.corpus.layouts import (
    LAYOUTS,
    LaidOut,
    find_signature,
    lay_out_chorale,
    lay_out_pop,
    split_bass,
)
from studio.corpus.reading import Song
from studio.music.score import ChordMark, Metre, Note, Score, Track, transpose
from studio.music.theory import NO_CHORD


def laid_out(name: str, song: Song) -> LaidOut:
    found = LAYOUTS[name].lay_out(song)
    assert isinstance(found, LaidOut), found
    return found


def test_a_pop_song_has_melody_bass_and_keys() -> None:
    song = laid_out("pop", Song("a", pop_song(0), {"key": "C:maj", "downbeat_regularity": "0.95"}))
    assert [track.name for track in song.score.tracks] == ["MELODY", "Bass", "Keys"]
    melody, bass, keys = song.score.tracks
    assert len(melody.notes) == 48
    assert {note.pitch for note in bass.notes} <= {36, 41, 43, 45}
    assert len(bass.notes) == 12
    assert len(keys.notes) == 12 * 6
    assert song.unit_ticks == 2 * BEAT
    assert len(song.triads) == 24
    roots = [note.pitch % 12 for note in bass.notes]
    assert [triad % 12 for triad in song.triads[::2]] == roots
    assert song.signature == 0


def test_a_second_melody_joins_the_keys() -> None:
    score = pop_song(0)
    bridge = Track("BRIDGE", (Note(0, 81, BEAT),))
    song = laid_out("pop", Song("a", score.with_tracks([*score.tracks, bridge])))
    assert Note(0, 81, BEAT) in song.score.tracks[2].notes
    assert len(song.score.tracks) == 3


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"downbeat_regularity": "0.5"}, "downbeats slip"), ({"downbeat_regularity": "x"}, "number")],
)
def test_a_pop_song_whose_manifest_speaks_against_it_is_refused(
    facts: dict[str, str], reason: str
) -> None:
    refused = lay_out_pop(Song("a", pop_song(0), facts))
    assert isinstance(refused, str)
    assert reason in refused


def test_a_pop_song_without_its_tracks_is_refused() -> None:
    score = pop_song(0)
    for track in score.tracks:
        refused = lay_out_pop(Song("a", score.with_tracks([track])))
        assert isinstance(refused, str)
        assert "no MELODY or no PIANO" in refused


def test_a_pop_song_in_a_metre_without_sixteenths_is_refused() -> None:
    refused = lay_out_pop(Song("a", replace(pop_song(0), metre=Metre(1, 32))))
    assert isinstance(refused, str)
    assert "1/32" in refused


def test_a_chord_marked_late_still_holds_its_unit() -> None:
    late = (ChordMark(10, "Am"), ChordMark(4 * BEAT, "N.C."), ChordMark(5 * BEAT, "F"))
    song = laid_out("pop", Song("a", replace(pop_song(0, bars=2), chords=late)))
    assert song.triads == (21, 21, 5, 5)
    bare = laid_out("pop", Song("a", replace(pop_song(0, bars=2), chords=())))
    assert bare.triads == (NO_CHORD,) * 4


def test_a_chorale_has_four_voices_and_the_chords_they_spell() -> None:
    song = laid_out("chorale", Song("a", chorale(1)))
    assert [t.name for t in song.score.tracks] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert song.unit_ticks == BEAT
    assert len(song.triads) == 48
    basses = [note.pitch % 12 for note in song.score.tracks[3].notes]
    agree = [triad % 12 == bass for triad, bass in zip(song.triads, basses, strict=True)]
    assert sum(agree) / len(agree) > 0.9  # every chord has its root in the bass


def test_any_four_lines_are_voices_and_three_or_five_are_none() -> None:
    whole = chorale(1)
    song = laid_out("voices", Song("a", whole))
    assert [t.name for t in song.score.tracks] == ["Melody", *LAYOUTS["voices"].parts]
    lines = [[(n.start_tick, n.pitch) for n in t.notes] for t in song.score.tracks]
    assert lines == [[(n.start_tick, n.pitch) for n in t.notes] for t in whole.tracks]
    alto = whole.tracks[1]
    below = [replace(note, pitch=note.pitch - 12) for note in alto.notes]
    double = replace(alto, notes=tuple(sorted([*alto.notes, *below])))
    stopped = whole.with_tracks([whole.tracks[0], double, *whole.tracks[2:]])
    assert (
        laid_out("voices", Song("a", stopped)).score.tracks[1].notes == song.score.tracks[1].notes
    )
    for count in (3, 5):
        tracks = (whole.tracks * 2)[:count]
        reason = LAYOUTS["voices"].lay_out(Song("a", whole.with_tracks(tracks)))
        assert reason == "it does not have four voices"


@pytest.mark.parametrize("seed", range(12))
def test_the_signature_of_a_chorale_is_that_of_its_first_bass_note(seed: int) -> None:
    song = laid_out("chorale", Song("a", chorale(seed)))
    assert song.signature == song.score.tracks[3].notes[0].pitch % 12


@pytest.mark.parametrize("count", [1, 3, 5])
def test_three_or_five_voices_are_no_chorale(count: int) -> None:
    tracks = [Track(str(i), line([60] * 16)) for i in range(count)]
    assert lay_out_chorale(Song("a", Score(tuple(tracks)))) == "it does not have four voices"


@pytest.mark.parametrize("metre", [Metre(6, 8), Metre(5, 32)])
def test_a_chorale_not_in_quarters_is_refused(metre: Metre) -> None:
    refused = lay_out_chorale(Song("a", replace(chorale(0), metre=metre)))
    assert isinstance(refused, str)
    assert str(metre) in refused


@pytest.mark.parametrize("semitones", range(12))
def test_the_signature_moves_with_the_music(semitones: int) -> None:
    [track] = tune(4).tracks
    ending = Track("A", (*track.notes, Note(16 * BEAT, 60, 4 * BEAT)))
    assert find_signature((transpose(ending, semitones),)) == semitones


def test_the_bass_is_the_lowest_voice_under_g3_one_note_at_a_time() -> None:
    low, low_again, chord, high = Note(0, 40, 960), Note(480, 38, 480), Note(0, 60, 480), Note(
        960, 56, 480
    )  # fmt: skip
    bass, rest = split_bass((low, chord, low_again, high))
    assert bass == (replace(low, duration_ticks=480), low_again)
    assert rest == (chord, high)
    octave = split_bass((Note(0, 36, 480), Note(0, 48, 480)))
    assert octave == ((Note(0, 36, 480),), (Note(0, 48, 480),))
