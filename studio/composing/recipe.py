"""Recipes: what gives a piece again, as JSON: melody, model, knobs, chords and seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.errors import BadScore
from studio.music.score import Metre, Note, Score, Track

RECIPE_FORMAT = 2
EDITS_FORMAT = 3  # of a piece that was edited; one that was not stays readable for an older Tutti
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def melody_to_json(melody: Score) -> dict[str, Any]:
    """A melody as a recipe keeps it; notes as [start_tick, pitch, duration_ticks, velocity]."""
    track = melody.tracks[0]
    return {
        "title": melody.title,
        "tempo_bpm": melody.tempo_bpm,
        "metre": str(melody.metre),
        "key": melody.key,
        "name": track.name,
        "program": track.program,
        "notes": [n.row for n in track.notes],
    }


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Bars of a piece that were written anew, counted from 1, by the part's name."""

    bars: dict[str, tuple[int, ...]]
    seed: int
    knobs: dict[str, Any]
    parts: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Edit:
    """Other notes, as rows, or another instrument for a part of a piece."""

    part: str
    notes: tuple[tuple[int, ...], ...] | None = None
    program: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a recipe's "edits" keep it."""
        if self.notes is None:
            return {"part": self.part, "program": self.program}
        return {"part": self.part, "notes": [list(row) for row in self.notes]}


@dataclass(frozen=True, slots=True)
class Regeneration:
    """Bars of an arrangement, edited or not, that were made anew, counted from 1, by the part's
    name; `chords` are all its chord marks where they were changed for it."""

    bars: dict[str, tuple[int, ...]]
    seed: int
    knobs: dict[str, Any]
    parts: dict[str, dict[str, float]]
    chords: tuple[tuple[int, str], ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As a recipe's "edits" keep it."""
        return {
            "bars": {name: list(numbers) for name, numbers in self.bars.items()},
            "seed": self.seed,
            "knobs": self.knobs,
            "parts": self.parts,
            "chords": None if self.chords is None else [list(mark) for mark in self.chords],
        }


Change = Edit | Regeneration | Rewrite


@dataclass(frozen=True, slots=True)
class Order:
    """What a recipe asks for; the `rewrites` in the order they were done, then the `edits`."""

    melody: Score
    model: str
    seed: int
    knobs: dict[str, Any]
    chords: str
    chord_risk: float
    parts: dict[str, dict[str, float]] = field(default_factory=dict)
    bars: int | None = None  # where it was stopped
    rewrites: tuple[Rewrite, ...] = ()
    edits: tuple[Change, ...] = ()


def read_recipe(text: str) -> Order:
    """A `recipe.json` as it was written; raises BadScore where it is damaged or too new."""
    try:
        raw = json.loads(text)
        if raw["format"] > EDITS_FORMAT:
            raise BadScore("This recipe needs a newer Tutti: update Tutti to play it.")
        return Order(
            melody_from_json(raw["melody"]),
            str(raw["model"]),
            int(raw["seed"]),
            _numbers(raw["knobs"]),
            str(raw.get("chords", "")),
            float(raw.get("chord_risk", 0.0)),
            _wishes(raw.get("parts", {})),
            None if raw.get("bars") is None else _at_least_one(raw["bars"]),
            tuple(_rewrite(each) for each in raw.get("rewrites", ())),
            tuple(_change(each) for each in raw.get("edits", ())),
        )
    except _DAMAGED as error:
        if isinstance(error, BadScore):
            raise
        raise BadScore("This is no recipe, or a damaged one: export it again.") from error


def with_rewrite(
    recipe: Mapping[str, Any], bars: Mapping[str, Iterable[int]], new: Mapping[str, Any]
) -> dict[str, Any]:
    """The recipe of a piece of which `bars`, counted from 1, were written anew; `new` is the recipe
    that `composing.rewrite` gave."""
    rewrite = {
        "bars": {name: sorted(set(numbers)) for name, numbers in bars.items()},
        "seed": new["seed"],
        "knobs": new["knobs"],
        "parts": new["parts"],
    }
    if recipe.get("edits"):  # it was done to what they made
        return {**recipe, "edits": [*recipe["edits"], {"rewrite": rewrite}]}
    return {**recipe, "rewrites": [*recipe.get("rewrites", []), rewrite]}


def newest(recipe: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was asked of the model last: where `seed`, `knobs` and `parts` of a recipe are those of
    the bars that were written last."""
    edits = [each.get("rewrite", each) for each in recipe.get("edits", ())]
    asked = [each for each in edits if "seed" in each]
    last: Mapping[str, Any] = [recipe, *recipe.get("rewrites", ()), *asked][-1]
    return last


def _change(raw: Mapping[str, Any]) -> Change:
    if "rewrite" in raw:
        return _rewrite(raw["rewrite"])
    if "bars" in raw:
        done, marks = _rewrite(raw), raw["chords"]
        chords = None if marks is None else tuple((int(tick), str(name)) for tick, name in marks)
        return Regeneration(done.bars, done.seed, done.knobs, done.parts, chords)
    part = str(raw["part"])
    if "notes" in raw:
        return Edit(part, notes=tuple(tuple(map(int, row)) for row in raw["notes"]))
    return Edit(part, program=int(raw["program"]))


def _rewrite(raw: Mapping[str, Any]) -> Rewrite:
    bars = {str(name): tuple(map(int, numbers)) for name, numbers in raw["bars"].items()}
    return Rewrite(bars, int(raw["seed"]), _numbers(raw["knobs"]), _wishes(raw["parts"]))


def _at_least_one(raw: Any) -> int:
    bars = int(raw)
    if bars < 1:
        raise ValueError(f"a piece of {bars} bars")
    return bars


def _numbers(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): float(value) for name, value in raw.items()}


def _wishes(raw: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    return {str(part): _numbers(wishes) for part, wishes in raw.items()}


def melody_from_json(raw: Mapping[str, Any]) -> Score:
    """The melody of a recipe; raises BadScore where it is damaged."""
    try:
        beats, unit = (int(part) for part in str(raw["metre"]).split("/"))
        notes = tuple(Note(*(int(value) for value in row)) for row in raw["notes"])
        track = Track(str(raw["name"]), notes, int(raw["program"]))
        key = None if raw["key"] is None else str(raw["key"])
        return Score(
            (track,), float(raw["tempo_bpm"]), Metre(beats, unit), key, (), str(raw["title"])
        )
    except _DAMAGED as error:
        raise BadScore("This recipe's melody cannot be read: export it again.") from error
