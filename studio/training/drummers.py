"""Songs whose drums were written by rule, with drummers in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from studio.catalog import GENRES
from studio.corpus.grooves import read_grooves, with_human_drums
from studio.corpus.windows import SongRolls
from studio.ground.errors import BadKnob, BadModel
from studio.music.instruments import Part

_DRUMS = 2  # sets the choice of drummers apart from that of windows

Prepare = Callable[[list[SongRolls]], list[SongRolls]]


def drummers(
    path: Path, genre: str, parts: Sequence[Part], by_rule: frozenset[str], seed: int
) -> Prepare:
    """What puts the genre's drummers of a set of grooves to the songs named in `by_rule`, or to all
    songs where none is named.

    Raises BadKnob where the band takes none, BadModel where the set has no grooves of the genre.
    """
    drum_parts = [number for number, part in enumerate(parts) if part.is_drum]
    styles = GENRES[genre].drummers
    if not drum_parts or not styles:
        raise BadKnob(f"The {genre} band takes no drummers: train it without --drums.")
    grooves = read_grooves(path, styles)
    if not grooves:
        raise BadModel(f"{path.name} has no grooves for {genre}: give another set of drums.")

    def prepare(songs: list[SongRolls]) -> list[SongRolls]:
        rng = np.random.default_rng([seed, _DRUMS])
        prepared = []
        for song in songs:
            drummed = not by_rule or song.name in by_rule
            prepared += with_human_drums([song], drum_parts[0], grooves, rng) if drummed else [song]
        return prepared

    return prepare
