"""Which soundfonts this machine has: the user's own first, then the known ones, best first.

Nothing here loads a soundfont: files are found by name and judged by their outermost chunks.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from studio.ground import assets
from studio.ground.errors import SoundError

PROJECT_FOLDER = assets.ROOT / "soundfonts"
SUFFIXES = (".sf2", ".sf3")
HEADER = struct.Struct("<4sI4s")  # "RIFF" or "LIST", the size of what follows, its kind


@dataclass(frozen=True, slots=True)
class Soundfont:
    """A soundfont file that is there. `licence` is None where the catalogue does not know it."""

    id: str
    name: str
    path: Path
    size_bytes: int
    licence: str | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class KnownFont:
    """An entry of the catalogue. `package` is the Python package that carries the file, if any."""

    id: str
    name: str
    file: str
    get: dict[str, str | None]
    package: str | None
    size_bytes: int
    licence: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The known soundfonts, best first, and the folders in which systems keep them."""

    folders: tuple[Path, ...]
    fonts: tuple[KnownFont, ...]


@cache
def catalogue() -> Catalogue:
    """The catalogue of `soundfonts/catalogue.json`."""
    text = (PROJECT_FOLDER / "catalogue.json").read_text(encoding="utf-8")
    content = json.loads(text)
    return Catalogue(
        tuple(Path(folder) for folder in content["folders"]),
        tuple(KnownFont(**entry) for entry in content["soundfonts"]),
    )


def available(folders: Sequence[Path] = ()) -> tuple[Soundfont, ...]:
    """The soundfonts that can be played, best first: the user's own, then the machine's.

    The user's own are those in `folders`, then those in the project's `soundfonts/`. Files that
    are not soundfonts are left out; `problems` names them.
    """
    fonts: dict[str, Soundfont] = {}
    for font in (*_own(folders), *_of_the_machine()):
        if fault(font.path) is None:
            fonts.setdefault(font.id, font)
    return tuple(fonts.values())


def problems(folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """One sentence for each file among the candidates that cannot be played."""
    faults = (fault(font.path) for font in (*_own(folders), *_of_the_machine()))
    return tuple(dict.fromkeys(sentence for sentence in faults if sentence))


def best(folders: Sequence[Path] = (), wanted: str | None = None) -> Soundfont:
    """The soundfont whose id, name or file name is `wanted`, or the best there is.

    Raises SoundError where there is none, with what is there and how to get the one asked for.
    """
    fonts = available(folders)
    if wanted is None and fonts:
        return fonts[0]
    for font in (*fonts, *_own(folders), *_of_the_machine()):
        if wanted and wanted.casefold() in _names(font.id, font.name, font.path.name):
            if sentence := fault(font.path):
                raise SoundError(sentence)
            return font
    raise SoundError(_missing(wanted, fonts))


def fault(path: Path) -> str | None:
    """What is wrong with a soundfont file by its headers and size, in one sentence, or None."""
    try:
        with path.open("rb") as file:
            riff, promised_bytes, kind = _header(file)
            if (riff, kind) != (b"RIFF", b"sfbk"):
                return f"{path} is not a soundfont: replace or remove it."
            if path.stat().st_size < promised_bytes + 8:
                return f"{path} is cut short: copy or download it again."
            lists = [_list_kind(file) for _ in range(3)]
    except OSError:
        return f"{path} cannot be read: check its permissions or remove it."
    if lists != [b"INFO", b"sdta", b"pdta"]:
        return f"{path} is not a whole soundfont: copy or download it again."
    return None


def _header(file: BinaryIO) -> tuple[bytes, int, bytes]:
    header = file.read(HEADER.size).ljust(HEADER.size, b"\0")
    tag, size_bytes, kind = HEADER.unpack(header)
    return tag, size_bytes, kind


def _list_kind(file: BinaryIO) -> bytes | None:
    """The kind of the LIST chunk at the file's position, which moves behind it."""
    tag, size_bytes, kind = _header(file)
    file.seek(size_bytes - 4, os.SEEK_CUR)  # sf3 files have odd sizes and no padding
    return kind if tag == b"LIST" else None


def better(font: Soundfont) -> str | None:
    """How to get fuller instruments than `font`, in one sentence; None where it is good already."""
    if font.is_own or font.id != catalogue().fonts[-1].id:
        return None
    command = next(known.get["apt"] for known in catalogue().fonts)
    return (
        "For fuller instruments put a General MIDI .sf2 or .sf3 file into soundfonts/, "
        f"or on Debian and Ubuntu run `{command}`."
    )


def _own(folders: Sequence[Path]) -> Iterator[Soundfont]:
    known = {entry.file.casefold(): entry for entry in catalogue().fonts}
    for folder in dict.fromkeys((*folders, PROJECT_FOLDER)):
        for path in _files(folder):
            entry = known.get(path.name.casefold())
            name = entry.name if entry else path.stem
            licence = entry.licence if entry else None
            size_bytes = path.stat().st_size
            yield Soundfont(entry.id if entry else name, name, path, size_bytes, licence, True)


def _files(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        return ()
    files = (path for path in folder.iterdir() if path.suffix.casefold() in SUFFIXES)
    return sorted(path for path in files if path.is_file() and not path.name.startswith("."))


def _of_the_machine() -> Iterator[Soundfont]:
    for entry in catalogue().fonts:
        for folder in (*_package_folder(entry.package), *catalogue().folders):
            path = folder / entry.file
            if path.is_file():
                size_bytes = path.stat().st_size
                yield Soundfont(entry.id, entry.name, path, size_bytes, entry.licence)


def _package_folder(package: str | None) -> tuple[Path, ...]:
    # find_spec looks the package up without importing it, which would take a tenth of a second.
    spec = find_spec(package) if package else None
    return (Path(spec.origin).parent,) if spec and spec.origin else ()


def _names(*names: str) -> set[str]:
    return {name.casefold() for name in names}


def _missing(wanted: str | None, fonts: Sequence[Soundfont]) -> str:
    if wanted is None:
        return "There is no soundfont here: put a .sf2 or .sf3 file into soundfonts/."
    there = ", ".join(font.id for font in fonts) or "none"
    get = next(
        (
            f"get it with `{entry.get['apt']}` or put {entry.file} into soundfonts/"
            for entry in catalogue().fonts
            if wanted.casefold() in _names(entry.id, entry.name, entry.file)
        ),
        "put its .sf2 or .sf3 file into soundfonts/",
    )
    return f"There is no soundfont {wanted!r} here (there is: {there}): {get}."
