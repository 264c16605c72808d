"""What `tutti check` says: every file is kept or stands under a reason, and nothing crashes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import BAD_FILES, chorale, line, pop_song, write_songs
from music import DRUMS, MELODY, STRINGS, WINDS, band_song, track_of, without

from studio.corpus.layouts import LAYOUTS
from studio.corpus.report import check, layout_like, text
from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.score import Metre, Score, Track, map_notes

BAND = band_song().score


def free_time() -> Score:
    tracks = [
        map_notes(t, lambda n: replace(n, start_tick=n.start_tick + n.start_tick * 7919 % 479))
        for t in BAND.tracks
    ]
    return BAND.with_tracks(tracks)


def forty_tracks() -> Score:
    pads = [Track(f"Pad {i}", line([60 + i % 5] * 8, 4), 88) for i in range(34)]
    return BAND.with_tracks([*BAND.tracks, *pads])


# a file that is refused, and a word of the reason
REFUSED: dict[str, tuple[Callable[[], Score], str]] = {
    "drums": (lambda: BAND.with_tracks([track_of(band_song(), DRUMS)]), "only drums"),
    "bass": (
        lambda: without(band_song(), DRUMS, MELODY, STRINGS, WINDS, "Strum").score,
        "no melody",
    ),
    "few": (lambda: band_song(1).score.with_tracks([Track("Melody", line([72] * 3))]), "melody"),
    "free": (free_time, "no beat"),
    "no-drums": (lambda: without(band_song(), DRUMS).score, "no drums"),
    "rests": (lambda: _apart(), "never play together"),
    "odd": (lambda: replace(BAND, metre=Metre(5, 32)), "5/32"),
}


def _apart() -> Score:
    """The drums begin when everyone else has stopped."""
    late = map_notes(
        track_of(band_song(), DRUMS), lambda n: replace(n, start_tick=n.start_tick + 20 * 1920)
    )
    return BAND.with_tracks([*without(band_song(), DRUMS).score.tracks, late])


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_learned_from_stands_under_its_reason(
    name: str, tmp_path: Path
) -> None:
    build, word = REFUSED[name]
    data = write_songs(tmp_path / "music", [build(), BAND])
    report = check(data, "band")
    assert [song.name for song in report.kept] == ["001.mid"]
    [refusal] = report.refused
    assert refusal.name == "000.mid"
    assert word in refusal.reason


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_stands_under_its_reason(name: str, tmp_path: Path) -> None:
    data = write_songs(tmp_path / "music", [BAND])
    (data / "bad.mid").write_bytes(BAD_FILES[name][0]())
    report = check(data, "band")
    assert [song.name for song in report.kept] == ["000.mid"]
    assert [refusal.name for refusal in report.refused] == ["bad.mid"]
    assert "bad.mid" in text(report)
    assert report.refused[0].reason in " ".join(text(report).split())


def test_what_is_kept_is_described(tmp_path: Path) -> None:
    songs = [BAND, replace(band_song(30, Metre(3, 4)).score, tempo_bpm=80)]
    report = check(write_songs(tmp_path / "music", songs), "rock")
    first, second = report.kept
    assert (first.bars, first.windows, first.metre, first.tempo_bpm) == (12, 5, "4/4", 100)
    assert (second.bars, second.metre) == (30, "3/4")
    assert first.key == "G major or E minor"
    assert first.instruments == (
        "Clean guitar", "Drum kit", "Finger bass", "Flute", "French horn", "Viola",
    )  # fmt: skip
    assert report.windows == first.windows + second.windows
    lines = text(report).splitlines()
    assert lines[0] == "music, laid out as rock: Melody, Bass, Guitar, Drums"
    assert lines[1].startswith(f"Kept         2 of 2 files: 42 bars, {report.windows} windows")
    assert "Metres       4/4 1, 3/4 1" in lines
    assert "Tempos       80 to 100 bpm, half of them 85 to 95" in lines
    assert "Lengths      12 to 30 bars, half of them 16.5 to 25.5" in lines


def test_forty_tracks_and_a_tempo_of_300_are_kept_and_spoken_of(tmp_path: Path) -> None:
    songs = [forty_tracks(), replace(BAND, tempo_bpm=300.0), band_song(24, Metre(7, 8)).score]
    report = check(write_songs(tmp_path / "music", songs), "band")
    crowd, fast, odd = report.kept
    assert crowd.notes == ()
    assert "beats may be half beats" in fast.notes[0]
    assert "7/8" in odd.notes[0]
    assert "Worth a look" in text(report)


def test_the_layout_is_found_where_none_is_named(tmp_path: Path) -> None:
    pop = write_songs(tmp_path / "pop", [pop_song(i) for i in range(4)])
    bach = write_songs(tmp_path / "bach", [chorale(i) for i in range(4)])
    band = write_songs(tmp_path / "band", [without(band_song(), WINDS).score] * 3)
    assert [check(data).layout for data in (pop, bach, band)] == ["pop", "chorale", "band"]


def test_a_layout_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadKnob, match=r"no layout called 'polka': choose one of pop, "):
        check(tmp_path, "polka")


def test_several_collections_make_one_report(tmp_path: Path) -> None:
    one = write_songs(tmp_path / "one", [BAND])
    slower = replace(BAND, tempo_bpm=61.0)
    two = write_songs(tmp_path / "two", [slower, without(band_song(), DRUMS).score])
    report = check([one, two], "rock")
    assert [song.name for song in report.kept] == ["one/000.mid", "two/000.mid"]
    assert [refusal.name for refusal in report.refused] == ["two/001.mid"]
    assert text(report).startswith("one and two, laid out as rock")


def test_a_collection_with_nothing_in_it_is_told_as_such(tmp_path: Path) -> None:
    for name in LAYOUTS:
        words = text(check(tmp_path, name))
        assert "Kept         0 of 0 files" in words
        assert words.endswith("There is nothing to learn from: try another layout or music.")
    assert check(tmp_path).kept == ()


def test_a_reason_has_one_line_with_its_count_and_files(tmp_path: Path) -> None:
    silent = without(band_song(), DRUMS).score
    words = text(check(write_songs(tmp_path / "music", [silent, BAND, silent]), "rock"))
    assert "      2  it has no drums\n         000.mid, 002.mid\n" in words


def test_a_file_of_many_channels_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(midi.write(forty_tracks()))
    assert len(check(tmp_path, "band").kept) == 1


def test_a_band_learns_more_from_files_that_its_own_layout_cannot_read(tmp_path: Path) -> None:
    """`pop` reads one collection's files; what the same parts can be found in is learned from."""
    pop = write_songs(tmp_path / "pop", [pop_song(number) for number in range(3)])
    assert layout_like(pop, "pop") == "pop"
    other = write_songs(tmp_path / "other", [chorale(number) for number in range(3)])
    assert layout_like(other, "pop") == "songwriter"
    assert layout_like(other, "chorale") == "chorale"
