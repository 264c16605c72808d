"""From a melody and a model to a band: the same steps for page, command line and Python.

The result holds the melody note for note, then the model's parts, chord marks and a key. Its recipe
(melody, model, knobs, seed) gives the same bytes again on the same machine.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from studio.catalog.catalog import Card, read_model, weights_path
from studio.composing.heard import MAX_SEED, Heard, check, hear, plan_for
from studio.composing.recipe import RECIPE_FORMAT, melody_to_json
from studio.errors import BadKnob
from studio.machine import assets, choose_device, device_name, prepare_torch
from studio.measures.copies import CopyIndex, Nearest, nearest
from studio.music import midi
from studio.music.harmony import ChordPlan, write_chords
from studio.music.score import Score, Track, top_line
from studio.music.swing import swing
from studio.techniques import Commission, Kept, technique

T = TypeVar("T")
VARIATIONS = 4
PLANNER = assets.ASSETS / "planner"
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
    settings = kind.Settings.parse(card.settings)
    module = kind.build(card.parts, settings, model.weights, chosen)
    digest = hashlib.sha256(weights_path(folder, card).read_bytes()).hexdigest()
    return Band(card, planner(), module, digest[:16], chosen, model.copies)


@cache
def planner() -> Any:
    """The chord planner, loaded once: every model reads the same plan."""
    prepare_torch()
    from studio.chords.plan import load

    return load(PLANNER)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a band: `knobs` of its technique, `parts` the part knobs by part's name,
    `chords` that fix some or all, as `studio.music.harmony` reads them, and `chord_risk` 0-1, how
    freely the others are chosen."""

    knobs: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    chords: str = ""
    chord_risk: float = 0.0


def compose(
    band: Band,
    melody: Score,
    seed: int = 0,
    knobs: Mapping[str, Any] | None = None,
    chords: str = "",
    chord_risk: float = 0.0,
    parts: Mapping[str, Mapping[str, Any]] | None = None,
    bars: int | None = None,
) -> Composition:
    """Adds the band to a melody of one track, 1 to 64 bars; the arguments as in `Asked`. `bars`
    stops the band after so many.

    Raises BadScore for an empty or too long melody, BadKnob for a knob, seed, part or chord that is
    none.
    """
    asked = Asked(knobs or {}, parts or {}, chords, chord_risk)
    [piece] = last(perform(band, melody, [seed], asked, None, bars))()
    return piece


def stream(
    band: Band, melody: Score, seed: int = 0, asked: Asked | None = None, bars: int | None = None
) -> Iterator[Composition]:
    """As `compose`, with what there is of the piece after every bar; a technique that plays all at
    once gives it whole. Only the last, whole one has been compared with the training songs."""
    for pieces in perform(band, melody, [seed], asked or Asked(), None, bars):
        yield pieces()[0]


def variations(
    band: Band, melody: Score, seed: int = 0, asked: Asked | None = None, count: int = VARIATIONS
) -> list[Composition]:
    """`count` bands on the same chords, of the seed and those that follow it."""
    check(melody, seed)
    asked = asked or Asked()
    if asked.chord_risk:  # all takes' recipes name the chords that were drawn with the first seed
        plan = plan_for(band.planner, band.card, hear(melody), asked.chords, asked.chord_risk, seed)
        asked = replace(asked, chords=write_chords(plan, melody.metre), chord_risk=0.0)
    seeds = [(seed + i) % (MAX_SEED + 1) for i in range(count)]
    return last(perform(band, melody, seeds, asked))()


def last(items: Iterable[T]) -> T:
    """The last of one or more items."""
    *_, item = items
    return item


