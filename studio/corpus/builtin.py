"""Sets that come with music21's corpus: made from the files that are installed, nothing fetched.

Only what can teach a band is offered. The corpus holds no tunes with chords to speak of, so its
fiddle tunes get a plain accompaniment by rule, and it holds one rag only: both sets say so.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from studio.corpus.reading import Song
from studio.corpus.scores import key_of, parse, scores_of
from studio.corpus.sections import cut_out
from studio.corpus.sets import MusicSet, Source, store
from studio.corpus.strum import accompanied
from studio.ground.errors import BadScore
from studio.music import midi
from studio.music.score import Score
from studio.music.theory import parse_key

Tell = Callable[[str, float], None]
COLUMNS = (
    "file", "title", "composer", "genre", "melody_track", "key", "source", "accompaniment",
)  # fmt: skip
_PLAIN_TITLE = re.compile(r"\s*--?\s*(reel|jig|hornpipe|strathspey|clog|the)\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BuiltIn(Source):
    """A set of music21's corpus: `files` are patterns under it, of which every `every`th is taken;
    `composers` whose music a path is that begins so; `programs` the instruments of the parts where
    the files' own say little; `strains` the bars, from 1, at which a piece is cut in pieces;
    `strummed` whether it is accompanied by rule."""

    tempo_bpm: float
    composers: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[int, ...] = ()
    parts: int | None = None
    every: int = 1
    strains: tuple[int, ...] = ()
    strummed: bool = False


_TABLE = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
BUILTIN = TypeAdapter(dict[str, BuiltIn]).validate_python(tomllib.loads(_TABLE))


def gather_builtin(folder: Path, key: str, tell: Tell) -> MusicSet:
    """Makes the built-in set `key` under `folder`; `tell` hears what is done and the share (0-1)
    that is through."""
    facts = BUILTIN[key]
    folders = ", ".join(dict.fromkeys(pattern.split("/")[0] for pattern in facts.files))
    made = facts.as_set("builtin", key, f"music21's corpus ({folders}).")
    return store(folder, made, _members(facts, tell))


def _members(facts: BuiltIn, tell: Tell) -> Iterator[tuple[str, bytes]]:
    """The songs as MIDI files, and at the end the manifest."""
    rows: list[dict[str, str]] = []
    paths = _paths(facts)
    for number, (name, path) in enumerate(paths):
        tell(f"Reading {Path(name).stem}", number / len(paths))
        stream = parse(path)
        if stream is None or (facts.parts and len(stream.parts) != facts.parts):
            continue
        for file, piece in _pieces(facts, stream, name):
            rows.append(_row(facts, file, piece, name))
            yield file, midi.write(piece)
    tell("Packing", 1.0)
    yield "manifest.csv", as_table(rows)


def _paths(facts: BuiltIn) -> list[tuple[str, Path]]:
    """Files by their names in the corpus."""
    from music21.common import getCorpusFilePath

    root = Path(getCorpusFilePath())
    found = [path for pattern in facts.files for path in sorted(root.glob(pattern))]
    return [(path.relative_to(root).as_posix(), path) for path in found[:: facts.every]]


def _pieces(facts: BuiltIn, stream: Any, name: str) -> Iterator[tuple[str, Score]]:
    """What a file holds, by names of their own: its stretches in one metre, or its strains."""
    try:
        scores = scores_of(stream, _title(stream, name), facts.tempo_bpm, facts.programs)
        key = parse_key(key_of(stream))
        if facts.strummed:
            scores = [accompanied(score, key) for score in scores if key is not None]
    except BadScore:
        return
    pieces = [replace(score, key=str(key) if key else None) for score in scores]
    if facts.strains:
        pieces = [strain for piece in pieces for strain in _strains(piece, facts.strains)]
    stem = name.rsplit(".", 1)[0]
    for number, piece in enumerate(pieces, 1):
        yield f"{stem}-{number}.mid" if len(pieces) > 1 else f"{stem}.mid", piece


def _strains(score: Score, bars: Sequence[int]) -> Iterator[Score]:
    """The piece cut at these bars; bar 1 is the first whole one, for a pickup stands before it."""
    for number, (first, last) in enumerate(pairwise(bars), 1):
        ticks = (first * score.metre.bar_ticks, last * score.metre.bar_ticks)
        piece = cut_out(Song("", score), *ticks, score.metre).score
        yield replace(piece, title=f"{score.title}, part {number}")


def _title(stream: Any, name: str) -> str:
    printed = str((stream.metadata and stream.metadata.title) or "")
    if printed and not printed.endswith((".mxl", ".xml", ".krn")):
        return _PLAIN_TITLE.sub("", printed).strip(' ".') or printed
    return name.split("/", 1)[1].rsplit(".", 1)[0].replace("/", " ").replace("_", " ")


def _row(facts: BuiltIn, file: str, score: Score, name: str) -> dict[str, str]:
    composers = (whose for start, whose in facts.composers.items() if name.startswith(start))
    return {
        "file": file,
        "title": score.title,
        "composer": next(composers, ""),
        "genre": facts.genre,
        "melody_track": "1",  # after the conductor's
        "key": score.key or "",
        "source": name,
        "accompaniment": "by rule" if facts.strummed else "",
    }


def as_table(rows: Sequence[dict[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """Rows as a manifest."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
