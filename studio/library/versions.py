"""What the library keeps: pieces, their versions, and a version's folder with score, recipe, facts
and MIDI, which is there whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from studio.composing.edits import chords_text
from studio.composing.recipe import newest
from studio.errors import BadScore, JobError
from studio.export.score_json import score_from_json, score_to_json
from studio.library.pieces import FACTS_FILE, MIDI_FILE, RECIPE_FILE, SCORE_FILE
from studio.measures.asked import playing
from studio.music import midi
from studio.music.score import Score
from studio.pictures import part_colour
from studio.queue import JsonObject

VersionKind = Literal["band", "bars", "edit", "chord", "opened"]
LABELS: dict[VersionKind, str] = {
    "band": "Band", "bars": "Bars written anew", "edit": "Edited", "chord": "Chord changed",
    "opened": "Opened",
}  # fmt: skip
BESIDE = " (beside another tab)"  # in the label of what another tab's change could not be put under
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the library: one tree of versions. Times are wall-clock seconds, for display and
    for the 30 days after which what was deleted goes."""

    id: str
    owner: str
    name: str
    tags: list[str]
    favourite: bool
    created_at: float
    changed_at: float
    deleted_at: float | None
    head: str  # the version saved last
    revision: int  # grows with every change of anything here
    mix: JsonObject
    locks: list[str]


@dataclass(frozen=True, slots=True)
class Version:
    """A piece as it stood once; `revision` is the piece's, with which this came."""

    id: str
    piece: str
    parent: str | None
    kind: VersionKind
    label: str
    at: float
    revision: int
    job: str | None  # the job and take it was kept from
    take: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a version holds."""

    version: Version
    score: Score
    recipe: dict[str, Any]
    facts: JsonObject


@contextmanager
def new_folder(
    folder: Path, score: Score, recipe: Mapping[str, Any], facts: JsonObject
) -> Iterator[None]:
    """Writes a version's folder, and takes it away again where what follows fails.

    Raises JobError where it cannot be written, BadScore for a score that is too large.
    """
    files = {
        SCORE_FILE: json.dumps(score_to_json(score), ensure_ascii=False).encode(),
        RECIPE_FILE: json.dumps(recipe, ensure_ascii=False).encode(),
        FACTS_FILE: json.dumps(facts, indent=2, ensure_ascii=False).encode(),
        MIDI_FILE: midi.write(score),
    }
    part = folder.with_name(f".{folder.name}.part")
    try:
        part.mkdir(parents=True)
        for name, content in files.items():
            _write(part / name, content)
        part.rename(folder)
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
    finally:
        remove(part)


def remove(folder: Path) -> None:
    """Takes a folder away, as far as that goes."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_but_score(folder: Path) -> None:
    """Takes away what a version that went into a later one needs no more: a tab may still show it,
    and edit its notes."""
    for name in (RECIPE_FILE, FACTS_FILE, MIDI_FILE):
        with suppress(OSError):
            (folder / name).unlink()


def score_in(folder: Path) -> Score:
    """The score of a version; raises BadScore where it is damaged or gone."""
    try:
        return score_from_json(_json(folder / SCORE_FILE))
    except (OSError, *_DAMAGED) as error:
        raise BadScore("This version is gone: open another one of the piece.") from error


def opened(folder: Path, version: Version) -> Opened:
    """What lies in a version's folder; raises BadScore where that is damaged or gone."""
    try:
        score = score_from_json(_json(folder / SCORE_FILE))
        recipe = _json(folder / RECIPE_FILE)
        if not isinstance(recipe, dict):
            raise TypeError("a recipe is an object")
    except (OSError, *_DAMAGED) as error:
        raise BadScore(
            f"The version {version.label!r} of this piece is damaged: open another one from its "
            "history."
        ) from error
    return Opened(version, score, recipe, facts_in(folder) or facts_of(score, recipe))


def facts_in(folder: Path) -> JsonObject:
    """The facts of a version, none where they are damaged."""
    with suppress(OSError, *_DAMAGED):
        facts = _json(folder / FACTS_FILE)
        if isinstance(facts, dict):
            return facts
    return {}


def facts_of(
    score: Score, recipe: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> JsonObject:
    """What a page says about a piece, as `pieces.summary`, made anew for other notes; what only the
    composing knew (device, seconds) is taken over."""
    facts = dict(before or {})
    asked = newest(recipe)
    facts |= {
        "title": score.title,
        "bars": score.bars,
        "key": score.key,
        "chords": chords_text(score, _by_the_beat(score)),
        "tempo_bpm": score.tempo_bpm,
        "metre": str(score.metre),
        "model": recipe.get("model"),
        "seed": asked.get("seed"),
        "parts": [
            {
                "name": track.name,
                "program": track.program,
                "is_drum": track.is_drum,
                "notes": len(track.notes),
                "colour": part_colour(index),
            }
            for index, track in enumerate(score.tracks)
        ],
    }
    facts.setdefault("nearest", None)
    facts["written"] = facts.get("written") or score.bars
    facts["asked"] = _measured(score, facts.get("asked") or [], facts["written"])
    return facts


def _measured(score: Score, rows: list[JsonObject], written: int) -> list[JsonObject]:
    """What parts were asked for, beside how they play now."""
    tracks = {track.name: track for track in score.tracks[1:]}
    bars = range(written)
    return [
        {**row, "got": asdict(playing(tracks[row["name"]], bars, score.metre.bar_ticks))}
        for row in rows
        if row.get("name") in tracks
    ]


def _by_the_beat(score: Score) -> bool:
    """Whether some chord begins elsewhere than at half a bar."""
    half = max(score.metre.bar_ticks // 2, 1)
    return any(mark.start_tick % half for mark in score.chords)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
