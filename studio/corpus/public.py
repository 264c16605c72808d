"""Public sets, fetched when the user asks, and never before, from the site of whoever publishes
them.

Each is pinned: of a repository's commit the files that are used must be, byte for byte, those that
were looked at when its entry in `public.toml` was written (`content_sha256`), or nothing is kept.
Sets whose terms do not let one learn from them, or which no layout can use, are left out.
"""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import TypeAdapter

from studio.corpus import pop909
from studio.corpus.builtin import COLUMNS, Tell, as_table
from studio.corpus.fetching import fetch
from studio.corpus.scores import parse, scores_of
from studio.corpus.sets import MusicSet, Source, store
from studio.ground import files
from studio.ground.errors import BadMidi, BadScore
from studio.music import midi

SITE = "https://github.com"
_RAG_BPM, _PIANO = 92.0, 3
_READING = 0.5  # share of the work that fetching is
Files = Mapping[str, bytes]
Made = Iterator[tuple[str, bytes, dict[str, str]]]  # a MIDI file's name, its bytes, facts of it


@dataclass(frozen=True, slots=True)
class Public(Source):
    """A set of a public site: `files` are patterns of the repository's paths at that commit,
    `megabytes` is a guess at what is downloaded, `convert` says how MIDI is made of the files."""

    repository: str
    commit: str
    sha256: str
    megabytes: int
    convert: Literal["as_they_are", "tunes_first", "on_grid", "printed"] = "as_they_are"

    @property
    def path(self) -> str:
        """Where the commit's archive lies on the site."""
        return f"{self.repository}/archive/{self.commit}.zip"


_TABLE = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
PUBLIC = TypeAdapter(dict[str, Public]).validate_python(tomllib.loads(_TABLE))


def gather_public(folder: Path, key: str, tell: Tell, base_url: str | None = None) -> MusicSet:
    """Fetches the public set `key` and keeps it under `folder`; `tell` hears what is done and the
    share (0-1) that is through. `base_url` stands for the site where a copy is nearer.

    Raises BadMidi where it cannot be fetched or is not what was pinned; then nothing is kept.
    """
    facts = PUBLIC[key]
    made = facts.as_set("public", key, f"{SITE}/{facts.repository}, commit {facts.commit}.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=files.UNFINISHED, dir=folder) as scratch:
        url = f"{base_url or SITE}/{facts.path}"
        words = f"Fetching {facts.name} from {facts.repository}"
        bytes_due = 1_000_000 * facts.megabytes
        archive = fetch(url, Path(scratch), bytes_due, lambda share: tell(words, _READING * share))
        found = _files(archive, facts.files)
    if content_sha256(found) != facts.sha256:
        raise BadMidi(f"What came is not {facts.name} as it was checked: nothing of it was kept.")
    return store(folder, made, _members(facts, found, tell))


def content_sha256(files: Files) -> str:
    """SHA-256 over the files' paths and the SHA-256 of each, in the order of the paths: the same
    however they are packed."""
    lines = [f"{path} {hashlib.sha256(files[path]).hexdigest()}\n" for path in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_used(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path of the repository is among the files that a set is made of; a star stands for
    one name, not for folders."""
    depth = path.count("/")
    return any(fnmatch(path, each) and each.count("/") == depth for each in patterns)


def _files(archive: Path, patterns: tuple[str, ...]) -> dict[str, bytes]:
    """What of a commit's archive is used, by its path in the repository."""
    found: dict[str, bytes] = {}
    try:
        with archive.open("rb") as file:
            files.check_directory(file)
            file.seek(0)
            with zipfile.ZipFile(file) as packed:
                for member in packed.infolist():
                    path = member.filename.partition("/")[2]  # the folder is the commit's
                    if is_used(path, patterns):
                        found[path] = files.read_member(packed, member, midi.MAX_BYTES)
    except files.UNREADABLE as error:
        raise BadMidi("What came is damaged: try again later.") from error
    return found


def _members(facts: Public, files: Files, tell: Tell) -> Iterator[tuple[str, bytes]]:
    rows: list[dict[str, str]] = []

    def tell_reading(words: str, share: float) -> None:
        tell(words, _READING + (1 - _READING) * share)

    for name, data, more in _CONVERT[facts.convert](files, tell_reading):
        row = {"file": name, "title": PurePosixPath(name).stem, "genre": facts.genre}
        rows.append(row | {"source": facts.repository} | more)
        yield name, data
    yield "manifest.csv", as_table(rows, (*COLUMNS, "downbeat_regularity"))


def _as_they_are(files: Files, tell: Tell) -> Made:
    for number, path in enumerate(sorted(files)):
        tell("Packing", number / len(files))
        yield PurePosixPath(path).name, files[path], {}


def _tunes_first(files: Files, tell: Tell) -> Made:
    for name, data, _ in _as_they_are(files, tell):
        yield name, data, {"melody_track": "0"}


def _on_grid(files: Files, tell: Tell) -> Made:
    """POP909's performances, see `studio.corpus.pop909`."""
    songs: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        place = PurePosixPath(path)
        songs.setdefault(place.parent.name, {})[place.name] = data
    for done, number in enumerate(sorted(songs)):
        tell(f"Reading song {number}", done / len(songs))
        try:
            song = pop909.on_grid(songs[number], number)
        except (BadMidi, BadScore):
            continue
        key = songs[number].get("key_audio.txt", b"").decode().split()[2:3]
        row = {
            "title": song.score.title,
            "melody_track": "1",
            "key": key[0] if key else "",
            "downbeat_regularity": f"{song.regularity:.3f}",
        }
        yield f"{number}.mid", midi.write(song.score), row


def _printed(files: Files, tell: Tell) -> Made:
    """Rags in Humdrum, as music21 reads them; the left hand is the lower staff."""
    with tempfile.TemporaryDirectory() as scratch:
        for done, path in enumerate(sorted(files)):
            stem = PurePosixPath(path).stem
            tell(f"Reading {stem}", done / len(files))
            file = Path(scratch) / f"{done}.krn"
            file.write_bytes(files[path])
            stream = parse(file)
            scores = [] if stream is None else scores_of(stream, stem, _RAG_BPM, (_PIANO,))
            for number, score in enumerate(scores, 1):
                name = f"{stem}-{number}.mid" if len(scores) > 1 else f"{stem}.mid"
                row = {"title": stem, "composer": "Scott Joplin", "melody_track": "1"}
                yield name, midi.write(score), row


_CONVERT: dict[str, Callable[[Files, Tell], Made]] = {
    "as_they_are": _as_they_are,
    "tunes_first": _tunes_first,
    "on_grid": _on_grid,
    "printed": _printed,
}