def perform(
    band: Band,
    melody: Score,
    seeds: Sequence[int],
    asked: Asked,
    kept: tuple[Kept, Score] | None = None,
    bars: int | None = None,
) -> Iterator[Callable[[], list[Composition]]]:
    """What makes pieces of what there is of a band for each seed, after every bar where the
    technique gives that: only those that somebody wants are made."""
    check(melody, seeds[0])
    began = time.perf_counter()
    kind = technique(band.card.technique)
    knobs = kind.Knobs.parse(asked.knobs)
    wishes = wishes_of(band, asked.parts)
    heard = hear(melody)
    line = replace(melody, tracks=(top_line(heard.voices),))
    plan = plan_for(band.planner, band.card, heard, asked.chords, asked.chord_risk, seeds[0])
    rngs = [np.random.default_rng(seed) for seed in seeds]
    if kind.can("write"):
        commission = Commission(line, plan, knobs, wishes, kept[0] if kept else None)
        takes = kind.write(band.module, band.card.parts, commission, rngs)
    else:
        whole = [kind.play(band.module, band.card.parts, line, plan, knobs, r) for r in rngs]
        takes = iter([lambda: whole])
    swung = swings(band, heard)
    most = min(bars or heard.bars, heard.bars)

    def pieces(scores: Callable[[], list[Score]], ready: int) -> list[Composition]:
        seconds = time.perf_counter() - began
        return [
            _composition(
                band, melody, heard, plan, score, asked, knobs, seed, swung, kept, ready,
                ready == most, seconds,
            )
            for seed, score in zip(seeds, scores(), strict=True)
        ]  # fmt: skip

    for number, scores in enumerate(takes, 1):
        ready = number if kind.can("write") else most
        yield partial(pieces, scores, ready)
        if ready == most:
            return


def _composition(
    band: Band, melody: Score, heard: Heard, plan: ChordPlan, played: Score, asked: Asked,
    knobs: Any, seed: int, swung: bool, kept: tuple[Kept, Score] | None, bars: int, finished: bool,
    seconds: float,
) -> Composition:  # fmt: skip
    """One take as a piece: cut at its last bar line, swung, named, compared, with its recipe."""
    parts = [_within(track, bars, melody) for track in played.tracks[1:]]
    even = replace(melody, tracks=(melody.tracks[0], *parts))
    signature = plan.key.signature
    near = nearest(band.copies, even, signature) if band.copies and finished else None
    if swung:
        parts = [swing(track) for track in parts]
    if kept is not None:
        parts = _untouched(parts, *kept, melody)
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
        "knobs": asdict(knobs),
        "parts": {name: dict(wish) for name, wish in asked.parts.items()},
        "chords": asked.chords,
        "chord_risk": asked.chord_risk,
        "seed": seed,
        "bars": None if bars == heard.bars else bars,
    }
    return Composition(score, plan, recipe, device_name(band.device), seconds, near)


def swings(band: Band, heard: Heard) -> bool:
    return heard.swung or (band.card.swings and heard.melody.metre.unit == 4)


def wishes_of(band: Band, parts: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    """The part knobs in the parts' order."""
    kind = technique(band.card.technique)
    names = [part.name for part in band.card.parts]
    for name in parts:
        if name not in names:
            raise BadKnob(f"This band has no part called {name!r}: it has {', '.join(names)}.")
    if not kind.PartKnobs.fields():
        if any(parts.values()):
            raise BadKnob(f"The parts of {band.card.title} take no wishes: choose a Transformer.")
        return ()
    return tuple(kind.PartKnobs.parse(parts.get(name, {})) for name in names)


def _untouched(parts: Sequence[Track], kept: Kept, piece: Score, melody: Score) -> list[Track]:
    """New bars among the old, which are as they were to the tick."""
    bar_ticks = melody.metre.bar_ticks
    result = []
    for i, (new, old) in enumerate(zip(parts, piece.tracks[1:], strict=True)):
        anew = {bar for part, bar in kept.rewritten if part == i}
        fresh = [n for n in new.notes if n.start_tick // bar_ticks in anew]
        stays = [n for n in old.notes if n.start_tick // bar_ticks not in anew]
        result.append(replace(old, notes=tuple(sorted([*stays, *fresh]))))
    return result


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
