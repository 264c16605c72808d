"""Bars of an arrangement made anew, whole recipes played again, and what a model thought in either.

An arrangement may have been edited since its model played it: the model hears the melody and the
parts as they are now, and nothing but the bars asked for changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.composing.edits import (
    chords_text,
    edited_recipe,
    part_index,
    spliced,
    with_notes,
    with_program,
)
from studio.composing.heard import Heard, check, hear
from studio.composing.performance import Asked, Band, Composition, compose, swings
from studio.composing.recipe import Edit, Order, Regeneration, Rewrite, read_recipe, with_rewrite
from studio.composing.rewrites import rewrite, think_composing, think_rewriting
from studio.errors import BadKnob
from studio.measures.copies import Nearest, nearest
from studio.music.score import ChordMark, Note, Score, Track
from studio.music.swing import straighten_swing
from studio.techniques import Thought, technique


def regenerate(band: Band, piece: Score, wanted: Regeneration) -> Composition:
    """The piece with bars of some parts made anew, all else untouched to the note.

    A technique that writes bar by bar goes on from the notes that stay; another one plays the
    melody anew, and its bars are put in at the bar lines. The recipe is that of the playing.

    Raises BadKnob for a part that the band does not play, for the melody, for a bar outside of it,
    and where no bar is named; BadScore for a part that is none, and what `compose` raises.
    """
    piece, melody, heard, bars = _ready(band, piece, wanted)
    if _writes_on(band, piece):
        asked = Asked(wanted.knobs, wanted.parts)  # on the chords that the piece is marked with
        new = rewrite(band, *_writing_on(piece, heard, bars), wanted.seed, asked)
        near = new.nearest
    else:
        chords = chords_text(piece, band.card.per_beat)
        own = (wanted.knobs, chords, 0.0, wanted.parts)
        new = compose(band, melody, wanted.seed, *own)
        near = None
    band_only = new.score.with_tracks(new.score.tracks[1:])
    score = piece
    for part, chosen in bars.items():
        score = spliced(score, band_only, chosen, [part])
    return replace(new, score=score, nearest=near or _nearest(band, score, heard, new))


def replay(band: Band, order: Order) -> Composition:
    """The piece that a recipe describes, byte for byte on the machine that made it; `band` is the
    model that it names. Raises BadScore and BadKnob where an edit does not fit the piece."""
    asked = (order.knobs, order.chords, order.chord_risk, order.parts)
    piece = compose(band, order.melody, order.seed, *asked, order.bars)
    whole = piece.recipe
    for change in (*order.rewrites, *order.edits):
        match change:
            case Edit():
                piece = replace(piece, score=_edited(piece.score, change))
                whole = edited_recipe(whole, [change.to_json()])
            case Regeneration():
                piece = regenerate(band, piece.score, change)
                whole = edited_recipe(whole, [change.to_json()])
            case Rewrite():
                from_zero = {name: [bar - 1 for bar in bars] for name, bars in change.bars.items()}
                anew = Asked(change.knobs, change.parts)
                piece = rewrite(band, piece.score, from_zero, change.seed, anew)
                whole = with_rewrite(whole, change.bars, piece.recipe)
    return replace(piece, recipe=whole)


def think(band: Band, recipe: Mapping[str, Any], part: str, note: Note) -> Thought:
    """What the model thought as it wrote a note of a piece, as `Composition.recipe` gives that
    piece: the odds it was drawn from, and what was looked at. A note of a bar that was written anew
    is asked for where that was done last.

    Raises BadKnob where the technique cannot tell, or the model wrote no such note.
    """
    order = read_recipe(json.dumps(recipe))
    bar = note.start_tick // order.melody.metre.bar_ticks
    last = _written_last(order, part, bar)
    if last is None:
        asked = Asked(order.knobs, order.parts, order.chords, order.chord_risk)
        return think_composing(band, order.melody, order.seed, asked, part, note)
    before, change = last
    piece = replay(band, before).score
    if isinstance(change, Rewrite):
        from_zero = {name: [bar - 1 for bar in bars] for name, bars in change.bars.items()}
        anew = Asked(change.knobs, change.parts)
        return think_rewriting(band, piece, from_zero, change.seed, anew, part, note)
    piece, melody, heard, bars = _ready(band, piece, change)
    if _writes_on(band, piece):
        whole, by_name = _writing_on(piece, heard, bars)
        asked = Asked(change.knobs, change.parts)
        return think_rewriting(band, whole, by_name, change.seed, asked, part, note)
    asked = Asked(change.knobs, change.parts, chords_text(piece, band.card.per_beat))
    return think_composing(band, melody, change.seed, asked, part, note)


def _written_last(order: Order, part: str, bar: int) -> tuple[Order, Rewrite | Regeneration] | None:
    """What wrote a bar of a part anew last, and all that was done before it."""
    for i, edit in reversed([*enumerate(order.edits)]):
        if not isinstance(edit, Edit) and bar + 1 in edit.bars.get(part, ()):
            return replace(order, edits=order.edits[:i]), edit
    for i, anew in reversed([*enumerate(order.rewrites)]):
        if bar + 1 in anew.bars.get(part, ()):
            return replace(order, rewrites=order.rewrites[:i], edits=()), anew
    return None


def _ready(
    band: Band, piece: Score, wanted: Regeneration
) -> tuple[Score, Score, Heard, dict[str, list[int]]]:
    """The piece with the chords that are wanted, its melody, how that is heard, and the bars,
    counted from 0."""
    if wanted.chords is not None:
        piece = replace(piece, chords=tuple(ChordMark(*mark) for mark in wanted.chords))
    melody = replace(piece, tracks=piece.tracks[:1], chords=())
    check(melody, wanted.seed)
    heard = hear(melody)
    bars = {part: [number - 1 for number in numbers] for part, numbers in wanted.bars.items()}
    _check_bars(band, piece, bars, heard.bars)
    return piece, melody, heard, bars


def _writing_on(
    piece: Score, heard: Heard, bars: Mapping[str, list[int]]
) -> tuple[Score, dict[str, list[int]]]:
    """The piece as far as its melody goes, and the bars by the parts' own names."""
    by_name = {piece.tracks[part_index(piece, part)].name: bars[part] for part in bars}
    return _until(piece, heard.bars * piece.metre.bar_ticks), by_name


