"""Songs cut where the metre changes, and into passages of one key; none of it leaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mido
import pytest
from helpers import BEAT, shift, write_songs
from music import band_song

from studio.corpus.layouts import LAYOUTS, lay_out_all
from studio.corpus.reading import Song, read_songs
from studio.corpus.sections import pieces_of
from studio.corpus.windows import cut, song_rolls, window_starts
from studio.music import midi
from studio.music.score import ChordMark, Metre, Note, transpose
from studio.training.songs import read_training_set

FOUR, THREE = Metre(4, 4), Metre(3, 4)


def changing(*sections: tuple[int, Metre]) -> Song:
    """A song of sections with so many bars of each metre."""
    whole = band_song(1)
    metres: list[tuple[int, Metre]] = []
    notes: dict[str, list[Note]] = {track.name: [] for track in whole.score.tracks}
    start = 0
    for bars, metre in sections:
        metres.append((start, metre))
        for track in band_song(bars, metre).score.tracks:
            notes[track.name] += shift(track, start).notes
        start += bars * metre.bar_ticks
    tracks = [replace(track, notes=tuple(notes[track.name])) for track in whole.score.tracks]
    return replace(whole, score=whole.score.with_tracks(tracks), metres=tuple(metres))


def test_a_song_in_one_metre_is_left_whole() -> None:
    song = band_song()
    assert pieces_of(song, None) == [song]
    assert pieces_of(song, 32) == [song]


def test_a_song_is_cut_where_its_metre_changes() -> None:
    song = changing((10, FOUR), (15, THREE), (9, FOUR))
    pieces = pieces_of(song, None)
    assert [(p.score.metre, p.score.bars) for p in pieces] == [(FOUR, 10), (THREE, 15), (FOUR, 9)]
    assert [p.start_tick for p in pieces] == [0, 40 * BEAT, 85 * BEAT]
    assert pieces[2].score.tracks == band_song(9).score.tracks
    assert sum(p.score.note_count for p in pieces) == song.score.note_count


def test_sections_under_eight_bars_are_left_out_with_a_reason() -> None:
    song = changing((4, FOUR), (9, THREE), (2, FOUR))
    pieces, _ = lay_out_all(song, LAYOUTS["rock"])
    assert [piece.score.metre for piece in pieces] == [THREE]
    restless = changing((4, FOUR), (4, THREE), (4, FOUR))
    assert lay_out_all(restless, LAYOUTS["rock"]) == (
        [], ["its metre changes before 8 bars are through"]
    )  # fmt: skip


def test_long_music_is_cut_into_passages_each_in_its_own_key() -> None:
    song = band_song(60)
    moved = [
        replace(t, notes=t.notes[: len(t.notes) // 2] + transpose(t, 4).notes[len(t.notes) // 2 :])
        for t in song.score.tracks
    ]
    song = replace(song, score=song.score.with_tracks(moved))
    passages, reasons = lay_out_all(song, LAYOUTS["symphony"])
    assert reasons == []
    assert [passage.score.bars for passage in passages] == [30, 30]
    first, second = (passage.signature for passage in passages)
    assert (second - first) % 12 == 4
    assert [p.steps_before for p in passages] == [0, 30 * 16]
    assert [p.steps_after for p in passages] == [30 * 16, 0]


def test_a_window_knows_its_place_in_the_whole_piece() -> None:
    _, passage = lay_out_all(band_song(60), LAYOUTS["symphony"])[0]
    window = cut(song_rolls(passage), 16)
    assert window.steps_before == 31 * 16
    assert window.steps_after == 60 * 16 - 31 * 16 - 128
    assert window_starts(song_rolls(passage))[-1] == 30 * 16 - 128


def test_a_passage_keeps_the_chord_that_sounds_in_and_drops_the_notes_that_do() -> None:
    song = changing((8, FOUR), (8, THREE))
    chords = (ChordMark(0, "C"), ChordMark(6 * 4 * BEAT, "Am"), ChordMark(35 * BEAT, "F"))
    song = replace(song, score=replace(song.score, chords=chords))
    long = replace(song.score.tracks[0].notes[0], duration_ticks=50 * BEAT)
    first = replace(song.score.tracks[0], notes=(long, *song.score.tracks[0].notes[1:]))
    song = replace(song, score=song.score.with_tracks([first, *song.score.tracks[1:]]))
    one, two = pieces_of(song, None)
    assert one.score.end_tick == 32 * BEAT
    assert two.score.chords == (ChordMark(0, "Am"), ChordMark(3 * BEAT, "F"))
    assert two.score.tracks[0].notes == band_song(8, THREE).score.tracks[0].notes


def metre_file(path: Path, signatures: list[tuple[int, int, int]], bars: int = 12) -> Path:
    """A band in 4/4 as a MIDI file that begins with the given (tick, beats, unit)."""
    file = mido.MidiFile(type=1, ticks_per_beat=BEAT)
    conductor = mido.MidiTrack()
    now = 0
    for tick, beats, unit in signatures:
        conductor.append(
            mido.MetaMessage("time_signature", numerator=beats, denominator=unit, time=tick - now)
        )
        now = tick
    written = path / "band.mid"
    written.write_bytes(midi.write(band_song(bars).score))
    file.tracks.append(conductor)
    file.tracks += mido.MidiFile(written).tracks[1:]
    file.save(written)
    return path


def test_the_metres_of_a_file_are_read(tmp_path: Path) -> None:
    [song], _ = read_songs(metre_file(tmp_path, [(0, 4, 4), (10 * 4 * BEAT, 2, 4)], 20))
    assert song.metres == ((0, FOUR), (10 * 4 * BEAT, Metre(2, 4)))
    [plain], _ = read_songs(metre_file(tmp_path, []))
    assert plain.metres == ((0, FOUR),)


def test_a_pickup_written_as_a_short_bar_is_no_section(tmp_path: Path) -> None:
    [song], _ = read_songs(metre_file(tmp_path, [(0, 1, 4), (BEAT, 4, 4)]))
    assert [metre for _, metre in song.metres] == [FOUR]
    assert song.metres[0][0] == 0


def test_the_pieces_of_a_song_are_learned_from_or_held_out_together(tmp_path: Path) -> None:
    songs = [replace(band_song(70).score, title=str(i)) for i in range(14)]
    data = write_songs(tmp_path / "music", songs)
    found = read_training_set([data], "symphony")
    held_out = {piece.name for piece in found.held_out}
    learned = {piece.name for piece in found.songs}
    assert (len(held_out), len(learned)) == (2, 12)
    assert not held_out & learned
    assert len(found.held_out) == 2 * 3


@pytest.mark.parametrize("layout", ["pop", "chorale"])
def test_layouts_of_whole_songs_are_not_cut(layout: str) -> None:
    assert not LAYOUTS[layout].sections
