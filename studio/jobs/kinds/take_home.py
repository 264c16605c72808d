"""The take-home job: a version of a piece as files for other programs, as the mix is set now.

The folder of a job holds one file. The folders used longest ago go when they take too much room:
every file can be made again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from studio.export import FORMATS, Material
from studio.ground import files
from studio.ground.errors import BadKnob, TuttiError
from studio.ground.payload import Payload
from studio.jobs.kinds import stems
from studio.jobs.tools import Tools
from studio.library import Content, Library, Piece
from studio.music.score import Score
from studio.queue import Context, JsonObject
from studio.sound import Mix, Mixdown

KIND, FOLDER = "take_home", "take-home"
MOST_BYTES = 2**30
_FULL = "The file cannot be written: make room on the disk and take the piece home again."


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """`what` is a key of `FORMATS`; `sound` names what plays, as for the stems."""

    piece: str
    version: str
    what: str
    sound: str

    def __post_init__(self) -> None:
        if self.what not in FORMATS:
            raise BadKnob(f"{self.what[:20]!r} is no format: choose one of {', '.join(FORMATS)}.")


def folder_of(data_dir: Path, job_id: str) -> Path:
    """Where the file of a job lies."""
    return data_dir / FOLDER / job_id


def file_name(title: str, recipe: JsonObject, what: str) -> str:
    """What the file is called: small letters, digits and hyphens; title, model and seed, so that
    two bands of one tune lie side by side."""
    known = [str(recipe[fact]) for fact in ("model", "seed") if recipe.get(fact) is not None]
    words = [files.file_stem(title, "piece"), *(files.file_stem(one, "band") for one in known)]
    return "-".join(words) + FORMATS[what].ending


def as_named(score: Score, title: str) -> Score:
    """The score under the library's title, each part under the name that the mix has for it."""
    named = zip(score.tracks, score.part_names, strict=True)
    return replace(score, title=title, tracks=tuple(replace(t, name=name) for t, name in named))


def material(piece: Piece, opened: Content, sound: Mixdown | None, folder: Path) -> Material:
    """What a version of a piece is taken home from; `folder` is for what is on its way."""
    score = as_named(opened.score, piece.name)
    return Material(score, opened.recipe or None, Mix.read(piece.mix), sound, folder)


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Writes the file; the result has its name, its bytes, the piece's `revision` and `remarks`,
    a sentence for each part of `all` that could not be made.

    Raises BadScore, SoundError or TuttiError with the sentence for the user; then there is no file.
    """
    owner, format = context.job.owner, FORMATS[request.what]
    with Library.in_folder(context.data_dir) as library:
        piece = library.piece(request.piece, owner)
        opened = library.opened(request.piece, request.version, owner)
    folder = folder_of(context.data_dir, context.job.id)
    target = folder / file_name(piece.name, opened.recipe, request.what)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sound = _sound(request, context, tools, opened.score) if format.sounds else None
        context.emit("stage", {"text": "Writing the file", "share": 0.6 if sound else 0.3})
        context.check()
        with tempfile.TemporaryDirectory() as scratch:
            remarks = format.write(material(piece, opened, sound, Path(scratch)), target)
        size = target.stat().st_size
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise TuttiError(_FULL) from error
        raise
    forget(context.data_dir, keep=folder)
    facts = {"file": target.name, "bytes": size, "revision": piece.revision}
    return {**facts, "remarks": list(remarks)}


def _sound(request: Request, context: Context, tools: Tools, score: Score) -> Mixdown:
    context.emit("stage", {"text": "Making the sound", "share": 0.1})
    wanted = stems.Request(request.piece, request.version, request.sound)
    names = stems.run(wanted, context, tools)["stems"]
    return stems.stem_store(context.data_dir).mix(score, names)


def find_file(data_dir: Path, job_id: str, result: JsonObject | None) -> Path | None:
    """The file that a job wrote, which counts as used now; None where it is forgotten."""
    if not result:
        return None
    path = folder_of(data_dir, job_id) / str(result["file"])
    if not path.is_file():
        return None
    with suppress(OSError):
        os.utime(path.parent)
    return path


def forget(data_dir: Path, keep: Path, most_bytes: int = MOST_BYTES) -> None:
    """Deletes the folders used longest ago, until all take at most so much room; never `keep`."""
    others = (folder for folder in (data_dir / FOLDER).glob("*") if folder != keep)
    own = sum(path.stat().st_size for path in keep.iterdir())
    files.forget_oldest(others, most_bytes - own)
