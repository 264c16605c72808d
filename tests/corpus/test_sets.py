"""What an upload may do: nothing but become a set. Real archives, each made to do harm."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import chorale

from studio.corpus import sets
from studio.corpus.reading import read_songs
from studio.ground import zips
from studio.ground.errors import BadMidi
from studio.music import midi

NOISE = random.Random(0)  # noqa: S311 - no secret
SONGS = [(f"{i}.mid", midi.write(chorale(i))) for i in range(3)]


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that stand there twice
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in SONGS:
            archive.writestr(name, data)
        with archive.open("zeros.mid", "w") as member:
            for _ in range(200):
                member.write(bytes(2**20))
    return buffer.getvalue()


def forged(size: int) -> bytes:
    """The last song's directory entry and local header claim another size."""
    data = bytearray(packed(*SONGS))
    name = SONGS[-1][0].encode()
    local = data.index(name) - 30
    entry = data.rindex(name) - 46
    struct.pack_into("<I", data, local + 22, size)
    struct.pack_into("<I", data, entry + 24, size)
    return bytes(data)


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.mid")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        for name, data in SONGS:
            archive.writestr(name, data)
    return buffer.getvalue()


def crowded(claimed: int | None = None) -> bytes:
    """A zip of 200,000 empty members, byte by byte; its end may claim fewer."""
    count = 200_000
    places, entries = bytearray(), bytearray()
    for i in range(count):
        name = b"%06d.mid" % i
        at = len(places)
        places += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 33, 0, 0, 0, 10, 0) + name
        entries += (
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                20,
                20,
                0,
                0,
                0,
                33,
                0,
                0,
                0,
                10,
                0,
                0,
                0,
                0,
                0,
                at,
            )
            + name
        )
    said = min(count if claimed is None else claimed, 0xFFFF)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, said, said, len(entries), len(places), 0)
    return bytes(places + entries + end)


def overlapping() -> bytes:
    """Two entries of the directory that point at the same bytes."""
    data = bytearray(packed(*SONGS, method=zipfile.ZIP_STORED))
    entry = data.rindex(SONGS[2][0].encode()) - 46
    other = data.rindex(SONGS[1][0].encode()) - 46
    data[entry + 42 : entry + 46] = data[other + 42 : other + 46]
    return bytes(data)


def locked() -> bytes:
    data = bytearray(packed(*SONGS))
    entry = data.rindex(SONGS[0][0].encode()) - 46
    data[entry + 8] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(packed(*SONGS))
    for i in range(60, 200):
        data[i] ^= 0xFF
    return bytes(data)


