"""Small songs with known parts, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from helpers import BEAT

from studio.corpus.reading import Song
from studio.music.score import Metre, Note, Score, Track

MELODY, BASS, GUITAR, STRINGS, WINDS, DRUMS = "Tune", "Low", "Strum", "Bows", "Reeds", "Kit"


def band_song(bars: int = 12, metre: Metre | None = None) -> Song:
    """A tune on the beats (flute), roots (bass), chords (guitar, strings, winds) and kick and hat,
    on C and G by turns; nothing doubles the tune."""
    metre = metre or Metre()
    beat = BEAT * 4 // metre.unit
    bar = metre.bar_ticks
    tune: list[Note] = []
    low: list[Note] = []
    strum: list[Note] = []
    bows: list[Note] = []
    reeds: list[Note] = []
    kit: list[Note] = []
    for number in range(bars):
        start = number * bar
        root = (0, 7)[number % 2]
        low.append(Note(start, 36 + root, bar))
        strum += [Note(start + bar // 2, 48 + root + i, beat) for i in (0, 4, 7)]
        bows += [Note(start, 55 + root + i, bar) for i in (0, 4)]
        reeds += [Note(start, 62 + root + i, bar // 2) for i in (0, 5)]
        for i in range(metre.beats):
            tune.append(Note(start + i * beat, 79 + (0, 2, 4)[i % 3], beat))
            kit += [Note(start + i * beat, 36 if i == 0 else 44, 20, 90)]
    tracks = (
        Track(BASS, tuple(low), 33),
        Track(GUITAR, tuple(strum), 27),
        Track(STRINGS, tuple(bows), 41),
        Track(WINDS, tuple(reeds), 60),
        Track(MELODY, tuple(tune), 73),
        Track(DRUMS, tuple(kit), 0, is_drum=True),
    )
    return Song("song.mid", Score(tracks, 100.0, metre))


def without(song: Song, *names: str) -> Song:
    """The song without the tracks of those names."""
    left = [track for track in song.score.tracks if track.name not in names]
    return replace(song, score=song.score.with_tracks(left))


def with_track(song: Song, track: Track) -> Song:
    """The song with the track instead of the one of its name, or as its last."""
    left = [other for other in song.score.tracks if other.name != track.name]
    return replace(song, score=song.score.with_tracks([*left, track]))


def track_of(song: Song, name: str) -> Track:
    return next(track for track in song.score.tracks if track.name == name)
