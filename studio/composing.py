"""From a melody and a model to a band: the same steps for page, command line and Python.

The result holds the melody note for note, then the model's parts, chord marks and a key. Its recipe
(melody, model, knobs, seed) gives the same bytes again on the same machine.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from studio import midi
from studio.catalog import SHIPPED, Card, read_model
from studio.device import choose_device, device_name, prepare_torch
from studio.errors import BadKnob, BadScore
from studio.harmony import ChordPlan, unit_ticks
from studio.leadsheet import read_chords
from studio.measures.copies import CopyIndex, Nearest, nearest
from studio.score import MAX_BARS, STEP_TICKS, Metre, Note, Score, Track, quantise, top_line
from studio.swing import is_swung, straighten_swing, swing
from studio.techniques.contract import choose
from studio.techniques.registry import technique
from studio.theory import Key, parse_key

RECIPE_FORMAT = 1
PLANNER = SHIPPED.parent / "planner"
MAX_SEED = 2**31 - 1
VERY_CLOSE = 0.85  # likeness of a band to a training passage
LIKENESS = (
    "Likeness is the share of notes that two bars of the band have in common with two bars of a "
    "song the model learned from, in any key: same place in the bar, same pitch. A common pattern "
    "on a common chord is alike without being copied: pop songs that the model never saw are .5 "
    "like their nearest training passage in the middle, one in ten .65."
)
_CHORDS = 1  # sets the chords' randomness apart from the band's
_IN_KEY = 0.85  # a melody in its own key leaves it for some notes only


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
    return Band(card, _planner(), module, digest[:16], chosen, model.copies)


@cache
def _planner() -> Any:
    """The chord planner, loaded once: every model reads the same plan."""
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
    _check(melody, seed)
    if not 0 <= chord_risk <= 1:
        raise BadKnob("Chord risk must be from 0 to 1.")
    began = time.perf_counter()
    kind = technique(band.card.technique)
    chosen = choose(kind.knobs, knobs or {})
    swung = melody.metre.unit == 4 and is_swung(melody.tracks[0].notes)
    played_even = straighten_swing(melody.tracks[0]) if swung else melody.tracks[0]
    heard = quantise(played_even, STEP_TICKS)
    line = replace(melody, tracks=(top_line(heard),))
    # a note that rounds up past the last bar line must not add a bar
    bars = min(max(melody.bars, 1), MAX_BARS)
    plan = plan_for(band, melody, heard.notes, bars, chords, chord_risk, seed)
    rng = np.random.default_rng(seed)
    played = kind.compose(band.module, band.card.parts, line, plan, chosen, rng)
    parts = [_within(track, bars, melody) for track in played.tracks[1:]]
    if swung or (band.card.swings and melody.metre.unit == 4):
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
    near = nearest(band.copies, score, plan.key.signature) if band.copies else None
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


def plan_for(
    band: Band,
    melody: Score,
    notes: Sequence[Note],
    bars: int,
    chords: str,
    chord_risk: float,
    seed: int,
) -> ChordPlan:
    """The chord plan of a melody, in the style of the model."""
    from studio.planner.plan import plan

    ticks = unit_ticks(melody.metre, band.card.per_beat)
    return plan(
        band.planner,
        notes,
        bars,
        melody.metre,
        style=band.card.harmony,
        per_beat=band.card.per_beat,
        key=trusted_key(melody),
        known=read_chords(chords, bars, melody.metre, ticks),
        risk=chord_risk,
        rng=np.random.default_rng([seed, _CHORDS]),
    )


def _check(melody: Score, seed: int) -> None:
    if len(melody.tracks) != 1 or not melody.tracks[0].notes:
        raise BadScore("There is no melody yet: play one, choose a sample or import a file.")
    if melody.bars > MAX_BARS:
        raise BadScore(f"A melody can have up to {MAX_BARS} bars: shorten it.")
    if melody.metre.bar_ticks % STEP_TICKS:
        raise BadScore(f"The metre {melody.metre} has no sixteenths: choose another, such as 4/4.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise BadKnob(f"The seed must be a whole number from 0 to {MAX_SEED}.")


def trusted_key(melody: Score) -> Key | None:
    """The key that the melody's file names, unless the notes deny it: many programs write C major
    into every file."""
    key = parse_key(melody.key) if melody.key else None
    if key is None:
        return None
    notes = melody.tracks[0].notes
    inside = sum(note.duration_ticks for note in notes if note.pitch % 12 in key.scale)
    heard = sum(note.duration_ticks for note in notes)
    return key if inside >= _IN_KEY * heard else None


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
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, BadScore):
            raise
        raise BadScore("This is no recipe, or a damaged one: export it again.") from error


def melody_from_json(raw: Mapping[str, Any]) -> Score:
    """The melody of a recipe; raises BadScore where it is damaged."""
    try:
        beats, unit = (int(part) for part in str(raw["metre"]).split("/"))
        notes = tuple(Note(*(int(value) for value in row)) for row in raw["notes"])
        track = Track(str(raw["name"]), notes, int(raw["program"]))
        return Score(
            (track,), float(raw["tempo_bpm"]), Metre(beats, unit), raw["key"], (), str(raw["title"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadScore("This recipe's melody cannot be read: export it again.") from error
