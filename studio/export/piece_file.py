"""A piece as one file that another Tutti opens: `.tutti`, a zip of its notes, recipe and mix.

What comes in is somebody else's: sizes, names and numbers are checked before they are believed, and
nothing in it can run. The notes are all there, so a piece whose model is gone still opens.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.export.score_json import score_from_json, score_to_json
from studio.export.zipping import add
from studio.ground import files
from studio.ground.errors import BadMidi, BadScore
from studio.music.score import Score
from studio.sound import Mix

ENDING = ".tutti"
PIECE_FORMAT = 1
MAX_BYTES = 8_000_000
_HEAD, _SCORE, _RECIPE, _MIX = "tutti.json", "score.json", "recipe.json", "mix.json"
_LIMITS = {_HEAD: 1_000, _SCORE: 4_000_000, _RECIPE: 4_000_000, _MIX: 100_000}  # bytes
_DAMAGED = "This is no piece of Tutti, or it is damaged: ask for it again."


_PLAIN = Mix()


@dataclass(frozen=True, slots=True)
class PieceFile:
    """What a piece file holds; `recipe` is as it was written, None where there was none."""

    score: Score
    recipe: dict[str, Any] | None = None
    mix: Mix = field(default_factory=Mix)


def pack_piece(score: Score, recipe: Mapping[str, Any] | None = None, mix: Mix = _PLAIN) -> bytes:
    """The piece as one file; the same piece gives the same bytes. Raises BadScore where it is too
    large to be opened again."""
    files = {_HEAD: {"format": PIECE_FORMAT}, _SCORE: score_to_json(score)}
    if recipe is not None:
        files[_RECIPE] = dict(recipe)
    files[_MIX] = dict(sorted(mix.to_json().items()))
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, value in files.items():
            content = to_json(value, None if name == _SCORE else 2)
            if len(content) > _LIMITS[name]:
                raise BadScore("This piece is too large for a file: take it home as MIDI.")
            add(archive, name, content)
    return result.getvalue()


def open_piece(data: bytes) -> PieceFile:
    """What `pack_piece` packed; raises BadScore where it is damaged, from a newer Tutti, or made to
    harm."""
    if len(data) > MAX_BYTES:
        raise BadScore("This file is too large for a piece of Tutti: choose a .tutti file.")
    try:
        with files.open_zip(io.BytesIO(data)) as archive:
            members = _read(archive)
    except BadMidi as error:  # its sentences speak of training songs
        raise BadScore(_DAMAGED) from error
    _check_format(members)
    parsed = {name: _parsed(name, content) for name, content in members.items()}
    recipe = parsed.get(_RECIPE)
    if _SCORE not in parsed or not (recipe is None or type(recipe) is dict):
        raise BadScore(_DAMAGED)
    return PieceFile(score_from_json(parsed[_SCORE]), recipe, Mix.read(parsed.get(_MIX, {})))


def to_json(value: Any, indent: int | None = 2) -> bytes:
    """JSON as Tutti's files hold it, UTF-8; raises BadScore for what JSON cannot say."""
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadScore("This piece's recipe is damaged: generate the piece again.") from error
    return (text + "\n").encode("utf-8", "replace")


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The members that are known, each at most one byte over its limit; what a later Tutti may add
    is not read."""
    names = archive.namelist()
    if len(set(names)) != len(names):
        raise BadMidi("This zip holds a name twice: pack it again.")
    return {
        name: files.read_member(archive, archive.getinfo(name), _LIMITS[name])
        for name in names
        if name in _LIMITS
    }


def _check_format(members: Mapping[str, bytes]) -> None:
    head = _parsed(_HEAD, members.get(_HEAD, b""))
    format = head.get("format") if isinstance(head, dict) else None
    if type(format) is not int or format < 1:
        raise BadScore(_DAMAGED)
    if format > PIECE_FORMAT:
        raise BadScore("This piece needs a newer Tutti: update Tutti to open it.")


def _parsed(name: str, content: bytes) -> Any:
    if len(content) > _LIMITS[name]:
        raise BadScore("This piece is larger than any that Tutti writes: ask for it again.")
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadScore(_DAMAGED) from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
