"""Files that are there whole or not at all, and room that is made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.ground.files import forget_oldest, whole_file, whole_folder, write_whole


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_replaced_at_the_end_only(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "old", durable)
    with whole_file(path, durable) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.write("no bytes")  # type: ignore[call-overload]
    with pytest.raises(TypeError), whole_folder(tmp_path / "folder") as folder:
        (folder / "half").write_bytes("no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_may_write_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path) as first, whole_file(path) as second:
        first.write(b"first")
        second.write(b"second")
    assert path.read_bytes() == b"first"  # it took its place last
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_there_once_it_is_full(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "new" / "folder") as folder:
        (folder / "file").write_bytes(b"x")
        assert not (tmp_path / "new" / "folder").exists()
    assert (tmp_path / "new" / "folder" / "file").read_bytes() == b"x"


def _used(path: Path, at: float, size: int) -> Path:
    path.write_bytes(bytes(size))
    os.utime(path, (at, at))
    return path


def test_the_oldest_go_until_the_rest_has_room(tmp_path: Path) -> None:
    for number in range(5):
        _used(tmp_path / str(number), 1000 + number, 10)
    forget_oldest(tmp_path.iterdir(), most_bytes=25)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4"]
    forget_oldest(tmp_path.iterdir(), most=1)
    assert [path.name for path in tmp_path.iterdir()] == ["4"]


def test_folders_count_with_all_that_is_in_them(tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        _used(folder / "file", 1000, 20)
        os.utime(folder, (1000 + number, 1000 + number))
    forget_oldest(tmp_path.iterdir(), most_bytes=20)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_what_a_crash_left_half_written_goes(tmp_path: Path) -> None:
    _used(tmp_path / ".x.wav.1.part", 1000, 1)
    fresh = tmp_path / ".y.wav.1.part"
    fresh.write_bytes(b"y")
    forget_oldest(tmp_path.iterdir(), most_bytes=100)
    assert list(tmp_path.iterdir()) == [fresh]
