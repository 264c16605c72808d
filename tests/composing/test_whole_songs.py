"""Whole songs, and what is hardly one: a band, or a sentence, and nothing lost in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers import BEAT, shift, train_tiny, tune

import studio
from studio.composing import Band, Recipe, Request, Rewrite, load_band
from studio.music import midi
from studio.music.conductor import Conductor, MetreEvent
from studio.music.melody import Melody, from_file
from studio.music.midi import MidiFile
from studio.music.score import Metre, Note, Score, Track

BAR = 4 * BEAT


def two_notes(*bars: int) -> Score:
    return Score((Track("Tune", tuple(Note(bar * BAR, 60, BEAT) for bar in bars)),), 120)


def of_metres(*metres: str) -> MidiFile:
    """Four bars of each in turn, full of quarters."""
    events, tick = [], 0
    for beats, unit in (map(int, metre.split("/")) for metre in metres):
        events.append(MetreEvent(tick, beats, unit))
        tick += 4 * Metre(beats, unit).bar_ticks
    notes = tuple(Note(at, 60 + at // BEAT % 5, BEAT) for at in range(0, tick, BEAT))
    return MidiFile(Score((Track("Tune", notes),), 120), (), Conductor(metres=tuple(events)))


def filed(score: Score) -> MidiFile:
    return midi.read(midi.write(score))


# name: file, bars that are read, words of the report
SONGS: dict[str, tuple[MidiFile, int, str]] = {
    "a fast song": (filed(replace(tune(96), tempo_bpm=300)), 96, "96 bars"),
    "300 bars": (filed(replace(tune(300), tempo_bpm=240)), 256, "after bar 256, 176 notes"),
    "11 minutes": (filed(replace(tune(55), tempo_bpm=20)), 50, "after bar 50 (10 minutes)"),
    "a bar": (filed(tune(1)), 1, "1 bar"),
    "rests between": (filed(two_notes(0, 255)), 256, "2 notes"),
    "rests before": (filed(two_notes(254, 255)), 256, "254 bars of rest"),
    "only what is too late": (filed(two_notes(400, 402)), 3, "400 empty bars"),
    "other metres": (of_metres("4/4", "3/4", "7/8", "4/4"), 16, "comes later than in the file"),
    "an odd metre before": (of_metres("3/4", "4/4", "4/4"), 12, "were filled up"),
}


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Band:
    return load_band(train_tiny("gan", "pop", tmp_path_factory.mktemp("songs")), "cpu")


@pytest.mark.parametrize("name", SONGS)
def test_a_band_or_a_sentence_for_any_song(band: Band, name: str) -> None:
    file, bars, said = SONGS[name]
    read: Melody = from_file(file)
    assert any(said in line for line in read.report), read.report
    assert read.score.bars == bars
    piece = band.compose(Request(read.score, band.card.id, 1))
    assert piece.score.tracks[0] == read.score.tracks[0]
    assert piece.score.tempos == read.score.tempos
    assert any(track.notes for track in piece.score.tracks[1:])
    assert all(track.end_tick <= bars * read.score.metre.bar_ticks for track in piece.score.tracks)
    if bars < 100:  # what a long song would take too long for
        assert band.replay(Recipe.from_json(piece.recipe.to_json())).midi == piece.midi


def test_a_whole_song_goes_where_every_piece_goes(band: Band, tmp_path: Path) -> None:
    melody = replace(tune(256), tempo_bpm=240)
    piece = band.compose(Request(melody, band.card.id, 1))
    name = piece.score.tracks[-1].name
    anew = band.rewrite(piece.score, piece.recipe, Rewrite({name: (256,)}, 5, {}, {}))
    assert anew.score.tracks[0] == melody.tracks[0]
    assert midi.read(anew.midi).score.bars == 256
    studio.Piece(anew).save_midi(tmp_path / "song.mid")
    again, report = studio.read_melody(tmp_path / "song.mid", track=0)
    assert again.tracks[0].notes == melody.tracks[0].notes
    assert not any("Cut" in line for line in report)


def test_slow_songs_of_older_recipes_are_played_as_they_were(band: Band) -> None:
    slow = replace(tune(64), tempo_bpm=20)  # nearly thirteen minutes
    assert band.compose(Request(slow, band.card.id, 1)).score.bars == 64


def test_a_late_song_is_cut_where_its_file_is_too_long_not_where_it_begins() -> None:
    late = replace(tune(200), tempo_bpm=240)
    late = late.with_tracks([shift(late.tracks[0], 100 * BAR)])
    whole, trimmed = from_file(filed(late)), from_file(filed(late), trim=True)
    assert whole.score.bars == 256
    assert any("Cut: after bar 256" in line for line in whole.report)
    assert trimmed.score.bars == 200
