"""The copy check: which training song a band is nearest to, and how near.

The index ships with a model and holds no notes: of each training bar it keeps two fingerprints of
the accompaniment, melody and drums left out, in the signature of C; 24 bytes a bar. Equality is
counted bar by bar; likeness is judged over two bars.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.ground.errors import BadModel
from studio.measures.fingerprints import (
    SKETCH_WORDS,
    Floats,
    Words,
    fingerprints,
    notes_in,
    notes_of_bits,
)
from studio.music.score import Score

FORMAT = 1
MIN_NOTES = 8  # a passage of fewer notes in two bars is nobody's
_MAX_BYTES = 50_000_000
_VERY_CLOSE = 0.85  # likeness of a band to a training passage
_LEAST = MIN_NOTES - 0.5  # for estimates are no whole numbers
_ALIKE = 0.99  # the most that an estimate may say; 1.0 is for equal bars
OCTAVES = (0, -1, 1)  # two keys may lie an octave apart once both are moved to C


class LaidOutSong(Protocol):
    """A training song: its name, its score (melody first) and its signature's major tonic."""

    @property
    def name(self) -> str: ...
    @property
    def score(self) -> Score: ...
    @property
    def signature(self) -> int: ...


@dataclass(frozen=True, slots=True)
class CopyIndex:
    """`songs` by name; `first_bar` (songs + 1,) where each one's bars begin in `hashes` (bar,), 0
    for an empty bar, and `sketches` (bar, 2); 24 bytes a bar."""

    FILES: ClassVar = ("copies.json", "copies.safetensors")  # names, tensors

    songs: tuple[str, ...]
    first_bar: NDArray[np.int64]
    hashes: Words
    sketches: Words

    @staticmethod
    def of(songs: Iterable[LaidOutSong]) -> CopyIndex:
        """The index of some training songs."""
        names, hashes, sketches, first_bar = [], [], [], [0]
        for song in songs:
            bar_hashes, bar_sketches = fingerprints(song.score, song.signature)
            names.append(song.name)
            hashes.append(bar_hashes)
            sketches.append(bar_sketches)
            first_bar.append(first_bar[-1] + len(bar_hashes))
        return CopyIndex(
            tuple(names),
            np.array(first_bar, np.int64),
            np.concatenate([np.zeros(0, np.uint64), *hashes]),
            np.concatenate([np.zeros((0, SKETCH_WORDS), np.uint64), *sketches]),
        )

    @staticmethod
    def load(folder: Path) -> CopyIndex:
        """The index that `save` wrote; raises BadModel where it is missing or damaged."""
        try:
            raw = json.loads((folder / CopyIndex.FILES[0]).read_text(encoding="utf-8"))
            path = folder / CopyIndex.FILES[1]
            if raw["format"] != FORMAT or path.stat().st_size > _MAX_BYTES:
                raise _damaged(folder)
            tensors = load_tensors(path.read_bytes())
            songs = tuple(str(name) for name in raw["songs"])
            first_bar, hashes = tensors["first_bar"], tensors["hashes"]
            index = CopyIndex(songs, first_bar, hashes, tensors["sketches"])
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _damaged(folder) from error
        whole = (
            first_bar.dtype == np.int64
            and hashes.dtype == index.sketches.dtype == np.uint64
            and first_bar.shape == (len(songs) + 1,)
            and hashes.ndim == 1
            and index.sketches.shape == (len(hashes), SKETCH_WORDS)
            and first_bar[0] == 0
            and first_bar[-1] == len(hashes)
            and bool((np.diff(first_bar) >= 0).all())
        )
        if not whole:
            raise _damaged(folder)
        return index

    def save(self, folder: Path) -> None:
        """Writes the index as `copies.safetensors` and the names as `copies.json`."""
        tensors = {
            "first_bar": self.first_bar,
            "hashes": np.ascontiguousarray(self.hashes),
            "sketches": np.ascontiguousarray(self.sketches),
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CopyIndex.FILES[1]).write_bytes(save_tensors(tensors))
        names = {"format": FORMAT, "songs": list(self.songs)}
        text = json.dumps(names, ensure_ascii=False) + "\n"
        (folder / CopyIndex.FILES[0]).write_text(text, encoding="utf-8")

    def nearest(self, score: Score, signature: int) -> Nearest | None:
        """The training passage of two bars that a piece's accompaniment is most like, in any key
        and octave; `signature` is the piece's major tonic. None where neither has eight notes in
        two bars.

        A passage of the piece is compared with all of the index at once, in rows that a processor's
        cache holds.
        """
        passages = _Passages(self)
        found = [passages.nearest(*fingerprints(score, signature, octaves)) for octaves in OCTAVES]
        return max((near for near in found if near), key=lambda near: near.likeness, default=None)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The training passage most like two bars of a piece: which song, its bar and the piece's bar
    (from 1), and the `likeness`, 0 to 1.

    Likeness is the share of notes that two bars of both have in common, of all the notes that
    either has: same sixteenth, same pitch after moving both to the signature of C; durations and
    melody are not compared. It is 1.0 for equal bars only. Between, it is an estimate, some .03 off
    either way. A common pattern on a common chord is alike without being copied: eight bars of
    people's unseen pop are .5 like the nearest training passage in the middle, one in ten .65.
    """

    LIKENESS: ClassVar = (
        "Likeness is the share of notes that two bars of the band have in common with two bars of "
        "a song the model learned from, in any key: same place in the bar, same pitch. A common "
        "pattern on a common chord is alike without being copied: pop songs that the model never "
        "saw are .5 like their nearest training passage in the middle, one in ten .65."
    )

    song: str
    song_bar: int
    bar: int
    likeness: float

    @property
    def is_close(self) -> bool:
        """Whether a band is so like a training passage that another seed should play."""
        return self.likeness > _VERY_CLOSE

    @property
    def sentence(self) -> str:
        """What the copy check found, for people."""
        if not self.is_close:
            return (
                f"Nearest training passage: {self.song}, bar {self.song_bar}, "
                f"likeness {self.likeness:.2f}."
            )
        how = "the same as" if self.likeness >= 1 else "very close to"
        return (
            f"Bars {self.bar} and {self.bar + 1} are {how} {self.song}, bar {self.song_bar} "
            f"(likeness {self.likeness:.2f}): try another seed before you publish this."
        )


class _Passages:
    """The index as arrays over its bars, the last one left out: `_other` how many notes each and
    the next one have, `_barred` minus infinity where these two are no passage, for they belong to
    two songs or are too sparse, else 0."""

    def __init__(self, index: CopyIndex) -> None:
        self._index = index
        self._words = np.ascontiguousarray(index.sketches.T)
        self._notes = notes_in(index.sketches)
        self._other = self._notes[:-1] + self._notes[1:]
        starts = passage_starts(index.first_bar)
        self._barred = np.full(self._other.shape, -np.inf, np.float32)
        self._barred[starts[self._other[starts] >= _LEAST]] = 0.0

    def nearest(self, hashes: Words, sketches: Words) -> Nearest | None:
        """The passage most like one of the piece in whose bars these are."""
        best, bar, place = -np.inf, 0, 0
        notes = notes_in(sketches)
        own = notes[:-1] + notes[1:]
        if len(own) == 0 or len(self._other) == 0:
            return None
        following = self._shared(sketches[0], notes[0])
        for number, size in enumerate(own.tolist()):
            shared = following
            following = self._shared(sketches[number + 1], notes[number + 1])
            if size < _LEAST:
                continue
            equal = self._equal(hashes[number], hashes[number + 1])
            if len(equal):
                return self._at(number, int(equal[0]), 1.0)
            # of a and b notes with c in common, c / (a + b - c) grows with c / (a + b)
            share = shared[:-1] + following[1:]
            share /= self._other + np.float32(size)
            share += self._barred
            nearest_one = int(share.argmax())
            if share[nearest_one] > best:
                best, bar, place = float(share[nearest_one]), number, nearest_one
        if best == -np.inf:
            return None
        return self._at(bar, place, min(max(best / max(1 - best, 1e-6), 0.0), _ALIKE))

    def _shared(self, sketch: Words, notes: np.float32) -> Floats:
        """How many notes one bar shares with each of the index."""
        bits = np.bitwise_count(self._words[0] | sketch[0])
        for words, word in zip(self._words[1:], sketch[1:], strict=True):
            bits += np.bitwise_count(words | word)
        return notes + self._notes - notes_of_bits(bits)

    def _equal(self, first: np.uint64, second: np.uint64) -> NDArray[np.int64]:
        """Where passages of just these two bars begin."""
        begins = np.flatnonzero(self._index.hashes[:-1] == first)
        kept: NDArray[np.int64] = begins[
            (self._index.hashes[begins + 1] == second) & (self._barred[begins] == 0)
        ]
        return kept

    def _at(self, bar: int, place: int, likeness: float) -> Nearest:
        song = int(np.searchsorted(self._index.first_bar, place, side="right")) - 1
        song_bar = place - int(self._index.first_bar[song]) + 1
        return Nearest(self._index.songs[song], song_bar, bar + 1, likeness)


def _damaged(folder: Path) -> BadModel:
    return BadModel(f"The copy check of the model {folder.name} is damaged: reinstall the model.")


def passage_starts(first_bar: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bars of the index whose next bar belongs to the same song."""
    follows = np.ones(int(first_bar[-1]), bool)
    follows[first_bar[1:][np.diff(first_bar) > 0] - 1] = False
    return np.flatnonzero(follows)