def huge_kind() -> bytes:
    """A classic end record behind the locator of a larger one, which names another directory."""
    data = packed(*SONGS)
    at = data.rindex(b"PK\x05\x06")
    locator = struct.pack("<IIQI", 0x07064B50, 0, 0, 1)
    return data[:at] + locator + data[at:]


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (bomb, "hundred times"),
    "forged small": (lambda: forged(100), "damaged"),
    "forged large": (lambda: forged(50_000), "damaged|lies about"),
    "forged beyond all": (lambda: forged(0xF0000000), "more than 1 GB"),
    "link": (linked, "links"),
    "absolute": (lambda: packed(*SONGS, ("/x.mid", b"x")), "outside itself"),
    "drive": (lambda: packed(*SONGS, ("C:\\x.mid", b"x")), "outside itself"),
    "parent": (lambda: packed(*SONGS, ("a/../../x.mid", b"x")), "outside itself"),
    "parent backwards": (lambda: packed(*SONGS, ("a\\..\\..\\x.mid", b"x")), "outside itself"),
    "crowded": (crowded, "10,000 files"),
    "crowded, claims two": (lambda: crowded(2), "10,000 files"),
    "nested": (lambda: packed(*SONGS, ("more.zip", packed(*SONGS))), "other archives"),
    "no midi": (lambda: packed(("read me.txt", b"hello")), "no MIDI files"),
    "empty": (lambda: packed(), "no MIDI files"),
    "one usable": (lambda: packed(SONGS[0], ("bad.mid", b"MThd?")), "Only one file"),
    "none usable": (lambda: packed(("a.mid", b"x"), ("b.mid", b"y")), "cannot be read"),
    "many unusable": (
        # noise, for zeros would be refused as a bomb
        lambda: packed(*((f"{i}.mid", b"MThd" + NOISE.randbytes(2000)) for i in range(3_000))),
        "cannot be read",
    ),
    "overlapping": (overlapping, "overlap"),
    "locked": (locked, "password"),
    "damaged": (damaged, "damaged|cannot be read|Only one"),
    "cut off": (lambda: packed(*SONGS)[:-40], "not a zip"),
    "huge kind": (huge_kind, "huge archives"),
    "no zip": (lambda: SONGS[0][1], "not a zip"),
    "nothing": (lambda: b"", "not a zip"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_upload_is_one_sentence_within_a_second_and_leaves_nothing(
    name: str, tmp_path: Path
) -> None:
    build, words = BAD[name]
    file = io.BytesIO(build())
    home = tmp_path / "data" / "sets"
    began = time.process_time()  # not the clock: other processes share the machine
    with pytest.raises(BadMidi, match=words) as error:
        sets.add_upload(home, file, "mine.zip")
    assert time.process_time() - began < 1
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert list(home.glob("*")) == []
    assert list(home.glob(".*")) == []


def test_a_zip_that_is_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MAX_ZIP_BYTES", 1000)
    with pytest.raises(BadMidi, match="larger than"):
        sets.add_upload(tmp_path, io.BytesIO(packed(*SONGS)), "mine.zip")


def test_an_upload_becomes_a_set_that_can_be_read(tmp_path: Path) -> None:
    manifest = b"file,title,composer\n0.mid,Morning,Ann\n"
    junk = ("notes.txt", b"x"), ("__MACOSX/._0.mid", b"x"), ("._1.mid", b"x")
    data = packed(("tunes/manifest.csv", manifest), *SONGS, *junk)
    made = sets.add_upload(tmp_path, io.BytesIO(data), "My fiddle tunes.zip")
    assert (made.name, made.kind, made.files) == ("My fiddle tunes", "upload", 3)
    assert sets.find_set(tmp_path, made.id) == made
    assert sets.sets(tmp_path) == [made]
    path = sets.music_of(tmp_path, made.id)
    assert path == tmp_path / made.id / "music.zip"
    assert path.stat().st_size == made.bytes
    songs, refused = read_songs(path)
    assert [song.name for song in songs] == ["0.mid", "1.mid", "2.mid"]
    assert refused == []
    assert songs[0].title == "Morning (Ann)"
    assert sorted(path.name for path in (tmp_path / made.id).iterdir()) == ["music.zip", "set.json"]


def test_loose_files_become_a_set_and_a_name_that_comes_twice_stays_two(tmp_path: Path) -> None:
    files = [*SONGS, ("0.mid", SONGS[1][1]), ("../../up.mid", SONGS[0][1]), ("x.pdf", b"x")]
    made = sets.add_files(tmp_path / "sets", files, "Loose")
    with zipfile.ZipFile(sets.music_of(tmp_path / "sets", made.id)) as archive:
        assert archive.namelist() == ["0.mid", "1.mid", "2.mid", "0 (2).mid", "up.mid"]
    assert made.files == 5
    assert [path.name for path in tmp_path.iterdir()] == ["sets"]
    with pytest.raises(BadMidi, match="Only one"):
        sets.add_files(tmp_path / "sets", SONGS[:1], "One")


def test_a_file_that_is_too_long_stays_in_the_set_for_the_doctor_to_speak_of(
    tmp_path: Path,
) -> None:
    noise = NOISE.randbytes(midi.MAX_BYTES + 100)
    data = packed(*SONGS, ("long.mid", noise), method=zipfile.ZIP_STORED)
    made = sets.add_upload(tmp_path, io.BytesIO(data), "x.zip")
    _, [refusal] = read_songs(sets.music_of(tmp_path, made.id))
    assert refusal.name == "long.mid"
    assert "larger than 5 MB" in refusal.reason


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    one, two = (sets.add_files(tmp_path, SONGS, name) for name in ("one", "two"))
    data = [sets.music_of(tmp_path, made.id).read_bytes() for made in (one, two)]
    assert data[0] == data[1]
    assert one.id != two.id


def test_names_are_kept_as_text_only(tmp_path: Path) -> None:
    made = sets.add_files(tmp_path, SONGS, "../../<b>x</b>\u202e" + "y" * 300)
    assert "/" not in made.id
    assert len(made.name) <= 120
    assert "\u202e" not in made.name
    assert sets.add_files(tmp_path, SONGS, " ").name == "My music"


def test_a_set_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    kept = sets.add_files(tmp_path, SONGS, "kept")
    gone = sets.add_files(tmp_path, SONGS, "gone")
    for id in (gone.id, gone.id, "..", ".", "", "../" + tmp_path.name):
        sets.delete_set(tmp_path, id)
    assert sets.sets(tmp_path) == [kept]
    for id in (gone.id, "../x", ""):
        with pytest.raises(BadMidi, match="no longer here"):
            sets.music_of(tmp_path, id)


def test_a_damaged_set_is_passed_over(tmp_path: Path) -> None:
    made = sets.add_files(tmp_path, SONGS, "good")
    for number, text in enumerate(("", "[]", "{}", '{"id": 1}')):
        path = tmp_path / f"{number:016x}"
        path.mkdir()
        (path / "set.json").write_text(text)
    assert sets.sets(tmp_path) == [made]


def test_what_a_killed_process_left_is_swept_away_later(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".old.part", tmp_path / ".fresh.part"
    for part in (old, fresh):
        part.mkdir()
        (part / "music.zip").write_bytes(b"half")
    os.utime(old, (0, 0))
    made = sets.add_files(tmp_path, SONGS, "new")
    assert sets.sets(tmp_path) == [made]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([".fresh.part", made.id])


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sets, "_pack", full)
    with pytest.raises(BadMidi, match="disk is full"):
        sets.add_upload(tmp_path, io.BytesIO(packed(*SONGS)), "x.zip")
    assert list(tmp_path.iterdir()) == []