def _edited(score: Score, edit: Edit) -> Score:
    if edit.notes is not None:
        return with_notes(score, edit.part, edit.notes)
    return with_program(score, edit.part, edit.program)


def _writes_on(band: Band, piece: Score) -> bool:
    """Whether the model can write on among the notes of this piece: it has its parts."""
    names = [part.name for part in band.card.parts]
    own = [track.name for track in piece.tracks[1:]]
    return technique(band.card.technique).can("write") and own == names


def _check_bars(band: Band, piece: Score, bars: dict[str, list[int]], heard_bars: int) -> None:
    played = [part.name for part in band.card.parts]
    for part, numbers in bars.items():
        index = part_index(piece, part)
        if index == 0:
            raise BadKnob("The melody is yours and is not written anew: choose parts of the band.")
        if piece.tracks[index].name not in played:
            names = ", ".join(played)
            raise BadKnob(
                f"{band.card.title} does not play {part[:40]!r}, but {names}: choose one."
            )
        for bar in numbers:
            if not 0 <= bar < heard_bars:
                raise BadKnob(
                    f"The melody ends in bar {heard_bars}: choose bars up to there, or lengthen it."
                )
    if not any(bars.values()):
        raise BadKnob("No bar was chosen: say which bars of which parts to write anew.")


def _until(piece: Score, end_tick: int) -> Score:
    """The piece up to a tick: a model does not write beyond its melody."""
    tracks = [
        replace(track, notes=tuple(note for note in track.notes if note.start_tick < end_tick))
        for track in piece.tracks
    ]
    return piece.with_tracks(tracks)


def _nearest(band: Band, score: Score, heard: Heard, new: Composition) -> Nearest | None:
    """What the copy check finds in a piece that was put together."""
    if band.copies is None:
        return None
    swung = swings(band, heard)
    parts: list[Track] = [straighten_swing(t) if swung else t for t in score.tracks[1:]]
    return nearest(
        band.copies, score.with_tracks([score.tracks[0], *parts]), new.plan.key.signature
    )
