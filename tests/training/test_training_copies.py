"""The index of a model's training songs: titles, bars counted as in the song, and the command."""

from __future__ import annotations

from helpers import BEAT, chorale, shift

from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import lay_out_chorale
from studio.corpus.reading import Song
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track
from studio.training.copies import index_of

BAR = 4 * BEAT


def laid_out(seed: int, bars: int = 12) -> LaidOut:
    found = lay_out_chorale(Song(f"{seed:03}.mid", chorale(seed, bars)))
    assert isinstance(found, LaidOut)
    return found


def passage(song: LaidOut, first: int, last: int, signature: int) -> LaidOut:
    """Bars of a song as a passage of its own, read in some signature."""
    tracks = [
        shift(
            Track(t.name, tuple(n for n in t.notes if first * BAR <= n.start_tick < last * BAR)),
            -first * BAR,
        )
        for t in song.score.tracks
    ]
    score = song.score.with_tracks(tracks)
    before = first * BAR // STEP_TICKS
    return LaidOut(song.name, score, song.triads, song.unit_ticks, signature, before)


def test_the_passages_of_a_song_are_one_song_again() -> None:
    whole, other = laid_out(1, 24), laid_out(2)
    pieces = [
        passage(whole, 0, 8, whole.signature),
        passage(whole, 16, 24, (whole.signature + 7) % 12),  # bars 9 to 16 were refused
        other,
    ]
    index = index_of(pieces, {"001.mid": "One (Somebody)"})
    assert index.songs == ("One (Somebody)", "002.mid")
    assert index.first_bar.tolist() == [0, 24, 36]
    assert (index.hashes[:8] != 0).all()
    assert (index.hashes[8:16] == 0).all()
    found = index.nearest(pieces[1].score, (whole.signature + 7) % 12)
    assert found is not None
    assert (found.song, found.song_bar, found.likeness) == ("One (Somebody)", 17, 1.0)
    found = index.nearest(other.score, other.signature)
    assert found is not None
    assert (found.song, found.song_bar, found.likeness) == ("002.mid", 1, 1.0)


def test_sections_in_other_metres_are_counted_in_their_own_bars() -> None:
    notes = tuple(Note(i * BEAT, 48 + i % 5, BEAT) for i in range(48))
    tracks = (Track("M", notes), Track("Bass", notes))
    sections = [
        LaidOut("a.mid", Score(tracks, metre=metre), (), BEAT, 0, before)
        for metre, before in ((Metre(4, 4), 0), (Metre(3, 4), 12 * 16))
    ]
    index = index_of(sections, {})
    assert index.songs == ("a.mid", "a.mid")
    assert index.first_bar.tolist() == [0, 12, 12 + 16 + 16]


def test_nothing_learned_from_is_an_empty_index() -> None:
    index = index_of([], {})
    assert index.songs == ()
    assert index.nearest(chorale(0), 0) is None
