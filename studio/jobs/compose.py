"""The compose job: a melody and a model in, a folder with score, MIDI, recipe and facts out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from studio.catalog.catalog import find
from studio.composing.heard import hear, plans_for
from studio.composing.performance import (
    VARIATIONS,
    Asked,
    Band,
    Composition,
    last,
    load_band,
    stream,
    variations,
)
from studio.composing.recipe import melody_from_json
from studio.errors import BadKnob
from studio.machine import Settings
from studio.music.harmony import write_chords
from studio.music.score import Score
from studio.queue import Context, JsonObject

PartWishes = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a page asks for; `melody` as `recipes.melody_to_json` writes it, `parts` the part knobs
    by part, `takes` 1 or 4."""

    melody: dict[str, Any]
    model: str
    seed: int
    knobs: dict[str, float]
    chords: str = ""
    chord_risk: float = 0.0
    parts: PartWishes = field(default_factory=dict)
    takes: int = 1

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)

    def asked(self) -> Asked:
        """What is asked of the band."""
        return Asked(self.knobs, self.parts, self.chords, self.chord_risk)


class Bands:
    """Models kept in memory; one whose files changed is read again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: dict[Path, tuple[int, Band]] = {}

    def get(self, model_id: str) -> Band:
        """The model, loaded if need be; raises BadModel."""
        folder = find(model_id, self._settings.model_folders)
        stamp = (folder / "card.json").stat().st_mtime_ns
        known = self._loaded.get(folder)
        if known is None or known[0] != stamp:
            known = (stamp, load_band(folder, self._settings.device))
            self._loaded[folder] = known
        return known[1]


def play(request: Request, bands: Bands) -> Iterator[Composition]:
    """Composes what was asked for: what there is after every bar."""
    melody = melody_from_json(request.melody)
    return stream(bands.get(request.model), melody, request.seed, request.asked())


def play_takes(request: Request, bands: Bands) -> list[Composition]:
    """Several takes of what was asked for; raises BadKnob for more than there can be."""
    if not 1 <= request.takes <= VARIATIONS:
        raise BadKnob(f"There can be 1 to {VARIATIONS} takes at once.")
    melody = melody_from_json(request.melody)
    band = bands.get(request.model)
    return variations(band, melody, request.seed, request.asked(), request.takes)


def other_chords(piece: Composition, request: Request, bands: Bands) -> list[str]:
    """The chord plans to choose from beside the one that the piece has, as text."""
    band, melody = bands.get(request.model), melody_from_json(request.melody)
    plans = plans_for(band.planner, band.card, hear(melody), seed=request.seed)
    texts = [write_chords(plan, melody.metre) for plan in plans]
    played = write_chords(piece.plan, melody.metre)
    return [text for text in texts if text != played]


def whole(context: Context, band: Band, melody: Score, seed: int) -> Composition:
    """The finished piece; given up after any bar where nobody wants it any more."""

    def wanted() -> Iterator[Composition]:
        for piece in stream(band, melody, seed):
            context.check()
            yield piece

    return last(wanted())
