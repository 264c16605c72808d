"""Sets of music to learn from, as the Train page keeps them: a folder each, with a random id.

`<id>/music.zip` holds MIDI files (and a manifest, see `studio.corpus.reading`), `<id>/set.json`
what the set is called and where it comes from. What a user gives is checked and packed anew, see
`studio.corpus.safe_zip`: nothing of it is ever a path on this machine.
"""

from __future__ import annotations

import errno
import json
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO, ClassVar

from pydantic import ConfigDict

from studio.corpus.upload import checked, members_of
from studio.ground import files
from studio.ground.errors import BadMidi
from studio.music.score import clean_text

MUSIC, FACTS = "music.zip", "set.json"
DIAGNOSIS = "diagnosis.json"  # beside them: what the data doctor found
UNKNOWN_LICENCE = "Unknown to Tutti: look where the files come from."
UNKNOWN_FOLLOWS = "Your music is yours, as far as the licence of these files allows."
_ID = re.compile(r"^[0-9a-f]{16}$")
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same files make the same zip


@dataclass(frozen=True, slots=True)
class MusicSet:
    """A set: how many MIDI `files` and `bytes` of zip it holds, where it is from and on what terms.

    `kind` is upload, builtin or public; of the latter two `key` names which. `harmony` is whose
    chords the planner thinks of (see `studio.music.harmony.STYLES`) and `layout` how the songs
    are laid out, both empty where only the files can tell."""

    id: str
    name: str
    kind: str
    source: str
    licence: str
    follows: str
    files: int = 0
    bytes: int = 0
    key: str = ""
    harmony: str = ""
    layout: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A set that Tutti can make, as the page offers it: `count` files, about, of the patterns
    `files`; see `MusicSet` for the rest."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    name: str
    description: str
    licence: str
    follows: str
    harmony: str
    layout: str
    count: int
    genre: str
    files: tuple[str, ...]

    def as_set(self, kind: str, key: str, source: str) -> MusicSet:
        """The set that is made of it, before anything is in it."""
        return MusicSet(
            "", self.name, kind, source, self.licence, self.follows, key=key, harmony=self.harmony,
            layout=self.layout,
        )  # fmt: skip


def sets_folder(data_dir: Path) -> Path:
    """Where the music lies that can be learned from."""
    return data_dir / "sets"


def sets(folder: Path) -> list[MusicSet]:
    """All sets, in the order of their names; a folder that is no set is passed over."""
    found = []
    for path in folder.glob(f"*/{FACTS}"):
        try:
            found.append(_read(path.parent))
        except BadMidi:
            continue
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def find_set(folder: Path, id: str) -> MusicSet:
    """The set of that id; raises BadMidi where there is none."""
    if not _ID.match(id):
        raise _missing()
    return _read(folder / id)


def music_of(folder: Path, id: str) -> Path:
    """The zip of a set; raises BadMidi where there is none."""
    find_set(folder, id)
    return folder / id / MUSIC


def layout_of(music: Path) -> str | None:
    """How the songs of a set's zip are laid out, where the set says so."""
    try:
        return _read(music.parent).layout or None
    except BadMidi:
        return None


def add_upload(folder: Path, file: BinaryIO, name: str) -> MusicSet:
    """A zip of a user's own MIDI as a new set. Raises BadMidi where it is no such thing, is unsafe
    or has fewer than two files that can be read; then nothing is left behind."""
    with files.open_zip(file) as archive:
        return store(folder, _own(name), checked(members_of(archive)))


def add_files(folder: Path, files: Sequence[tuple[str, bytes]], name: str) -> MusicSet:
    """Loose MIDI files, by name, as a new set; raises BadMidi as `add_upload`."""
    return store(folder, _own(name), checked(iter(files)))


def delete_set(folder: Path, id: str) -> None:
    """Removes a set with all that lies in its folder; one that is not there is no error."""
    if _ID.match(id) and (folder / id).is_dir():
        shutil.rmtree(folder / id)


def store(folder: Path, facts: MusicSet, members: Iterable[tuple[str, bytes]]) -> MusicSet:
    """Packs the members (name, bytes) as a new set, which is there whole or not at all. Raises what
    going through the members raises, and BadMidi where the disk is full."""
    id = secrets.token_hex(8)
    files.forget_oldest(folder.glob(".*"))  # what killed processes left unfinished
    try:
        with files.whole_folder(folder / id) as part:
            count = _pack(part / MUSIC, members)
            made = replace(facts, id=id, files=count, bytes=(part / MUSIC).stat().st_size)
            text = json.dumps(asdict(made), indent=2, ensure_ascii=False) + "\n"
            (part / FACTS).write_text(text, encoding="utf-8")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise BadMidi("The disk is full: make room and add the music again.") from error
        raise BadMidi(
            "Tutti cannot write to its data folder: check who may write there."
        ) from error
    return made


def _pack(path: Path, members: Iterable[tuple[str, bytes]]) -> int:
    """Writes the members as a zip and returns how many of them are MIDI."""
    taken: set[str] = set()
    files = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members:
            fresh = _free_name(name, taken)
            taken.add(fresh.casefold())
            info = zipfile.ZipInfo(fresh, _STAMP)
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
            files += not fresh.endswith(".csv")
    return files


def _free_name(name: str, taken: set[str]) -> str:
    """A plain name that no other member has: no folder but those of its own, no hidden sign."""
    parts = [clean_text(part) for part in name.replace("\\", "/").split("/")]
    plain = "/".join(part for part in parts if part not in ("", ".", "..")) or "song.mid"
    stem, dot, suffix = plain.rpartition(".")
    number = 2
    fresh = plain
    while fresh.casefold() in taken:
        fresh = f"{stem} ({number}){dot}{suffix}"
        number += 1
    return fresh


def _own(name: str) -> MusicSet:
    title = clean_text(Path(name.replace("\\", "/")).name.removesuffix(".zip")) or "My music"
    return MusicSet("", title, "upload", "Your own files.", UNKNOWN_LICENCE, UNKNOWN_FOLLOWS)


def _read(path: Path) -> MusicSet:
    try:
        found = MusicSet(**json.loads((path / FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise _missing() from error
    if found.id != path.name or not (path / MUSIC).is_file():
        raise _missing()
    return found


def _missing() -> BadMidi:
    return BadMidi("This music is no longer here: add it again.")
