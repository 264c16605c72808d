"""Reads training music: a zip or a folder of MIDI files, with the manifest beside them if any."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from studio import midi
from studio.errors import BadMidi
from studio.score import Score

MAX_MEMBERS = 10_000
MAX_TOTAL_BYTES = 1_000_000_000


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
    for name, data in _files(path):
        if name.endswith("manifest.csv"):
            rows = csv.DictReader(io.StringIO(data.decode("utf-8", errors="replace")))
            manifest.update({Path(row["file"]).name: row for row in rows if row.get("file")})
            continue
        try:
            songs.append(Song(name, midi.read(data).score))
        except BadMidi as error:
            refusals.append(Refusal(name, str(error)))
    songs = [Song(s.name, s.score, manifest.get(Path(s.name).name, {})) for s in songs]
    return songs, refusals


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if _wanted(file.name) and file.is_file():
                yield str(file.relative_to(path)), file.read_bytes()
        return
    if not zipfile.is_zipfile(path):
        raise BadMidi(f"{path.name} is neither a folder nor a zip: give a zip of MIDI files.")
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise BadMidi(f"{path.name} holds more than {MAX_MEMBERS:,} files: split it.")
        left = MAX_TOTAL_BYTES
        for member in sorted(members, key=lambda m: m.filename):
            if not _wanted(member.filename):
                continue
            with archive.open(member) as stream:  # the sizes in the directory may be forged
                data = stream.read(midi.MAX_BYTES + 1)
            left -= len(data)
            if left < 0:
                raise BadMidi(f"{path.name} unpacks to more than 1 GB: split it.")
            yield member.filename, data


def _wanted(name: str) -> bool:
    lower = name.lower()
    return lower.endswith((".mid", ".midi")) or lower.endswith("manifest.csv")
