"""Reads training music: a zip or a folder of MIDI files, with the manifest beside them if any."""

from __future__ import annotations

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from studio import midi
from studio.errors import BadMidi
from studio.score import Score

MAX_MEMBERS = 10_000
MAX_TOTAL_BYTES = 1_000_000_000
_MANIFEST = "manifest.csv"
_UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


@dataclass(frozen=True, slots=True)
class Song:
    """A training file as a score, with its manifest row (`facts`: key, downbeat_regularity …)."""

    name: str
    score: Score
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, and why."""

    name: str
    reason: str


def read_songs(path: Path) -> tuple[list[Song], list[Refusal]]:
    """Every MIDI file of a zip or folder, in name order, kept or refused with a reason.

    Raises BadMidi where `path` is neither, or larger than the limits of this module.
    """
    manifest: dict[str, dict[str, str]] = {}
    songs: list[Song] = []
    refusals: list[Refusal] = []
    total_bytes = 0
    for name, load in _files(path):
        try:
            data = load()
            if name.lower().endswith(_MANIFEST):
                manifest.update(_manifest_rows(data))
            else:
                songs.append(Song(name, midi.read(data).score))
        except BadMidi as error:
            refusals.append(Refusal(name, str(error)))
            continue
        total_bytes += len(data)
        if total_bytes > MAX_TOTAL_BYTES:
            raise BadMidi(f"{path.name} unpacks to more than 1 GB: split it.")
    songs = [Song(s.name, s.score, manifest.get(Path(s.name).name, {})) for s in songs]
    return songs, refusals


def _files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if path.is_dir():
        found = [file for file in sorted(path.rglob("*")) if _wanted(file.name) and file.is_file()]
        _check_count(path, len(found))
        for file in found:
            yield str(file.relative_to(path)), partial(_load, partial(file.open, "rb"))
        return
    if not zipfile.is_zipfile(path):
        raise BadMidi(f"{path.name} is neither a folder nor a zip: give a zip of MIDI files.")
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE as error:
        raise BadMidi(f"The zip {path.name} is damaged: download or pack it again.") from error
    with archive:
        members = archive.infolist()
        _check_count(path, len(members))
        for member in sorted(members, key=lambda m: m.filename):
            if _wanted(member.filename):
                yield member.filename, partial(_load, partial(archive.open, member))


def _load(open_file: Callable[[], IO[Any]]) -> bytes:
    """A file's bytes, one more than MIDI may have at most: the sizes in a zip may be forged."""
    try:
        with open_file() as stream:
            data: bytes = stream.read(midi.MAX_BYTES + 1)
            return data
    except _UNREADABLE as error:
        raise BadMidi("This file is damaged or locked: export or unlock it again.") from error


def _manifest_rows(data: bytes) -> dict[str, dict[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8", errors="replace"))))
    except csv.Error as error:
        raise BadMidi("This manifest is no table: write it as comma-separated values.") from error
    return {
        Path(row["file"]).name: {k: v or "" for k, v in row.items() if k}
        for row in rows
        if row.get("file")
    }


def _check_count(path: Path, count: int) -> None:
    if count > MAX_MEMBERS:
        raise BadMidi(f"{path.name} holds more than {MAX_MEMBERS:,} files: split it.")


def _wanted(name: str) -> bool:
    return name.lower().endswith((".mid", ".midi", _MANIFEST))
