"""Training music from a zip or folder: each file kept or refused, and why."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest
from helpers import BAD_FILES, GOOD_FILE, header, line, note_events, track_chunk, tune

from studio.corpus import reading
from studio.corpus.reading import Song, read_songs
from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.score import Score, Track

MANIFEST = "file,key,downbeat_regularity\na.mid,Gb:maj,0.98\nsub/b.mid,A:min\n"


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def folder_of(path: Path, members: dict[str, bytes]) -> Path:
    for name, data in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


MEMBERS = {
    "sub/b.mid": GOOD_FILE,
    "a.mid": GOOD_FILE,
    "broken.mid": b"no music",
    "c.MIDI": midi.write(tune(2)),
    "manifest.csv": MANIFEST.encode(),
    "readme.txt": b"not music and not asked for",
    "cover.png": bytes(10),
}


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_songs_are_read_in_name_order_with_their_facts(kind: str, tmp_path: Path) -> None:
    make = zip_of if kind == "zip" else folder_of
    songs, refusals = read_songs(make(tmp_path / "music", MEMBERS))
    assert [song.name for song in songs] == ["a.mid", "c.MIDI", str(Path("sub/b.mid"))]
    assert songs[0].facts == {"file": "a.mid", "key": "Gb:maj", "downbeat_regularity": "0.98"}
    assert songs[1].facts == {}
    assert songs[2].facts["key"] == "A:min"
    assert songs[2].facts["downbeat_regularity"] == ""  # the row was short
    assert [(song.score.bars, song.score.note_count) for song in songs] == [
        (4, 16),
        (2, 8),
        (4, 16),
    ]
    assert [refusal.name for refusal in refusals] == ["broken.mid"]
    assert "not a MIDI file" in refusals[0].reason


BAD_MEMBERS = {name: build for name, (build, _) in BAD_FILES.items() if name != "only-drums"}


@pytest.mark.parametrize("name", BAD_MEMBERS)
def test_a_bad_member_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    data = BAD_MEMBERS[name]()
    path = zip_of(tmp_path / "music.zip", {"bad.mid": data, "good.mid": GOOD_FILE})
    songs, [refusal] = read_songs(path)
    assert [song.name for song in songs] == ["good.mid"]
    assert refusal.name == "bad.mid"
    assert refusal.reason.endswith(".")


def test_a_member_whose_bytes_are_damaged_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "music.zip", {"a.mid": GOOD_FILE * 50, "b.mid": GOOD_FILE})
    data = bytearray(path.read_bytes())
    start = data.index(b"a.mid") + len("a.mid")
    data[start + 4 : start + 20] = bytes(16)
    path.write_bytes(data)
    songs, [refusal] = read_songs(path)
    assert [song.name for song in songs] == ["b.mid"]
    assert "damaged" in refusal.reason


def test_a_member_that_is_locked_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "music.zip", {"a.mid": GOOD_FILE})
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag "encrypted", in the member's header …
    data[data.index(b"PK\x01\x02") + 8] |= 1  # … and in the directory
    path.write_bytes(data)
    songs, [refusal] = read_songs(path)
    assert songs == []
    assert "locked" in refusal.reason


def test_a_small_member_that_unpacks_to_much_is_refused_unread(tmp_path: Path) -> None:
    bomb = b"MThd" + bytes(60_000_000)
    path = zip_of(tmp_path / "music.zip", {"bomb.mid": bomb, "good.mid": GOOD_FILE})
    assert path.stat().st_size < 100_000
    songs, [refusal] = read_songs(path)
    assert len(songs) == 1
    assert "larger than 5 MB" in refusal.reason


@pytest.mark.parametrize("content", [b"", b"MThd", b"PK\x03\x04 and nothing more"])
def test_a_zip_that_is_no_zip_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "music.zip"
    path.write_bytes(content)
    with pytest.raises(BadMidi, match=r"music\.zip is neither a folder nor a zip"):
        read_songs(path)


def test_nothing_at_that_place_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadMidi, match="neither"):
        read_songs(tmp_path / "nowhere")


def test_a_zip_with_a_damaged_directory_is_one_sentence(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "music.zip", {"a.mid": GOOD_FILE})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at : at + 4] = b"XXXX"
    path.write_bytes(data)
    with pytest.raises(BadMidi, match=r"zip music\.zip is damaged"):
        read_songs(path)


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_too_many_files_are_one_sentence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_MEMBERS", 2)
    make = zip_of if kind == "zip" else folder_of
    path = make(tmp_path / "music", {f"{i}.mid": GOOD_FILE for i in range(3)})
    with pytest.raises(BadMidi, match="more than 2 files"):
        read_songs(path)


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_too_much_music_is_one_sentence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_TOTAL_BYTES", int(2.5 * len(GOOD_FILE)))
    make = zip_of if kind == "zip" else folder_of
    path = make(tmp_path / "music", {f"{i}.mid": GOOD_FILE for i in range(3)})
    with pytest.raises(BadMidi, match="more than 1 GB"):
        read_songs(path)


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="root may read all files")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "music", {"a.mid": GOOD_FILE, "b.mid": GOOD_FILE})
    (folder / "a.mid").chmod(0)
    songs, [refusal] = read_songs(folder)
    assert (len(songs), refusal.name) == (1, "a.mid")


def test_a_manifest_that_is_no_table_is_refused(tmp_path: Path) -> None:
    endless = b'file,key\n"' + b"x" * 200_000
    path = zip_of(tmp_path / "music.zip", {"a.mid": GOOD_FILE, "manifest.csv": endless})
    songs, [refusal] = read_songs(path)
    assert songs[0].facts == {}
    assert (refusal.name, "manifest" in refusal.reason) == ("manifest.csv", True)


def test_several_collections_are_read_one_after_the_other(tmp_path: Path) -> None:
    one = zip_of(tmp_path / "one.zip", {"a.mid": GOOD_FILE, "bad.mid": b"no music"})
    two = folder_of(tmp_path / "two", {"a.mid": GOOD_FILE})
    songs, refusals = read_songs([one, two])
    assert [song.name for song in songs] == ["one/a.mid", "two/a.mid"]
    assert [refusal.name for refusal in refusals] == ["one/bad.mid"]


@pytest.mark.parametrize(("number", "found"), [(0, None), (1, 0), (2, None), (3, 1), (9, None)])
def test_the_melody_track_of_the_manifest_counts_every_track_of_the_file(
    number: int, found: int | None, tmp_path: Path
) -> None:
    tracks = (Track("A", tune().tracks[0].notes), Track("Empty"), Track("B", line([50] * 8)))
    facts = f"file,melody_track\na.mid,{number}\n".encode()
    data = midi.write(Score(tracks))  # track 0 is the conductor, which has no notes
    path = zip_of(tmp_path / "music.zip", {"a.mid": data, "manifest.csv": facts})
    [song], _ = read_songs(path)
    assert song.melody == found


def test_of_a_track_with_several_channels_the_likeliest_melody_is_taken(tmp_path: Path) -> None:
    low = b"\x00\xc0\x21" + note_events(40, channel=0) * 8  # two instruments, so two parts
    high = b"\x00\xc3\x49" + note_events(72, channel=3) * 8
    data = header() + track_chunk(low + high)
    facts = b"file,melody_track\na.mid,0\n"
    [song], _ = read_songs(zip_of(tmp_path / "m.zip", {"a.mid": data, "manifest.csv": facts}))
    assert song.melody is not None
    assert {note.pitch for note in song.score.tracks[song.melody].notes} == {72}


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({}, "b"),
        ({"title": ""}, "b"),
        ({"title": "123我爱你", "artist": "新乐尘符"}, "123我爱你 (新乐尘符)"),
        ({"title": "bwv10.7.mxl", "composer": "J. S. Bach"}, "bwv10.7 (J. S. Bach)"),
        ({"composer": "Nobody"}, "b (Nobody)"),
        ({"title": "\x1b[31mRed\n"}, "[31mRed"),
    ],
)
def test_a_song_is_known_by_its_manifests_title(facts: dict[str, str], title: str) -> None:
    assert Song("set/midi/b.mid", tune(), facts).title == title


def test_a_manifest_that_names_no_track_names_none(tmp_path: Path) -> None:
    facts = b"file,melody_track\na.mid,the first\n"
    path = zip_of(tmp_path / "music.zip", {"a.mid": GOOD_FILE, "manifest.csv": facts})
    [song], _ = read_songs(path)
    assert song.melody is None


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_what_a_mac_packs_beside_each_file_is_passed_over(kind: str, tmp_path: Path) -> None:
    make = zip_of if kind == "zip" else folder_of
    twins = {"a.mid": GOOD_FILE, "__MACOSX/._a.mid": b"\x00\x05\x16\x07", "sub/._b.mid": b"twin"}
    songs, refusals = read_songs(make(tmp_path / "music", twins))
    assert [song.name for song in songs] == ["a.mid"]
    assert refusals == []


@pytest.mark.parametrize("suffix", midi.SUFFIXES)
def test_files_of_every_suffix_of_midi_are_read(suffix: str, tmp_path: Path) -> None:
    songs, _ = read_songs(zip_of(tmp_path / "m.zip", {f"song{suffix.upper()}": GOOD_FILE}))
    assert len(songs) == 1
