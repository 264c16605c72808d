"""What the chord planner learns from: crops of songs, moved to C or anywhere, chords given or not,
some with a left hand beside the melody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.chords.inputs import INPUTS, UNKNOWN, Tune, rows, shifted, tune_of
from studio.corpus.chords import ChordSong
from studio.music.score import Note
from studio.music.theory import NO_CHORD, triad_tones

IGNORED = -1
_UNITS_A_BATCH = 2048
_SHARES = {
    "pop": 0.46, "folk": 0.18, "leadsheets": 0.16, "jazz": 0.06, "artsong": 0.08, "chorales": 0.06,
}  # fmt: skip
_IN_C, _STYLE_TOLD, _EDGES_SEEN, _SOME_KNOWN, _TWO_HANDS = 0.78, 0.8, 0.6, 0.5, 0.1
_REGULAR, _IRREGULAR_COUNTS = 0.9, 0.5  # a song whose downbeats slip says less of phrases
_SPELT = frozenset({"artsong", "chorales"})  # their sevenths are passing notes as often as not


@dataclass(frozen=True, slots=True)
class Example:
    """A song and its features, of the melody alone and with a left hand."""

    song: ChordSong
    tune: Tune
    two_hands: Tune
    triads: NDArray[np.int64]
    sevenths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """`inputs` (batch, unit, INPUTS), `mask` (batch, unit), targets; IGNORED where none.
    `chosen` (batch, unit) is the triad whose seventh is asked for, given or not."""

    inputs: Tensor
    mask: Tensor
    triads: Tensor
    chosen: Tensor
    sevenths: Tensor
    signatures: Tensor


def example(song: ChordSong) -> Example:
    """A song with its features computed once."""
    units, ticks = len(song.triads), song.unit_ticks
    tune = tune_of(song.notes, song.metre, units, ticks)
    rng = np.random.default_rng(units)
    both = tune_of((*song.notes, *left_hand(song, rng)), song.metre, units, ticks)
    return Example(song, tune, both, np.array(song.triads), np.array(song.sevenths))


def left_hand(song: ChordSong, rng: np.random.Generator) -> list[Note]:
    """What a left hand may play on a song's chords: block chords, roots, or chords broken in
    quarters of a unit; not where there is no chord."""
    kind = int(rng.integers(3))
    notes = []
    for unit, triad in enumerate(song.triads):
        if triad == NO_CHORD:
            continue
        start, ticks = unit * song.unit_ticks, song.unit_ticks
        root, third, fifth = (48 + tone for tone in triad_tones(triad))
        if kind == 0:
            notes += [Note(start, pitch, ticks) for pitch in (root, third, fifth)]
        elif kind == 1:
            notes.append(Note(start, root - 12, ticks))
        else:
            quarter = ticks // 4
            broken = enumerate((root, fifth, third, fifth))
            notes += [Note(start + i * quarter, pitch, quarter) for i, pitch in broken]
    return notes


def draw(examples: Mapping[str, Sequence[Example]], rng: np.random.Generator, units: int) -> Batch:
    """Crops of `units` from songs of all styles: mostly in C, else in a random key whose signature
    is to be found; in some of them part of the chords is given, in some a left hand plays."""
    size = max(_UNITS_A_BATCH // units, 1)
    inputs = np.zeros((size, units, INPUTS), np.float32)
    mask = np.zeros((size, units), np.float32)
    triads = np.full((size, units), IGNORED)
    chosen = np.zeros((size, units), np.int64)
    sevenths = np.full((size, units), IGNORED)
    signatures = np.full(size, IGNORED)
    styles = [style for style in _SHARES if examples.get(style)]
    shares = np.array([_SHARES[style] for style in styles])
    weights = {style: _weights(examples[style]) for style in styles}
    for row in range(size):
        style = styles[rng.choice(len(styles), p=shares / shares.sum())]
        one = examples[style][rng.choice(len(examples[style]), p=weights[style])]
        start = 2 * int(rng.integers(0, max(len(one.triads) - units, 0) // 2 + 1))
        crop = slice(start, min(start + units, len(one.triads)))
        count = crop.stop - crop.start
        in_c = rng.random() < _IN_C
        shift = (-one.song.signature if in_c else int(rng.integers(12))) % 12
        truth = shifted(one.triads[crop], shift)
        given = _given(count, rng)
        told = style if rng.random() < _STYLE_TOLD else None
        known = np.where(given, truth, UNKNOWN)
        edges = bool(rng.random() < _EDGES_SEEN)
        tune = one.two_hands if rng.random() < _TWO_HANDS else one.tune
        inputs[row, :count] = rows(tune, shift, in_c, known, told, crop, edges)
        mask[row, :count] = 1
        triads[row, :count] = np.where(given, IGNORED, truth)
        chosen[row, :count] = truth
        if style not in _SPELT:
            sevenths[row, :count] = np.where(truth == NO_CHORD, IGNORED, one.sevenths[crop])
        if not in_c:
            signatures[row] = (one.song.signature + shift) % 12
    arrays = (inputs, mask, triads, chosen, sevenths, signatures)
    return Batch(*(torch.from_numpy(array) for array in arrays))


def _weights(songs: Sequence[Example]) -> NDArray[np.float64]:
    """How often each song is drawn: long ones more often, irregular ones less."""
    weights = np.array([
        len(one.triads) * (1.0 if one.song.regular >= _REGULAR else _IRREGULAR_COUNTS)
        for one in songs
    ])  # fmt: skip
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _given(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which chords are given: in half the crops none, else a share, mostly a small one, singly or
    in groups of four."""
    if rng.random() >= _SOME_KNOWN:
        return np.zeros(count, bool)
    share = rng.random() ** 1.5
    size = 1 if rng.random() < 0.4 else 4
    groups: NDArray[np.bool_] = np.less(rng.random(count // size + 1), share)
    return np.repeat(groups, size)[:count]
