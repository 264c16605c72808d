"""The take-home job: a version of a piece as files for other programs, as the mix is set now.

The folder of a job holds one file. The folders used longest ago go when they take too much room:
every file can be made again.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from studio.errors import BadKnob, BadScore, TuttiError
from studio.export.audio import convert, write_mix_of
from studio.export.bundle import write_bundle
from studio.export.mix import strips_of
from studio.export.musicxml import full_score, lead_sheet
from studio.export.names import file_stem
from studio.export.piece_file import ENDING, pack_piece, to_json
from studio.export.zipping import add
from studio.jobs import stems
from studio.library import Library, Opened, Piece
from studio.machine import files
from studio.music import midi
from studio.music.score import Score
from studio.pictures import roll_png, roll_svg
from studio.queue import Context, JsonObject
from studio.sound.engine import Engine

KIND, FOLDER = "take_home", "take-home"
MOST_BYTES = 2**30
SOUNDS = {"all": ".zip", "stems": "-stems.zip", "wav": ".wav", "ogg": ".ogg", "mp3": ".mp3"}
DOCUMENTS = {
    "lead-sheet": "-lead-sheet.musicxml", "score": "-full-score.musicxml", "png": ".png",
    "svg": ".svg", "midi": ".mid", "recipe": "-recipe.json", "piece": ENDING,
}  # fmt: skip
ENDINGS = SOUNDS | DOCUMENTS
_FULL = "The file cannot be written: make room on the disk and take the piece home again."


@dataclass(frozen=True, slots=True)
class TakeHomeRequest:
    """`what` is a key of `ENDINGS`; `sound` names what plays, as for the stems."""

    piece: str
    version: str
    what: str
    sound: str

    def __post_init__(self) -> None:
        if self.what not in ENDINGS:
            raise BadKnob(f"{self.what[:20]!r} is no format: choose one of {', '.join(ENDINGS)}.")

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def folder_of(data_dir: Path, job_id: str) -> Path:
    """Where the file of a job lies."""
    return data_dir / FOLDER / job_id


def file_name(title: str, recipe: JsonObject, what: str) -> str:
    """What the file is called: small letters, digits and hyphens; title, model and seed, so that
    two bands of one tune lie side by side."""
    known = [str(recipe[fact]) for fact in ("model", "seed") if recipe.get(fact) is not None]
    return (
        "-".join([file_stem(title, "piece"), *(file_stem(one, "band") for one in known)])
        + (ENDINGS[what])
    )


def as_named(score: Score, title: str) -> Score:
    """The score under the library's title, each part under the name that the mix has for it."""
    named = zip(score.tracks, score.part_names, strict=True)
    return replace(score, title=title, tracks=tuple(replace(t, name=name) for t, name in named))


def document(what: str, piece: Piece, opened: Opened) -> bytes:
    """One of `DOCUMENTS`; raises BadScore where this piece has none such."""
    score = as_named(opened.score, piece.name)
    recipe = opened.recipe or None
    if what == "recipe" and recipe is None:
        raise BadScore("This piece came without a recipe: take it home as a piece file.")
    make: dict[str, Callable[[], bytes]] = {
        "midi": lambda: midi.write(score),
        "lead-sheet": lambda: lead_sheet(score),
        "score": lambda: full_score(score),
        "png": lambda: roll_png(score),
        "svg": lambda: roll_svg(score),
        "recipe": lambda: to_json(recipe),
        "piece": lambda: pack_piece(score, recipe, piece.mix),
    }
    return make[what]()


def run(request: TakeHomeRequest, context: Context, synth: Engine) -> JsonObject:
    """Writes the file; the result has its name, its bytes, the piece's `revision` and `remarks`,
    a sentence for each part of `all` that could not be made.

    Raises BadScore, SoundError or TuttiError with the sentence for the user; then there is no file.
    """
    owner = context.job.owner
    with Library.in_folder(context.data_dir) as library:
        piece = library.piece(request.piece, owner)
        opened = library.opened(request.piece, request.version, owner)
    folder = folder_of(context.data_dir, context.job.id)
    target = folder / file_name(piece.name, opened.recipe, request.what)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if request.what in DOCUMENTS:
            context.emit("stage", {"text": "Writing the file", "share": 0.3})
            target.write_bytes(document(request.what, piece, opened))
            remarks: Sequence[str] = ()
        else:
            remarks = _with_sound(request, context, synth, piece, opened, target)
        size = target.stat().st_size
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise TuttiError(_FULL) from error
        raise
    forget(context.data_dir, keep=folder)
    facts = {"file": target.name, "bytes": size, "revision": piece.revision}
    return {**facts, "remarks": list(remarks)}


def _with_sound(
    request: TakeHomeRequest,
    context: Context,
    synth: Engine,
    piece: Piece,
    opened: Opened,
    target: Path,
) -> Sequence[str]:
    context.emit("stage", {"text": "Rendering the sound", "share": 0.1})
    wanted = stems.StemsRequest(request.piece, request.version, request.sound)
    names = stems.run(wanted, context, synth)["stems"]
    paths = [stems.stem_path(context.data_dir, name) for name in names]
    context.emit("stage", {"text": "Writing the file", "share": 0.6})
    context.check()
    score = as_named(opened.score, piece.name)
    if request.what == "all":
        return write_bundle(score, paths, target, opened.recipe or None, piece.mix)
    parts = [track.name for track in score.tracks]
    if request.what == "stems":
        _write_stems(parts, paths, target)
        return ()
    wav = target.with_suffix(".wav")
    write_mix_of(paths, strips_of(parts, piece.mix), wav)
    if request.what != "wav":
        context.check()
        convert(wav, target, request.what)
        wav.unlink()
    return ()


def _write_stems(parts: Sequence[str], paths: Sequence[Path], target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for number, (part, path) in enumerate(zip(parts, paths, strict=True), 1):
            add(archive, f"{number:02d}-{file_stem(part, 'part')}.wav", path)


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
