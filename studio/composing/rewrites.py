"""Bars of a piece written anew, melodies that go on, and what a model thought as it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from studio.composing.edits import chords_text
from studio.composing.heard import check, hear, plan_for
from studio.composing.performance import Asked, Band, Composition, last, perform, swings, wishes_of
from studio.errors import BadKnob
from studio.music.harmony import write_chords
from studio.music.score import MAX_BARS, STEP_TICKS, Note, Score, Track, quantise, top_line
from studio.music.swing import straighten_swing, swing
from studio.techniques import Commission, Kept, Thought, technique


def rewrite(
    band: Band,
    piece: Score,
    rewritten: Mapping[str, Iterable[int]],
    seed: int = 0,
    asked: Asked | None = None,
) -> Composition:
    """The piece with bars of some parts written anew, all else untouched to the note; on the chords
    that it is marked with, unless others are asked for.

    `piece` is melody and band as `compose` gave them; `rewritten` the bars, counted from 0, by the
    part's name. Raises BadKnob for a part or bar that is none, or where the technique plays all at
    once, and what `compose` raises.
    """
    melody, asked, kept = _rewriting(band, piece, rewritten, asked)
    [new] = last(perform(band, melody, [seed], asked, kept))()
    return new


@dataclass(frozen=True, slots=True)
class Extension:
    """A melody that went on: all of it, and its chords as text."""

    melody: Score
    chords: str


def extend(
    band: Band,
    melody: Score,
    seed: int = 0,
    knobs: Mapping[str, Any] | None = None,
    chords: str = "",
) -> Extension:
    """The melody with more bars, in the model's style and its own; `chords` of what there is.

    Raises BadKnob where the model's technique cannot extend, or the piece would be longer than 64
    bars; and what `compose` raises.
    """
    check(melody, seed)
    kind = technique(band.card.technique)
    if not kind.can("extend"):
        raise BadKnob(f"{band.card.title} cannot go on with a melody: choose a Transformer.")
    chosen = kind.ExtendKnobs.parse(knobs or {})
    heard = hear(melody)
    if heard.bars + chosen.extension_duration > MAX_BARS:
        raise BadKnob(
            f"A melody can have up to {MAX_BARS} bars, and this one has {heard.bars}: extend it by "
            "less."
        )
    line = replace(melody, tracks=(top_line(heard.voices),))
    plan = plan_for(band.planner, band.card, heard, chords, 0.0, seed)
    longer, plan = kind.extend(band.module, line, plan, chosen, np.random.default_rng(seed))
    end = heard.bars * melody.metre.bar_ticks
    added = [note for note in longer.tracks[0].notes if note.start_tick >= end]
    tail = Track("", tuple(added))
    if swings(band, heard):
        tail = swing(tail)
    mine = melody.tracks[0]
    notes = tuple(sorted([*mine.notes, *tail.notes]))
    score = replace(melody, tracks=(replace(mine, notes=notes),), key=str(plan.key), chords=())
    return Extension(score, write_chords(plan, melody.metre))


def think_composing(
    band: Band,
    melody: Score,
    seed: int,
    asked: Asked,
    part: str,
    note: Note,
    kept: tuple[Kept, Score] | None = None,
) -> Thought:
    """What the model thought as it wrote a note of what `composing.perform` gives.

    Raises BadKnob where the technique cannot tell, or the model wrote no such note.
    """
    kind = technique(band.card.technique)
    if not kind.can("think"):
        raise BadKnob(f"{band.card.title} draws all notes at once: choose a Transformer.")
    names = [one.name for one in band.card.parts]
    if part not in names:
        raise BadKnob(f"This band has no part called {part[:40]!r}: it has {', '.join(names)}.")
    heard = hear(melody)
    line = replace(melody, tracks=(top_line(heard.voices),))
    plan = plan_for(band.planner, band.card, heard, asked.chords, asked.chord_risk, seed)
    knobs, wishes = kind.Knobs.parse(asked.knobs), wishes_of(band, asked.parts)
    commission = Commission(line, plan, knobs, wishes, kept[0] if kept else None)
    track, swung = Track(part, (note,)), swings(band, heard)
    even = straighten_swing(track) if swung else track
    on_grid = quantise(even, STEP_TICKS).notes[0]
    rng = np.random.default_rng(seed)
    found = kind.think(band.module, band.card.parts, commission, rng, names.index(part), on_grid)
    if found is None:
        raise BadKnob(
            f"The model wrote no such note in {part}: it was changed since, or set to close the "
            "piece. Choose another one."
        )
    return replace(found, swung=swung)


def think_rewriting(
    band: Band,
    piece: Score,
    rewritten: Mapping[str, Iterable[int]],
    seed: int,
    asked: Asked,
    part: str,
    note: Note,
) -> Thought:
    """What the model thought as it wrote a note of what `rewrite` gives; raises as
    `think_composing`."""
    melody, asked, kept = _rewriting(band, piece, rewritten, asked)
    return think_composing(band, melody, seed, asked, part, note, kept)


def _rewriting(
    band: Band, piece: Score, rewritten: Mapping[str, Iterable[int]], asked: Asked | None
) -> tuple[Score, Asked, tuple[Kept, Score]]:
    """The melody, what is asked, on the chords that the piece has, and what stays."""
    melody = piece.with_tracks(piece.tracks[:1])
    kept = _kept(band, piece, rewritten)
    asked = asked or Asked()
    if not asked.chords:
        asked = replace(asked, chords=chords_text(piece, band.card.per_beat))
    return melody, asked, kept


def _kept(band: Band, piece: Score, rewritten: Mapping[str, Iterable[int]]) -> tuple[Kept, Score]:
    """What stays of a piece, on the grid and even, beside the piece itself."""
    kind = technique(band.card.technique)
    if not kind.can("write"):
        raise BadKnob(f"{band.card.title} plays all at once: choose a Transformer to rewrite bars.")
    names = [part.name for part in band.card.parts]
    if [track.name for track in piece.tracks[1:]] != names:
        raise BadKnob(f"This piece is not of {band.card.title}: its parts are other ones.")
    chosen: set[tuple[int, int]] = set()
    for name, bars in rewritten.items():
        for bar in bars:
            if name not in names or not 0 <= bar < piece.bars:
                raise BadKnob(f"There is no bar {bar + 1} of {name} in this piece.")
            chosen.add((names.index(name), bar))
    if not chosen:
        raise BadKnob("No bar was chosen: say which bars of which parts to write anew.")
    heard = hear(piece.with_tracks(piece.tracks[:1]))
    swung = swings(band, heard)
    even = [straighten_swing(track) if swung else track for track in piece.tracks[1:]]
    parts = tuple(quantise(track, STEP_TICKS) for track in even)
    return Kept(parts, frozenset(chosen)), piece
