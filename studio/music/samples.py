"""The sample melodies: our own transcriptions of tunes in the public domain."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

from studio.errors import BadMidi
from studio.machine import assets
from studio.music import midi
from studio.music.melody import from_file
from studio.music.score import Score

FOLDER = assets.ASSETS / "melodies"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample melody as the list shows it."""

    id: str
    title: str
    origin: str
    key: str
    metre: str
    bars: int
    pickup: bool


@cache
def samples() -> tuple[Sample, ...]:
    """All sample melodies, in the order of the index."""
    rows = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    return tuple(Sample(**row) for row in rows)


def sample_melody(id: str) -> Score:
    """The melody of a sample; raises BadMidi where there is no such sample."""
    for sample in samples():
        if sample.id == id:
            score = from_file(midi.read((FOLDER / f"{id}.mid").read_bytes())).score
            return replace(score, title=sample.title)
    names = ", ".join(sample.id for sample in samples())
    raise BadMidi(f"There is no sample called {id!r}: choose one of {names}.")
