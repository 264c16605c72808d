"""Bars of an arrangement made anew, and whole recipes played again.

An arrangement may have been edited since its model played it: the model hears the melody and the
parts as they are now, and nothing but the bars asked for changes.
"""

from __future__ import annotations

from dataclasses import replace

from studio.arrangement import (
    chords_text,
    edited_recipe,
    fixes_chords,
    part_index,
    spliced,
    with_notes,
    with_program,
)
from studio.composing import Asked, Band, Composition, compose, swings
from studio.errors import BadKnob
from studio.measures.copies import Nearest, nearest
from studio.planning import Heard, check, hear
from studio.recipes import Edit, Order, Regeneration, Rewrite, with_rewrite
from studio.reshaping import rewrite
from studio.score import ChordMark, Score, Track
from studio.swing import straighten_swing
from studio.techniques.registry import technique


def regenerate(band: Band, piece: Score, wanted: Regeneration) -> Composition:
    """The piece with bars of some parts made anew, all else untouched to the note.

    A technique that writes bar by bar goes on from the notes that stay; another one plays the
    melody anew, and its bars are put in at the bar lines. The recipe is that of the playing.

    Raises BadKnob for a part that the band does not play, for the melody, for a bar outside of it,
    and where no bar is named; BadScore for a part that is none, and what `compose` raises.
    """
    if wanted.chords is not None:
        piece = replace(piece, chords=tuple(ChordMark(*mark) for mark in wanted.chords))
    melody = replace(piece, tracks=piece.tracks[:1], chords=())
    check(melody, wanted.seed)
    heard = hear(melody)
    bars = {part: [number - 1 for number in numbers] for part, numbers in wanted.bars.items()}
    _check_bars(band, piece, bars, heard.bars)
    text = chords_text(piece, band.card.per_beat)
    chords = text if fixes_chords(text) else ""
    if _writes_on(band, piece):
        asked = Asked(wanted.knobs, wanted.parts, chords)
        by_name = {piece.tracks[part_index(piece, part)].name: bars[part] for part in bars}
        whole = _until(piece, heard.bars * piece.metre.bar_ticks)
        new = rewrite(band, whole, by_name, wanted.seed, asked)
        near = new.nearest
    else:
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


def _edited(score: Score, edit: Edit) -> Score:
    if edit.notes is not None:
        return with_notes(score, edit.part, edit.notes)
    return with_program(score, edit.part, edit.program)


def _writes_on(band: Band, piece: Score) -> bool:
    """Whether the model can write on among the notes of this piece: it has its parts."""
    names = [part.name for part in band.card.parts]
    own = [track.name for track in piece.tracks[1:]]
    return technique(band.card.technique).write is not None and own == names


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
