"""Fingerprints of bars: what two have in common can be told from them, what they hold cannot.

Of the set of (position in the bar by sixteenths, pitch) of a bar: a 64-bit hash, equal for equal
sets only, and a sketch of 128 bits into which each (position, pitch) sets one. A bit stands for ten
or so of them, so a bar cannot be read back, but how many notes two bars share can be estimated
(linear counting, Whang, Vander-Zanden and Taylor 1990).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.music.roll import to_c
from studio.music.score import STEP_TICKS, Score

SKETCH_WORDS = 2
_BITS = 64 * SKETCH_WORDS
_ROW, _ABOVE_0 = 256, 32  # room for any moved pitch

Words = NDArray[np.uint64]
Floats = NDArray[np.float32]

# how many notes most likely set so many bits
_SHARE = np.minimum(np.arange(_BITS + 1), _BITS - 0.5) / _BITS
_NOTES_OF_BITS: Floats = (-_BITS * np.log(1 - _SHARE)).astype(np.float32)


def fingerprints(score: Score, signature: int, octaves: int = 0) -> tuple[Words, Words]:
    """Hash (bar,) and sketch (bar, 2) of each bar's accompaniment, moved to the signature of C and
    by `octaves`; an empty bar's are 0."""
    count, shift = score.bars, to_c(signature) + 12 * octaves + _ABOVE_0
    rows = {
        (bar, at // STEP_TICKS * _ROW + note.pitch + shift)
        for track in score.tracks[1:]
        if not track.is_drum
        for note in track.notes
        for bar, at in [divmod(note.start_tick + STEP_TICKS // 2, score.metre.bar_ticks)]
        if bar < count
    }
    bars, cells = np.array(sorted(rows), np.int64).reshape(-1, 2).T
    mixed = _mix(cells.astype(np.uint64))
    hashes = np.zeros(count, np.uint64)
    np.add.at(hashes, bars, mixed)  # modulo 2**64, whatever the order
    sketches = np.zeros((count, SKETCH_WORDS), np.uint64)
    bits = (_mix(mixed) >> np.uint64(57)).astype(np.int64)  # another seven bits, 0 to 127
    np.bitwise_or.at(sketches, (bars, bits // 64), np.uint64(1) << (bits % 64).astype(np.uint64))
    return hashes, sketches


def _mix(values: Words) -> Words:
    """SplitMix64: the same scattered 64-bit number for the same value, on every machine."""
    with np.errstate(over="ignore"):
        z = values + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: Words = z ^ (z >> np.uint64(31))
    return mixed


def notes_of_bits(bits: NDArray[np.uint8]) -> Floats:
    """How many notes most likely set so many bits of a sketch, 0 to 128."""
    notes: Floats = _NOTES_OF_BITS.take(bits, mode="clip")
    return notes


def notes_in(sketches: Words) -> Floats:
    """How many notes each bar has, estimated, (bar,). Two bars have together as many as their
    sketches' union, so a + b - union in common."""
    notes: Floats = _NOTES_OF_BITS[np.bitwise_count(sketches).sum(-1)]
    return notes
