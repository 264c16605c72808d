"""Bands borrowed from training songs: the right passage, in the right key, on the right chords."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import BEAT, chorale, pop_song

from benchmarks.chord_measures import chord_tone_ratio
from benchmarks.retrieval import Library, moved_to, revoiced, with_drums
from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import lay_out_pop
from studio.corpus.reading import Song
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import Metre, Note, Score, Track, transpose
from studio.music.theory import Key, triad_tones
from studio.training.excerpts import cut

PARTS = (Part("Bass", 33, 1, 28, 55), Part("Keys", 4, 5, 45, 86))


def laid_out(seed: int) -> LaidOut:
    found = lay_out_pop(Song(f"{seed}.mid", pop_song(seed)))
    assert isinstance(found, LaidOut)
    return replace(found, signature=0)


SONGS = [laid_out(seed) for seed in range(4)]


def rhythm(score: Score, track: int) -> list[int]:
    return [note.start_tick for note in score.tracks[track].notes]


def slower(song: LaidOut) -> LaidOut:
    """The song with only the melody notes on beats one and three, so that its rhythm is its own."""
    melody = song.score.tracks[0]
    notes = tuple(note for note in melody.notes if note.start_tick // BEAT % 2 == 0)
    tracks = [replace(melody, notes=notes), *song.score.tracks[1:]]
    return replace(song, name="slow", score=song.score.with_tracks(tracks))


def test_a_melody_finds_its_own_song_in_any_key() -> None:
    wanted = cut(SONGS[2], 3)
    up = wanted.melody.with_tracks([transpose(wanted.melody.tracks[0], 5)])
    found = Library(SONGS).alike(up, signature=5)
    assert found is not None
    assert found == wanted


def test_rhythm_alone_finds_the_song_of_that_rhythm() -> None:
    library = Library([*SONGS, slower(SONGS[0])])
    melody = cut(slower(laid_out(9)), 0).melody
    found = library.alike_in_rhythm(melody)
    assert found is not None
    assert found.song == "slow"


def test_without_a_song_in_its_metre_a_melody_finds_nothing() -> None:
    waltz = replace(cut(SONGS[0], 0).melody, metre=Metre(3, 4))
    library = Library(SONGS)
    assert library.alike(waltz, 0) is None
    assert library.alike_in_rhythm(waltz) is None
    assert library.any_passage(waltz, np.random.default_rng(0)) is None


def test_a_moved_band_is_in_the_melodys_key_and_its_drums_stay() -> None:
    passage = cut(SONGS[0], 0)
    drums = Track("Drums", (Note(0, 36, 120),), is_drum=True)
    passage = replace(passage, score=passage.score.with_tracks([*passage.score.tracks, drums]))
    melody = cut(SONGS[1], 0).melody
    moved = moved_to(passage, melody, signature=9)
    assert moved.tracks[0] == melody.tracks[0]
    before = [note.pitch - 3 for note in passage.score.tracks[1].notes]
    assert [note.pitch for note in moved.tracks[1].notes] == before
    assert moved.tracks[3] == drums


@pytest.mark.parametrize("triad", [0, 7, 21, 14])
def test_a_revoiced_texture_keeps_its_rhythm_and_plays_the_plan(triad: int) -> None:
    passage = cut(SONGS[0], 0)
    plan = ChordPlan(Key(0), 2 * BEAT, (triad,) * 16)
    band = revoiced(passage, passage.melody, plan, PARTS)
    tones = set(triad_tones(triad))
    for place, part in enumerate(PARTS, start=1):
        notes = band.tracks[place].notes
        assert set(rhythm(band, place)) == set(rhythm(passage.score, place))
        assert {note.pitch % 12 for note in notes} <= tones
        assert all(part.low <= note.pitch <= part.high for note in notes)
        assert chord_tone_ratio(notes, plan) == 1.0
    # root stays root
    assert {note.pitch % 12 for note in band.tracks[1].notes} == {triad % 12}


def test_on_its_own_chords_a_texture_stays_as_it_was() -> None:
    passage = cut(SONGS[1], 0)
    band = revoiced(passage, passage.melody, passage.plan, PARTS)
    for place in (1, 2):
        own = passage.score.tracks[place].notes
        assert [(n.start_tick, n.pitch, n.duration_ticks) for n in band.tracks[place].notes] == [
            (n.start_tick, n.pitch, n.duration_ticks) for n in own
        ]


def test_a_held_note_is_let_go_where_its_chord_ends() -> None:
    passage = cut(SONGS[0], 0)
    held = Track("Bass", (Note(0, 36, 4 * BEAT),))
    tracks = [passage.score.tracks[0], held, passage.score.tracks[2]]
    plan = replace(passage.plan, triads=(0,) * 16)
    passage = replace(passage, score=passage.score.with_tracks(tracks), plan=plan)
    ours = ChordPlan(Key(0), 2 * BEAT, (0, 7) * 8)
    assert revoiced(passage, passage.melody, ours, PARTS).tracks[1].notes[0].duration_ticks == (
        2 * BEAT
    )


def test_drums_come_from_the_passage() -> None:
    drums = Track("Drums", (Note(0, 36, 120), Note(480, 38, 120)), is_drum=True)
    song = chorale(1)
    passage = cut(SONGS[0], 0)
    passage = replace(passage, score=passage.score.with_tracks([*passage.score.tracks, drums]))
    silent = song.with_tracks([*song.tracks, replace(drums, notes=())])
    assert with_drums(silent, passage).tracks[-1] == drums
    assert with_drums(silent, None) == silent
