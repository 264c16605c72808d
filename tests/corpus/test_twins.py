"""What is in a set twice is found, kept once, and never both learned from and held out."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import chorale

from studio.corpus.reading import read_song, read_songs
from studio.corpus.report import check
from studio.corpus.twins import plain_name
from studio.ground.errors import BadMidi, BadModel
from studio.music import midi
from studio.training.songs import read_training_set


def zipped(path: Path, songs: Mapping[str, int]) -> Path:
    """A zip with a chorale of that number under each name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, number in songs.items():
            archive.writestr(name, midi.write(chorale(number)))
    return path


def test_of_a_file_that_is_there_twice_one_is_kept_and_the_other_named(tmp_path: Path) -> None:
    music = zipped(tmp_path / "x.zip", {"a.mid": 1, "b.mid": 2, "c.mid": 1, "d/e.mid": 1})
    report = check(music, "chorale")
    assert [song.name for song in report.kept] == ["a.mid", "b.mid"]
    assert {refusal.name: refusal.reason for refusal in report.refused} == dict.fromkeys(
        ["c.mid", "d/e.mid"], "it is the same file as a.mid, which is kept"
    )


@pytest.mark.parametrize("first", range(0, 14, 3))
@pytest.mark.parametrize("second", [1, 12, 13])
def test_a_twin_is_never_learned_from_and_held_out_at_once(
    first: int, second: int, tmp_path: Path
) -> None:
    songs = {f"{i:02}.mid": i for i in range(14)} | {f"{second:02}.mid": first}
    found = read_training_set(zipped(tmp_path / "x.zip", songs), "chorale")
    learned, held_out = ([song.score for song in some] for some in (found.songs, found.held_out))
    assert not [score for score in learned if score in held_out]
    assert len(learned) + len(held_out) == len(set(songs.values()))


def test_dropping_a_twin_moves_no_other_song_between_learned_and_held_out(tmp_path: Path) -> None:
    """Else the models that ship would be measured on songs that they have learned."""
    songs = {f"{i:02}.mid": i for i in range(26)}
    whole = read_training_set(zipped(tmp_path / "x.zip", songs), "chorale")
    fewer = read_training_set(zipped(tmp_path / "y.zip", songs | {"05.mid": 3}), "chorale")
    assert [song.name for song in fewer.held_out] == [song.name for song in whole.held_out]


def test_a_set_of_one_song_many_times_is_refused_with_a_sentence(tmp_path: Path) -> None:
    music = zipped(tmp_path / "x.zip", {f"{i}.mid": 1 for i in range(5)})
    with pytest.raises(BadModel, match="one and the same song"):
        read_training_set(music, "chorale")


def test_several_sets_are_searched_together(tmp_path: Path) -> None:
    one = zipped(tmp_path / "one.zip", {"a.mid": 1, "b.mid": 2})
    other = zipped(tmp_path / "other.zip", {"z.mid": 2, "y.mid": 3})
    report = check([one, other], "chorale")
    assert [refusal.name for refusal in report.refused] == ["other/z.mid"]


def test_the_same_notes_in_another_file_are_worth_a_look(tmp_path: Path) -> None:
    music = tmp_path / "x.zip"
    with zipfile.ZipFile(music, "w") as archive:
        archive.writestr("first.mid", midi.write(chorale(1)))
        archive.writestr("slower.mid", midi.write(replace(chorale(1), tempo_bpm=60.0)))
        archive.writestr("third.mid", midi.write(chorale(2)))
    notes = {song.name: song.notes for song in check(music, "chorale").kept}
    assert notes["slower.mid"][0] == "it has the same notes as first.mid: keep one"
    assert notes["first.mid"] == notes["third.mid"] == ()


ALIKE = [
    "My Song.mid", "my song (1).mid", "My_Song.MID", "my-song copy.mid", "Copy of My Song.mid",
    "My Song - Copy (2).mid", "My song [3].mid", "my song v2.mid", "my song final.mid",
    "folder/My.Song.midi",
]  # fmt: skip
APART = [
    "my song 2.mid", "my songs.mid", "bwv253.mid", "bwv254.mid", "copycat.mid", "newton.mid",
    "01.mid", "02 (1).mid", "song 17.mid", "song 18.mid",
]  # fmt: skip


def test_names_of_copies_are_alike_and_numbers_of_songs_are_not() -> None:
    assert {plain_name(name) for name in ALIKE} == {"my song"}
    plain = [plain_name(name) for name in APART]
    assert plain.count(None) == 2
    known = [name for name in plain if name]
    assert len(known) == len(set(known)) == 8


def test_nearly_the_same_name_is_said(tmp_path: Path) -> None:
    music = zipped(tmp_path / "x.zip", {"song 17 (1).mid": 1, "song 17.mid": 2, "song 18.mid": 3})
    notes = {song.name: song.notes for song in check(music, "chorale").kept}
    said = "its name is nearly that of song 17 (1).mid: if both are one song, keep one"
    assert notes == {"song 17 (1).mid": (), "song 17.mid": (said,), "song 18.mid": ()}


def test_one_song_is_read_as_among_all(tmp_path: Path) -> None:
    music = zipped(tmp_path / "x.zip", {"a.mid": 1, "d/b.mid": 2})
    songs, _ = read_songs(music)
    assert [read_song(music, song.name) for song in songs] == songs
    with pytest.raises(BadMidi, match="choose another"):
        read_song(music, "../a.mid")
