"""Opens a zip that a stranger made, without trusting a word that it says of itself.

A zip bomb of 200 MiB of zeros is 199 KiB, sizes in the directory can be forged, members can lie
over one another, and Python needs 1.7 s only to open 200,000 of them. So the directory is walked
with a limit before it is opened, what it promises is checked before anything is unpacked, and the
bytes that really come out are counted.
"""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import BinaryIO

from studio.ground.errors import BadMidi

MAX_ZIP_BYTES = 200_000_000
MAX_MEMBERS = 10_000
MAX_TOTAL_BYTES = 1_000_000_000
MAX_RATIO = 100
SLACK_BYTES = 1_000_000  # a tiny zip may unpack to this, whatever the ratio: it harms nobody

UNREADABLE = (
    OSError, EOFError, RuntimeError, NotImplementedError, ValueError, struct.error,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".mxl", ".jar")
_END, _MEMBER = b"PK\x05\x06", b"PK\x01\x02"
_END_BYTES, _MEMBER_BYTES, _LOCAL_BYTES = 22, 46, 30
_MAX_COMMENT_BYTES = 65_535
_LOCATOR, _LOCATOR_BYTES = b"PK\x06\x07", 20  # of the end record that holds larger numbers


@contextmanager
def open_zip(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The zip, once its directory is known to be small and to name nothing that could do harm.

    Raises BadMidi for everything else, also for what goes wrong while it is read in the block.
    """
    try:
        _check_size(file)
        check_directory(file)
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            _check_members(archive.infolist())
            yield archive
    except UNREADABLE as error:
        if isinstance(error, BadMidi):
            raise
        raise BadMidi("This zip is damaged: download or pack it again.") from error


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """A member's bytes, at most `most` + 1 of them; raises BadMidi where they are not what the
    directory says."""
    with archive.open(member) as stream:
        data = stream.read(most + 1)
    if len(data) != min(member.file_size, most + 1):
        raise BadMidi("This zip lies about the sizes of its files: pack it again.")
    return data


def is_link(member: zipfile.ZipInfo) -> bool:
    """Whether a member stands for another file."""
    return stat.S_ISLNK(member.external_attr >> 16)


def _check_size(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    if size > MAX_ZIP_BYTES:
        raise BadMidi(f"This zip is larger than {MAX_ZIP_BYTES // 10**6} MB: split it.")


def check_directory(file: BinaryIO) -> None:
    """Walks the directory from header to header as far as a set may have members; the number that
    the zip's end names may be forged."""
    size = file.seek(0, 2)
    start = max(size - _END_BYTES - _MAX_COMMENT_BYTES, 0)
    file.seek(start)
    tail = file.read()
    plain = tail[-_END_BYTES:]
    # where Python looks first, then where it looks next: both must read the same directory
    at = len(tail) - _END_BYTES if plain[:4] == _END and plain[-2:] == b"\0\0" else tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise BadMidi("This file is not a zip: choose a zip of MIDI files.")
    if tail[max(at - _LOCATOR_BYTES, 0) :][:4] == _LOCATOR:
        raise BadMidi("This zip is of the kind for huge archives: pack it again as a plain zip.")
    count, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    if count > MAX_MEMBERS:
        raise _too_many()
    if start + at < directory_bytes:
        raise BadMidi("This zip is damaged: download or pack it again.")
    file.seek(start + at - directory_bytes)
    walked = 0
    members = 0
    while walked < directory_bytes:
        header = file.read(_MEMBER_BYTES)
        if len(header) < _MEMBER_BYTES or header[:4] != _MEMBER:
            raise BadMidi("This zip is damaged: download or pack it again.")
        rest = sum(struct.unpack_from("<HHH", header, 28))  # name, extra field, comment
        file.seek(rest, 1)
        walked += _MEMBER_BYTES + rest
        members += 1
        if members > MAX_MEMBERS:
            raise _too_many()


def _check_members(members: Iterable[zipfile.ZipInfo]) -> None:
    listed = list(members)
    for member in listed:
        _check_name(member.orig_filename)
        if is_link(member):
            raise BadMidi("This zip holds links: pack the files themselves.")
        if member.flag_bits & 1:
            raise BadMidi("This zip is locked with a password: pack it without one.")
        if member.filename.lower().endswith(_ARCHIVES):
            raise BadMidi("This zip holds other archives: unpack them and zip the MIDI files.")
    total = sum(member.file_size for member in listed)
    packed = sum(member.compress_size for member in listed)
    if total > MAX_TOTAL_BYTES:
        raise BadMidi("This zip unpacks to more than 1 GB: split it.")
    if total > SLACK_BYTES and total > MAX_RATIO * packed:
        raise BadMidi("This zip unpacks to more than a hundred times its size: no music does.")
    _check_places(listed)


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    absolute = name.startswith(("/", "\\")) or name[1:2] == ":"
    if absolute or ".." in parts or "\0" in name:
        raise BadMidi("This zip names files outside itself: pack the folder of MIDI files again.")


def _check_places(members: Iterable[zipfile.ZipInfo]) -> None:
    """No member may lie over another: a few kilobytes could stand for any number of files."""
    for one, following in pairwise(sorted(members, key=lambda member: member.header_offset)):
        if one.header_offset + _LOCAL_BYTES + one.compress_size > following.header_offset:
            raise BadMidi("This zip is damaged: its files overlap, so pack it again.")


def _too_many() -> BadMidi:
    return BadMidi(f"This zip holds more than {MAX_MEMBERS:,} files: split it.")
