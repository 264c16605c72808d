"""From a melody and a model to a band: the same steps for page, command line and Python.

The result holds the melody note for note, then the model's parts, chord marks and a key. Its recipe
(melody, model, knobs, seed) gives the same bytes again on the same machine.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from studio import midi
from studio.catalog import SHIPPED, Card, read_model
from studio.device import choose_device, device_name, prepare_torch
from studio.errors import BadScore
from studio.harmony import ChordPlan
from studio.measures.copies import CopyIndex, Nearest, nearest
from studio.planning import check, hear, plan_for
from studio.score import Metre, Note, Score, Track, top_line
from studio.swing import swing
from studio.techniques.contract import choose
from studio.techniques.registry import technique

RECIPE_FORMAT = 1
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
PLANNER = SHIPPED.parent / "planner"
VERY_CLOSE = 0.85  # likeness of a band to a training passage
LIKENESS = (
    "Likeness is the share of notes that two bars of the band have in common with two bars of a "
    "song the model learned from, in any key: same place in the bar, same pitch. A common pattern "
    "on a common chord is alike without being copied: pop songs that the model never saw are .5 "
    "like their nearest training passage in the middle, one in ten .65."
)


@dataclass(frozen=True, slots=True)
class Band:
    """A model in memory, ready to play."""

    card: Card
    planner: Any
    module: Any
    weights_id: str
    device: str
    copies: CopyIndex | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """A finished piece; `seconds` is what composing took on `device`. `nearest` is the passage of
    the model's training songs that the band is most like; None where the band is too sparse to
    tell, or the model has no index of its songs."""

    score: Score
    plan: ChordPlan
    recipe: dict[str, Any]
    device: str
    seconds: float
    nearest: Nearest | None = None

    @property
    def midi(self) -> bytes:
        """The piece as a MIDI file."""
        return midi.write(self.score)


def load_band(folder: Path, device: str = "auto") -> Band:
    """Reads and builds a model; raises BadModel where it is missing or damaged."""
    model = read_model(folder)
    card = model.card
    chosen = choose_device(device)
    prepare_torch()
    kind = technique(card.technique)
    settings = choose(kind.settings, card.settings)
    module = kind.build(card.parts, settings, model.weights, chosen)
    digest = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    return Band(card, planner(), module, digest[:16], chosen, model.copies)


@cache
def planner() -> Any:
    """The chord planner, loaded once: every model reads the same plan."""
    prepare_torch()
    from studio.planner.plan import load

    return load(PLANNER)


def compose(
    band: Band,
    melody: Score,
    seed: int = 0,
    knobs: Mapping[str, Any] | None = None,
    chords: str = "",
    chord_risk: float = 0.0,
) -> Composition:
    """Adds the band to a melody of one track, 1 to 64 bars.

    `chords` fixes some or all of them, as `studio.leadsheet` reads them; `chord_risk` 0-1 says how
    freely the others are chosen. Raises BadScore for an empty or too long melody, BadKnob for a
    knob, seed or chord that is none.
    """
    check(melody, seed)
    began = time.perf_counter()
    kind = technique(band.card.technique)
    chosen = choose(kind.knobs, knobs or {})
    heard = hear(melody)
    line = replace(melody, tracks=(top_line(heard.voices),))
    plan = plan_for(band.planner, band.card, heard, chords, chord_risk, seed)
    rng = np.random.default_rng(seed)
    played = kind.compose(band.module, band.card.parts, line, plan, chosen, rng)
    parts = [_within(track, heard.bars, melody) for track in played.tracks[1:]]
    even = replace(melody, tracks=(melody.tracks[0], *parts))
    near = nearest(band.copies, even, plan.key.signature) if band.copies else None
    if heard.swung or (band.card.swings and melody.metre.unit == 4):
        parts = [swing(track) for track in parts]
    score = replace(
        melody,
        tracks=(melody.tracks[0], *parts),
        key=str(plan.key),
        chords=plan.marks(),
    )
    recipe = {
        "format": RECIPE_FORMAT,
        "melody": melody_to_json(melody),
        "model": band.card.id,
        "weights": band.weights_id,
        "technique": band.card.technique,
        "knobs": asdict(chosen),
        "chords": chords,
        "chord_risk": chord_risk,
        "seed": seed,
    }
    seconds = time.perf_counter() - began
    return Composition(score, plan, recipe, device_name(band.device), seconds, near)


def is_close(near: Nearest) -> bool:
    """Whether a band is so like a training passage that another seed should play."""
    return near.likeness > VERY_CLOSE


def nearest_sentence(near: Nearest) -> str:
    """What the copy check found, for people."""
    if not is_close(near):
        return (
            f"Nearest training passage: {near.song}, bar {near.song_bar}, "
            f"likeness {near.likeness:.2f}."
        )
    how = "the same as" if near.likeness >= 1 else "very close to"
    return (
        f"Bars {near.bar} and {near.bar + 1} are {how} {near.song}, bar {near.song_bar} "
        f"(likeness {near.likeness:.2f}): try another seed before you publish this."
    )


def _within(track: Track, bars: int, melody: Score) -> Track:
    """The part cut at the piece's last bar line."""
    end = bars * melody.metre.bar_ticks
    notes = [n for n in track.notes if n.start_tick < end]
    cut = [replace(n, duration_ticks=min(n.end_tick, end) - n.start_tick) for n in notes]
    return replace(track, notes=tuple(cut))


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
        "notes": [[n.start_tick, n.pitch, n.duration_ticks, n.velocity] for n in track.notes],
    }


@dataclass(frozen=True, slots=True)
class Order:
    """What a recipe asks for."""

    melody: Score
    model: str
    seed: int
    knobs: dict[str, Any]
    chords: str
    chord_risk: float


def read_recipe(text: str) -> Order:
    """A `recipe.json` as it was written; raises BadScore where it is damaged or too new."""
    try:
        raw = json.loads(text)
        if raw["format"] > RECIPE_FORMAT:
            raise BadScore("This recipe needs a newer Tutti: update Tutti to play it.")
        knobs = {str(name): float(value) for name, value in raw["knobs"].items()}
        return Order(
            melody_from_json(raw["melody"]),
            str(raw["model"]),
            int(raw["seed"]),
            knobs,
            str(raw.get("chords", "")),
            float(raw.get("chord_risk", 0.0)),
        )
    except _DAMAGED as error:
        if isinstance(error, BadScore):
            raise
        raise BadScore("This is no recipe, or a damaged one: export it again.") from error


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
