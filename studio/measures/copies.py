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
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.errors import BadModel
from studio.measures.fingerprints import (
    SKETCH_WORDS,
    Words,
    fingerprints,
    notes_in,
    shared_notes,
)
from studio.score import Score

TENSORS_FILE, NAMES_FILE = "copies.safetensors", "copies.json"
FORMAT = 1
MIN_NOTES = 8  # a passage of fewer notes in two bars is nobody's
_MAX_BYTES = 50_000_000
_ALIKE = 0.99  # the most that an estimate may say; 1.0 is for equal bars
_OCTAVES = (0, -1, 1)  # two keys may lie an octave apart once both are moved to C


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

    songs: tuple[str, ...]
    first_bar: NDArray[np.int64]
    hashes: Words
    sketches: Words


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

    song: str
    song_bar: int
    bar: int
    likeness: float


def build_index(songs: Iterable[LaidOutSong]) -> CopyIndex:
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


def nearest(index: CopyIndex, score: Score, signature: int) -> Nearest | None:
    """The training passage of two bars that a piece's accompaniment is most like, in any key and
    octave; `signature` is the piece's major tonic. None where neither has eight notes in two bars.
    """
    found = [_nearest(index, fingerprints(score, signature, octaves)) for octaves in _OCTAVES]
    return max((near for near in found if near), key=lambda near: near.likeness, default=None)


def _nearest(index: CopyIndex, bars: tuple[Words, Words]) -> Nearest | None:
    hashes, sketches = bars
    starts = _passage_starts(index.first_bar)
    if len(hashes) < 2 or not len(starts):
        return None
    shared = shared_notes(sketches, index.sketches)
    ours, theirs = notes_in(sketches), notes_in(index.sketches)
    both = shared[:-1, starts] + shared[1:, starts + 1]
    own, other = ours[:-1] + ours[1:], theirs[starts] + theirs[starts + 1]
    either = own[:, None] + other[None, :] - both
    likeness = np.clip(both / np.maximum(either, 1e-6), 0.0, _ALIKE)
    equal = hashes[:, None] == index.hashes[None, :]
    likeness[equal[:-1, starts] & equal[1:, starts + 1]] = 1.0
    likeness[own < MIN_NOTES - 0.5] = -1.0
    likeness[:, other < MIN_NOTES - 0.5] = -1.0
    bar, place = np.unravel_index(int(likeness.argmax()), likeness.shape)
    best = float(likeness[bar, place])
    if best < 0:
        return None
    song = int(np.searchsorted(index.first_bar, starts[place], side="right")) - 1
    song_bar = int(starts[place] - index.first_bar[song]) + 1
    return Nearest(index.songs[song], song_bar, int(bar) + 1, best)


def copied_bars(index: CopyIndex, score: Score, signature: int) -> float:
    """Share of the accompaniment's bars that are not empty, 0 to 1, which equal a training bar in
    position and pitch; 0 where all are empty."""
    hashes, _ = fingerprints(score, signature)
    sounding = hashes[hashes != 0]
    return float(np.isin(sounding, index.hashes).mean()) if len(sounding) else 0.0


def copied_passages(index: CopyIndex, score: Score, signature: int) -> float:
    """Share of two-bar passages (neither bar empty), 0 to 1, that equal a training passage in
    position and pitch; 0 where there are none."""
    hashes, _ = fingerprints(score, signature)
    pairs = _pairs(hashes, np.arange(max(len(hashes) - 1, 0)))
    known = set(_pairs(index.hashes, _passage_starts(index.first_bar)))
    return sum(pair in known for pair in pairs) / len(pairs) if pairs else 0.0


def save_index(index: CopyIndex, folder: Path) -> None:
    """Writes the index as `copies.safetensors` and the names as `copies.json`."""
    tensors = {
        "first_bar": index.first_bar,
        "hashes": np.ascontiguousarray(index.hashes),
        "sketches": np.ascontiguousarray(index.sketches),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TENSORS_FILE).write_bytes(save_tensors(tensors))
    names = {"format": FORMAT, "songs": list(index.songs)}
    text = json.dumps(names, ensure_ascii=False) + "\n"
    (folder / NAMES_FILE).write_text(text, encoding="utf-8")


def load_index(folder: Path) -> CopyIndex:
    """The index that `save_index` wrote; raises BadModel where it is missing or damaged."""
    try:
        raw = json.loads((folder / NAMES_FILE).read_text(encoding="utf-8"))
        path = folder / TENSORS_FILE
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


def _damaged(folder: Path) -> BadModel:
    return BadModel(f"The copy check of the model {folder.name} is damaged: reinstall the model.")


def _passage_starts(first_bar: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bars of the index whose next bar belongs to the same song."""
    follows = np.ones(int(first_bar[-1]), bool)
    follows[first_bar[1:][np.diff(first_bar) > 0] - 1] = False
    return np.flatnonzero(follows)


def _pairs(hashes: Words, starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    pairs = zip(hashes[starts].tolist(), hashes[starts + 1].tolist(), strict=True)
    return [pair for pair in pairs if all(pair)]
