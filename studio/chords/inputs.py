"""A tune as the rows that the network reads: in any transposition, with chords known or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.chords.features import BLOCKS, POSITION, SCALARS, pitch_classes, position
from studio.music.harmony import STYLES
from studio.music.score import Metre, Note
from studio.music.theory import NO_CHORD, TRIADS

Array = NDArray[np.float32]
Triads = NDArray[np.int64]

SEVENTHS = 4  # plain triad, minor seventh, major seventh, sixth
CHORDS = TRIADS + 1  # NO_CHORD too
UNKNOWN = CHORDS  # the input for a chord that is to be found
INPUTS = BLOCKS * 12 + 12 + SCALARS + POSITION + len(STYLES) + 1 + CHORDS + 1
_WHOLE_TUNE = 4.0  # how strongly the tune's pitch classes are shown


@dataclass(frozen=True, slots=True)
class Tune:
    """A melody's features in its own key: `blocks` (unit, block, 12), `scalars` (unit, scalar)."""

    blocks: Array
    scalars: Array
    metre: Metre
    units_a_bar: int

    @property
    def units(self) -> int:
        return len(self.blocks)


def tune_of(notes: Sequence[Note], metre: Metre, units: int, unit_ticks: int) -> Tune:
    """The features of a melody, all voices."""
    blocks, scalars = pitch_classes(notes, units, unit_ticks)
    return Tune(blocks, scalars, metre, max(metre.bar_ticks // unit_ticks, 1))


def shifted(triads: Triads, semitones: int | NDArray[np.int64]) -> Triads:
    """Triads moved by semitones; NO_CHORD and UNKNOWN stay."""
    moved = (triads % 12 + semitones) % 12 + 12 * (triads // 12)
    return np.where(triads >= NO_CHORD, triads, moved)


def rows(
    tune: Tune,
    semitones: int | NDArray[np.int64],
    in_c: bool,
    known: Triads,
    style: str | None = None,
    crop: slice | None = None,
    edges: bool = True,
) -> Array:
    """The network's inputs (unit, INPUTS) for a tune moved by `semitones`, all of it or each unit
    (unit,) by its own.

    `in_c` says that the tune now stands in the signature of C; `known` (unit,) holds triads that
    are given, already moved, and UNKNOWN elsewhere; without `edges` beginning and end are hidden.
    """
    crop = crop or slice(0, tune.units)
    units = len(tune.blocks[crop])
    by = np.broadcast_to(semitones, units)
    from_pitch_class = (np.arange(12) - by[:, None]) % 12
    blocks = np.take_along_axis(tune.blocks[crop], from_pitch_class[:, None], axis=2)
    whole = blocks[:, 8].sum(0)
    whole = _WHOLE_TUNE * whole / max(whole.sum(), 1e-6)
    flags = np.zeros((units, len(STYLES) + 1), np.float32)
    if style is not None:
        flags[:, STYLES.index(style)] = 1
    flags[:, -1] = in_c
    place = position(units, tune.metre, crop.start, edges, tune.units)
    given = np.eye(CHORDS + 1, dtype=np.float32)[known]
    return np.concatenate(
        [
            blocks.reshape(units, -1),
            np.tile(whole, (units, 1)),
            tune.scalars[crop],
            place,
            flags,
            given,
        ],
        axis=1,
    ).astype(np.float32)
