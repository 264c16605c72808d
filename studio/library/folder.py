"""A version's folder, with score, recipe, facts and MIDI: its one writer, and its readers.

The score lies there beside the MIDI because a MIDI file drops parts without notes and the title:
bars can only be written anew in what is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio.composing import Composition
from studio.export import score_from_json, score_to_json
from studio.ground import files
from studio.ground.errors import BadScore, JobError
from studio.library.facts import facts_of
from studio.library.records import Content, Version
from studio.music import midi
from studio.music.score import Score
from studio.queue import JsonObject

MIDI_FILE, RECIPE_FILE, SCORE_FILE, FACTS_FILE = (
    "song.mid",
    "recipe.json",
    "score.json",
    "facts.json",
)
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def take_folder(data_dir: Path, job_id: str, take: int = 1) -> Path:
    """Where lies what is heard and seen of a job's take, and what is no version of the library; of
    later takes, from 2, in the first one's."""
    folder = data_dir / "pieces" / job_id
    return folder if take == 1 else folder / f"take-{take}"


def write_band(folder: Path, piece: Composition, facts: JsonObject) -> None:
    """A band that is no version of the library, in a folder of its own. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    _fill(folder, piece.score, piece.recipe.to_json(), facts)


@contextmanager
def new_folder(folder: Path, score: Score, recipe: JsonObject, facts: JsonObject) -> Iterator[None]:
    """Writes a version's folder, there whole or not at all, and takes it away again where what
    follows fails.

    Raises JobError where it cannot be written, BadScore for a score that is too large.
    """
    try:
        with files.whole_folder(folder) as part:
            _fill(part, score, recipe, facts)
        yield
    except OSError as error:
        remove(folder)
        raise JobError(
            f"The piece cannot be saved ({error.strerror}): make room on the disk and try again. "
            "What was saved before is still there."
        ) from error
    except BaseException:
        remove(folder)
        raise


def remove(folder: Path) -> None:
    """Takes a folder away, as far as that goes."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_but_score(folder: Path) -> None:
    """Takes away what a version that went into a later one needs no more: a tab may still show it,
    and edit its notes."""
    for name in (RECIPE_FILE, FACTS_FILE, MIDI_FILE):
        with suppress(OSError):
            (folder / name).unlink()


def opened(folder: Path, version: Version) -> Content:
    """What lies in a version's folder; raises BadScore where that is damaged or gone."""
    try:
        score, recipe = read(folder)
    except (OSError, *_DAMAGED) as error:
        raise BadScore(
            f"The version {version.label!r} of this piece is damaged: open another one from its "
            "history."
        ) from error
    return Content(version, score, recipe, facts_in(folder) or facts_of(score, recipe))


def older_take(folder: Path) -> tuple[Score, JsonObject, JsonObject] | None:
    """Score, recipe and facts of a take that an earlier version of Tutti wrote beside the library;
    None where there is none. Raises BadScore where it is damaged."""
    if not (facts := facts_in(folder)):
        return None
    try:
        return *read(folder), facts
    except (OSError, *_DAMAGED) as error:
        raise BadScore("This piece is not there any more: generate it again.") from error


def read(folder: Path) -> tuple[Score, JsonObject]:
    """Score and recipe; raises OSError, or what damaged files raise."""
    return score_from_json(_object(folder / SCORE_FILE)), _object(folder / RECIPE_FILE)


def score_in(folder: Path) -> Score:
    """The score of a version; raises BadScore where it is damaged or gone."""
    try:
        return score_from_json(_object(folder / SCORE_FILE))
    except (OSError, *_DAMAGED) as error:
        raise BadScore("This version is gone: open another one of the piece.") from error


def facts_in(folder: Path) -> JsonObject:
    """The facts of a version, none where they are damaged."""
    with suppress(OSError, *_DAMAGED):
        return _object(folder / FACTS_FILE)
    return {}


def _fill(folder: Path, score: Score, recipe: JsonObject, facts: JsonObject) -> None:
    content_of = {
        SCORE_FILE: json.dumps(score_to_json(score), ensure_ascii=False).encode(),
        RECIPE_FILE: json.dumps(recipe, ensure_ascii=False).encode(),
        FACTS_FILE: json.dumps(facts, indent=2, ensure_ascii=False).encode(),
        MIDI_FILE: midi.write(score),
    }
    for name, content in content_of.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _object(path: Path) -> JsonObject:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise TypeError(f"{path.name} is not a JSON object")
    return value
