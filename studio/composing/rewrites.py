"""Bars of a piece written anew.

A piece may have been edited since its model played it: the model hears the melody and the parts as
they are now, and nothing but the bars asked for changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.arrangement import Arrangement
from studio.composing.performance import Performance, Splice, swings
from studio.composing.quantised_melody import QuantisedMelody
from studio.composing.recipe import Recipe, Rewrite
from studio.composing.request import Request
from studio.ground.errors import BadKnob
from studio.music.harmony import changed_bars, chords_text
from studio.music.score import STEP_TICKS, ChordMark, Score, Track, quantise
from studio.music.swing import straighten_swing
from studio.techniques import Technique, technique

if TYPE_CHECKING:
    from studio.composing.band import Band

Bars = dict[int, list[int]]  # from 0, by the place of the part's track in the piece


def perform(
    band: Band, piece: Score, wanted: Rewrite, recipe: Recipe
) -> tuple[Performance, Rewrite]:
    """A rewrite as the band reads it, on the chords that the piece is marked with and in the key
    and arrangement that its recipe has, if any, and with the bars that it comes to."""
    before = piece
    if wanted.chords is not None:
        piece = replace(piece, chords=tuple(ChordMark(*mark) for mark in wanted.chords))
    line = replace(piece, tracks=piece.tracks[:1], chords=())
    chords = chords_text(piece, band.card.per_beat)
    request = Request(
        line, band.card.id, wanted.seed, wanted.knobs, chords, parts=wanted.parts,
        key=recipe.key, voiced=wanted.voiced, vetoes=wanted.vetoes, choices=1,
        arrangement=recipe.arrangement,
    )  # fmt: skip
    if wanted.marks_plan:
        bars = _bars_of_band(band, piece, wanted.bars)
    request.check()
    melody = QuantisedMelody.of(line, chords)
    if not wanted.marks_plan:
        wanted = _with_changed_bars(before, piece, wanted, melody.bars)
        bars = _bars_of_piece(band, piece, wanted.bars, melody.bars, recipe.arrangement)
    names = piece.part_names
    by_name = {names[index]: numbers for index, numbers in bars.items()}
    writes = technique(band.card.technique).can("write") and _has_its_parts(band, piece)
    kept = _kept(band, piece, bars, melody) if writes else None
    splice = Splice(piece, by_name, kept, wanted.marks_plan)
    return Performance.of(band, request, melody, splice), wanted


def _with_changed_bars(before: Score, piece: Score, wanted: Rewrite, most: int) -> Rewrite:
    """Where other chords are asked for and no bars, they are those in which the chords differ, as
    far as the melody goes: the band plays no further."""
    if wanted.chords is None or any(wanted.bars.values()):
        return wanted
    changed = tuple(bar + 1 for bar in changed_bars(before, piece) if bar < most)
    return replace(wanted, bars=dict.fromkeys(wanted.bars, changed))


def _bars_of_piece(
    band: Band, piece: Score, wanted: Mapping[str, Sequence[int]], most: int,
    arrangement: Arrangement | None,
) -> Bars:  # fmt: skip
    """Bars of a piece that anybody may have made."""
    played = (arrangement or Arrangement()).names(band.card.parts)
    bars: Bars = {}
    for part, numbers in wanted.items():
        index = piece.part_index(part)
        if index == 0:
            raise BadKnob("The melody is yours and is not written anew: choose parts of the band.")
        if piece.tracks[index].name not in played:
            names = ", ".join(played)
            raise BadKnob(
                f"{band.card.title} does not play {part[:40]!r}, but {names}: choose one."
            )
        if any(not 1 <= number <= most for number in numbers):
            raise BadKnob(
                f"The melody ends in bar {most}: choose bars up to there, or lengthen it."
            )
        bars[index] = [number - 1 for number in numbers]
    if not any(bars.values()):
        raise BadKnob("No bar was chosen: say which bars of which parts to write anew.")
    return bars


def _bars_of_band(band: Band, piece: Score, wanted: Mapping[str, Sequence[int]]) -> Bars:
    """Bars of a piece that the band made, its parts by their own names."""
    if not technique(band.card.technique).can("write"):
        raise BadKnob(f"{band.card.title} plays all at once: choose a Transformer to rewrite bars.")
    if not _has_its_parts(band, piece):
        raise BadKnob(f"This piece is not of {band.card.title}: its parts are other ones.")
    names = [part.name for part in band.card.parts]
    for name, numbers in wanted.items():
        for number in numbers:
            if name not in names or not 1 <= number <= piece.bars:
                raise BadKnob(f"There is no bar {number} of {name} in this piece.")
    if not any(wanted.values()):
        raise BadKnob("No bar was chosen: say which bars of which parts to write anew.")
    return {
        names.index(name) + 1: [number - 1 for number in numbers]
        for name, numbers in wanted.items()
        if numbers
    }


def _has_its_parts(band: Band, piece: Score) -> bool:
    """Whether the piece has the band's parts: then the model can write on among its notes."""
    return len(_own(band, piece)) == len(band.card.parts)


def _own(band: Band, piece: Score) -> list[Track]:
    """The tracks that the model wrote, without a drummer who came to them; none where there are
    others."""
    names = [part.name for part in band.card.parts]
    tracks = list(piece.tracks[1:])
    if [track.name for track in tracks] == [*names, Arrangement.DRUMS]:
        tracks.pop()
    return tracks if [track.name for track in tracks] == names else []


def _kept(band: Band, piece: Score, bars: Bars, melody: QuantisedMelody) -> Technique.EarlierBand:
    """What stays of a piece, on the grid and even."""
    swung = swings(band, melody)
    even = [straighten_swing(track) if swung else track for track in _own(band, piece)]
    mine = len(band.card.parts)
    chosen = {(i - 1, bar) for i, numbers in bars.items() for bar in numbers if i <= mine}
    on_grid = tuple(quantise(track, STEP_TICKS) for track in even)
    return Technique.EarlierBand(on_grid, frozenset(chosen))
