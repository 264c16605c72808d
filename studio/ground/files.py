"""Files that are there whole or not at all, under names that every system takes; room made by what
was used longest ago; and zips that a stranger made (`zips.py`)."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from studio.ground.zips import (
    MAX_MEMBERS,
    MAX_TOTAL_BYTES,
    UNREADABLE,
    check_directory,
    open_zip,
    read_member,
)

__all__ = [
    "MAX_MEMBERS", "MAX_TOTAL_BYTES", "UNFINISHED", "UNREADABLE", "check_directory", "file_stem",
    "forget_oldest", "open_zip", "read_member", "whole_file", "whole_folder", "write_whole",
]  # fmt: skip

MOST_CHARACTERS = 40  # of a name
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$")  # devices of Windows, with any ending
UNFINISHED = ".part"  # ends the name of what is not there yet
_STALE_SECONDS = 6 * 3600.0  # nobody writes on a file, or fetches one, for so long


def file_stem(title: str, otherwise: str) -> str:
    """A title as a file's name without its ending, small letters, digits and hyphens; `otherwise`
    where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:MOST_CHARACTERS].strip("-")
    if _RESERVED.match(slug):
        return f"{slug}-{otherwise}"
    return slug or otherwise


@contextmanager
def whole_file(path: Path, durable: bool = False) -> Iterator[BinaryIO]:
    """A file to write into, which takes its place at `path` at the end: a reader, or a crash, meets
    what was there before or all of it. `durable` waits until the disk has it, for what cannot be
    made again. Two may write at once. Raises OSError."""
    part = _beside(path)
    try:
        with part.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
        if durable:
            _settle(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str, durable: bool = False) -> None:
    """Writes a file whole or not at all, text as UTF-8; see `whole_file`."""
    with whole_file(path, durable) as file:
        _put(file, data.encode() if isinstance(data, str) else data)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which takes its place at `path`, where nothing may be, at the end. Raises
    OSError."""
    part = _beside(path)
    try:
        part.mkdir(parents=True)
        yield part
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def forget_oldest(
    paths: Iterable[Path], most_bytes: int | None = None, most: int | None = None
) -> None:
    """Deletes the files or folders that were used longest ago, by their time of change, until the
    others are at most `most` and take at most `most_bytes`; and what a crash left half written."""
    found = []
    for path in paths:
        with suppress(OSError):
            found.append((path.stat().st_mtime, _size(path), path))
    room = most_bytes
    for number, (used_at, size, path) in enumerate(sorted(found, reverse=True), 1):
        room = None if room is None else room - size
        too_much = (room is not None and room < 0) or (most is not None and number > most)
        half = path.suffix == UNFINISHED and used_at < time.time() - _STALE_SECONDS
        if too_much or half:
            _remove(path)


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _settle(folder: Path) -> None:
    """Brings the renaming itself to the disk, where folders can be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
