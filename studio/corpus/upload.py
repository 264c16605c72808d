"""What of a user's upload is worth keeping: its MIDI files and its manifest."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from studio.corpus.reading import is_manifest, is_wanted
from studio.ground import files
from studio.ground.errors import BadMidi
from studio.music import midi

_LEAST_FILES = 2  # one is learned from, one held out
_TRIED_BYTES = 4_000_000  # read in vain before an upload is given up


def members_of(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The MIDI files and manifests of a checked zip, one after another. A file longer than MIDI may
    be comes a byte longer than that: the doctor then says so."""
    for member in archive.infolist():
        if not member.is_dir() and is_wanted(member.filename):
            yield member.filename, files.read_member(archive, member, midi.MAX_BYTES)


def checked(given: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The files as they come, once two of them could be read as MIDI; raises BadMidi where there
    are not so many, or more in all than a set may hold."""
    waiting: list[tuple[str, bytes]] = []
    usable = tried_bytes = total_bytes = songs = count = 0
    for name, data in given:
        if not is_wanted(name):
            continue
        count += 1
        total_bytes += len(data)
        if count > files.MAX_MEMBERS or total_bytes > files.MAX_TOTAL_BYTES:
            raise BadMidi(f"This is more than {files.MAX_MEMBERS:,} files or 1 GB: split it.")
        songs += not is_manifest(name)
        if usable >= _LEAST_FILES:
            yield name, data
            continue
        waiting.append((name, data))
        if not is_manifest(name):
            usable += _can_be_read(data)
            tried_bytes += len(data)
        if usable >= _LEAST_FILES:
            yield from waiting
            waiting.clear()
        elif tried_bytes > _TRIED_BYTES:
            raise BadMidi("The files here that end in .mid cannot be read: export them again.")
    if not songs:
        raise BadMidi("There are no MIDI files here: choose files that end in .mid.")
    if not usable:
        raise BadMidi("The files here that end in .mid cannot be read: export them again.")
    if usable < _LEAST_FILES:
        raise BadMidi(
            "Only one file here can be read as MIDI: add at least one more, for training holds "
            "some back to test itself."
        )


def _can_be_read(data: bytes) -> bool:
    try:
        midi.read(data)
    except BadMidi:
        return False
    return True
