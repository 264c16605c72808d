"""The copy check of a model: the index of the songs that it learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from studio.corpus.layouts import LaidOut
from studio.measures import CopyIndex
from studio.music.score import STEP_TICKS


@dataclass(frozen=True, slots=True)
class _Bars:
    """The bars of one song in one metre: `pieces` by their first bar in the song, from 0, each with
    where its bars begin and end in an index."""

    title: str
    pieces: dict[int, tuple[int, int]]

    @property
    def count(self) -> int:
        return max(first + end - begin for first, (begin, end) in self.pieces.items())


def index_of(pieces: Iterable[LaidOut], titles: Mapping[str, str]) -> CopyIndex:
    """The index of laid-out songs. The passages of one song become one song again, so that its bars
    are counted from its beginning; of a song that changes its metre, those of each metre.

    `titles` gives the title of a song's name.
    """
    pieces = list(pieces)
    index = CopyIndex.of(pieces)
    songs: dict[tuple[str, str], _Bars] = {}
    for piece, place in zip(pieces, pairwise(index.first_bar.tolist()), strict=True):
        metre = piece.score.metre
        first = piece.steps_before * STEP_TICKS // metre.bar_ticks
        title = titles.get(piece.name, piece.name)
        songs.setdefault((piece.name, str(metre)), _Bars(title, {})).pieces[first] = place
    first_bar = np.cumsum([0, *(song.count for song in songs.values())]).astype(np.int64)
    hashes = np.zeros(first_bar[-1], np.uint64)
    sketches = np.zeros((first_bar[-1], index.sketches.shape[1]), np.uint64)
    for song_begins, song in zip(first_bar.tolist(), songs.values(), strict=False):
        for first, (begin, end) in song.pieces.items():
            bars = slice(song_begins + first, song_begins + first + end - begin)
            hashes[bars] = index.hashes[begin:end]
            sketches[bars] = index.sketches[begin:end]
    return CopyIndex(tuple(song.title for song in songs.values()), first_bar, hashes, sketches)
