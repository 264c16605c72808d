"""Excerpts: eight bars of melody, people's parts and their chords, in song order."""

from __future__ import annotations

from dataclasses import replace

from helpers import BEAT, chorale, line

from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import lay_out_chorale
from studio.corpus.reading import Song
from studio.music.score import Metre, Track
from studio.music.theory import NO_CHORD, Key
from studio.training.excerpts import BARS, cut, excerpts

BAR = 4 * BEAT


def laid_out(seed: int, bars: int) -> LaidOut:
    found = lay_out_chorale(Song(f"{seed:03}.mid", chorale(seed, bars)))
    assert isinstance(found, LaidOut)
    return found


def test_an_excerpt_is_eight_bars_of_everything() -> None:
    song = laid_out(3, 20)
    excerpt = cut(song, 8)
    assert [len(track.notes) for track in excerpt.score.tracks] == [32] * 4
    first = excerpt.score.tracks[0].notes[0]
    assert (first.start_tick, first.pitch) == (0, song.score.tracks[0].notes[32].pitch)
    assert excerpt.plan.triads == song.triads[32:64]
    assert (excerpt.plan.key, excerpt.plan.unit_ticks) == (Key(song.signature), BEAT)
    assert excerpt.signature == song.signature
    assert excerpt.melody.tracks == excerpt.score.tracks[:1]
    assert (excerpt.score.key, excerpt.score.chords) == (None, ())


def test_a_note_that_reaches_over_the_end_is_cut_and_one_from_before_left_out() -> None:
    song = laid_out(3, 16)
    long = replace(song.score.tracks[3].notes[0], start_tick=7 * BAR, duration_ticks=3 * BAR)
    score = song.score.with_tracks([*song.score.tracks[:3], Track("Bass", (long,))])
    song = replace(song, score=score)
    assert cut(song, 0).score.tracks[3].notes[0].duration_ticks == BAR
    assert cut(song, 8).score.tracks[3].notes == ()


def test_chords_that_end_early_are_followed_by_none() -> None:
    song = replace(laid_out(3, 8), triads=(0, 5))
    assert cut(song, 0).plan.triads == (0, 5, *[NO_CHORD] * 30)


def test_excerpts_lie_eight_bars_apart_in_song_order_and_are_drawn_evenly() -> None:
    songs = [laid_out(seed, 20) for seed in range(6)]
    everything = excerpts(songs, 99)
    assert [excerpt.song for excerpt in everything] == [s.name for s in songs for _ in range(2)]
    assert all(excerpt.score.bars == BARS for excerpt in everything)
    few = excerpts(songs, 5)
    assert few == excerpts(songs, 5)
    places = [everything.index(excerpt) for excerpt in few]
    assert len(places) == 5
    assert places == sorted(places)
    assert places != list(range(5))


def test_an_excerpt_has_a_melody_from_its_first_bar_to_its_last() -> None:
    song = laid_out(3, 8)

    def with_melody(pitches: list[int]) -> LaidOut:
        melody = Track("Soprano", line(pitches))
        return replace(song, score=song.score.with_tracks([melody, *song.score.tracks[1:]]))

    assert excerpts([with_melody([60] * 32)], 9)
    assert not excerpts([with_melody([60] * 28)], 9)  # silent at its end
    assert not excerpts([with_melody([0] * 4 + [60] * 28)], 9)
    assert not excerpts([with_melody(([60] + [0] * 27) + [60] * 4)], 9)  # five notes
    in_three = replace(song, score=replace(song.score, metre=Metre(3, 4)))
    assert cut(in_three, 0).score.bars == BARS
