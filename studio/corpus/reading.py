"""Reads training music: a zip or a folder of MIDI files, with the manifest beside them if any."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from studio.corpus.conductor import metre_changes, named_track
from studio.ground import files
from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.score import Metre, Score, clean_text

MAX_MEMBERS, MAX_TOTAL_BYTES = files.MAX_MEMBERS, files.MAX_TOTAL_BYTES
_MANIFEST = "manifest.csv"
_HIDDEN = ("._", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Song:
    """A training file as a score, with its manifest row (`facts`: key, downbeat_regularity …).

    `melody` is the track that the manifest names, counted from 0 in the score; `metres` each metre
    and the tick from which it holds; `remarks` what reading changed. A piece cut out of a longer
    song begins at that song's `start_tick`. `digest` is its file's, where it has one.
    """

    name: str
    score: Score
    facts: dict[str, str] = field(default_factory=dict)
    melody: int | None = None
    metres: tuple[tuple[int, Metre], ...] = ()
    remarks: tuple[str, ...] = ()
    start_tick: int = 0
    digest: bytes = b""

    @property
    def title(self) -> str:
        """What people know the song by: the manifest's title and whose it is, else the file's
        name."""
        title = self.facts.get("title", "").removesuffix(".mxl") or Path(self.name).stem
        whose = self.facts.get("artist") or self.facts.get("composer")
        return clean_text(f"{title} ({whose})" if whose else title)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, and why."""

    name: str
    reason: str


def read_songs(paths: Path | Sequence[Path]) -> tuple[list[Song], list[Refusal]]:
    """Every MIDI file of a zip or folder, or of several, in name order, kept or refused with a
    reason; of several, each name begins with that of its zip or folder.

    Raises BadMidi where a path is neither, or larger than the limits of this module.
    """
    if isinstance(paths, Path):
        return _read(paths)
    songs: list[Song] = []
    refusals: list[Refusal] = []
    for path in paths:
        read, refused = _read(path)
        songs += [replace(song, name=f"{path.stem}/{song.name}") for song in read]
        refusals += [Refusal(f"{path.stem}/{other.name}", other.reason) for other in refused]
    return songs, refusals


def read_song(path: Path, name: str) -> Song:
    """The file of that name in a zip or folder; raises BadMidi where it is not there, or cannot be
    read."""
    manifest: dict[str, dict[str, str]] = {}
    for each, load in _files(path):
        if is_manifest(each):
            manifest.update(_manifest_rows(load()))
        elif each == name:
            return _song(name, load(), manifest.get(Path(name).name, {}))
    raise BadMidi("This file is not in the set any more: choose another one.")


def same_files(songs: Sequence[Song]) -> dict[str, str]:
    """By name those whose file is byte for byte that of an earlier one, and which that is."""
    return repeats(songs, lambda song: song.digest or None)


def repeats(songs: Sequence[Song], of: Callable[[Song], Hashable]) -> dict[str, str]:
    """By name those of which something is as of an earlier song, and which that is; of None
    nothing is."""
    first: dict[Hashable, str] = {}
    found = {}
    for song in songs:
        if (what := of(song)) is not None:
            known = first.setdefault(what, song.name)
            if known != song.name:
                found[song.name] = known
    return found


def _read(path: Path) -> tuple[list[Song], list[Refusal]]:
    manifest: dict[str, dict[str, str]] = {}
    songs: list[Song] = []
    refusals: list[Refusal] = []
    total_bytes = 0
    for name, load in _files(path):
        try:
            data = load()
            if is_manifest(name):
                manifest.update(_manifest_rows(data))
            else:
                songs.append(_song(name, data, manifest.get(Path(name).name, {})))
        except BadMidi as error:
            refusals.append(Refusal(name, str(error)))
            continue
        total_bytes += len(data)
        if total_bytes > MAX_TOTAL_BYTES:
            raise BadMidi(f"{path.name} unpacks to more than 1 GB: split it.")
    return songs, refusals


def _song(name: str, data: bytes, facts: dict[str, str]) -> Song:
    file = midi.read(data)
    named = facts.get("melody_track", "")
    melody = named_track(file, int(named)) if named.isdecimal() else None
    digest = hashlib.sha256(data).digest()
    return Song(name, file.score, facts, melody, metre_changes(file), file.remarks, digest=digest)


def _files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Names and loaders, manifests first, so that a song is read with its facts at hand."""
    if path.is_dir():
        found = [
            file
            for file in path.rglob("*")
            if is_wanted(str(file.relative_to(path))) and file.is_file()
        ]
        _check_count(path, len(found))
        for file in sorted(found, key=lambda file: (not is_manifest(file.name), file)):
            yield str(file.relative_to(path)), partial(_load, partial(file.open, "rb"))
        return
    if not zipfile.is_zipfile(path):
        raise BadMidi(f"{path.name} is neither a folder nor a zip: give a zip of MIDI files.")
    try:
        archive = zipfile.ZipFile(path)
    except files.UNREADABLE as error:
        raise BadMidi(f"The zip {path.name} is damaged: download or pack it again.") from error
    with archive:
        members = archive.infolist()
        _check_count(path, len(members))
        for member in sorted(members, key=lambda m: (not is_manifest(m.filename), m.filename)):
            if is_wanted(member.filename):
                yield member.filename, partial(_load, partial(archive.open, member))


def _load(open_file: Callable[[], IO[Any]]) -> bytes:
    """A file's bytes, one more than MIDI may have at most: the sizes in a zip may be forged."""
    try:
        with open_file() as stream:
            data: bytes = stream.read(midi.MAX_BYTES + 1)
            return data
    except files.UNREADABLE as error:
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


def is_manifest(name: str) -> bool:
    """Whether a file of that name says facts of the others."""
    return name.lower().endswith(_MANIFEST)


def is_wanted(name: str) -> bool:
    """Whether a file of that name, in its folders, is read: MIDI or a manifest, but not the twin
    that a Mac packs beside each file."""
    if any(part.startswith(_HIDDEN) for part in name.replace("\\", "/").split("/")):
        return False
    return name.lower().endswith(midi.SUFFIXES) or is_manifest(name)
