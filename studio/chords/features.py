"""What the planner is told of a melody, a row for each chord's unit of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.score import Metre, Note

Array = NDArray[np.float32]

QUARTERS = 4  # a unit is heard in four quarters
BLOCKS = 2 * QUARTERS + 7  # pitch-class blocks a unit, see `pitch_classes`
SCALARS = 8
POSITION = 16 + 8 + 3


def pitch_classes(notes: Sequence[Note], units: int, unit_ticks: int) -> tuple[Array, Array]:
    """Pitch classes (units, BLOCKS, 12) and scalars (units, SCALARS) of all voices of a melody.

    Blocks: how long each sounds in each quarter of the unit (4), how often it begins there (4), how
    long in all, first, last, longest, highest, lowest, held over from before. Scalars: how many
    begin, the longest in units, highest and lowest pitch, silence, whether anything sounds, since
    when the last and until when the first began.
    """
    blocks = np.zeros((units, BLOCKS, 12), np.float32)
    lowest, highest = np.full(units, 128.0), np.full(units, -1.0)
    longest, heard = np.zeros(units), np.zeros(units)
    first, last = np.full(units, np.inf), np.full(units, -np.inf)
    begins, reach = np.zeros(units), np.zeros(units)
    quarter = unit_ticks / QUARTERS
    for note in sorted(notes, key=lambda n: (n.start_tick, n.pitch)):
        pc = note.pitch % 12
        begin_unit = note.start_tick // unit_ticks
        for unit in range(begin_unit, min((note.end_tick - 1) // unit_ticks + 1, units)):
            start = max(note.start_tick, unit * unit_ticks) - unit * unit_ticks
            end = min(note.end_tick, (unit + 1) * unit_ticks) - unit * unit_ticks
            row = blocks[unit]
            for q in range(QUARTERS):
                row[q, pc] += (
                    max(min(end, (q + 1) * quarter) - max(start, q * quarter), 0) / quarter
                )
            row[8, pc] += (end - start) / unit_ticks
            heard[unit] += end - start
            if end - start > longest[unit]:
                longest[unit] = end - start
                _mark(row[11], pc)
            if note.pitch > highest[unit]:
                highest[unit] = note.pitch
                _mark(row[12], pc)
            if note.pitch < lowest[unit]:
                lowest[unit] = note.pitch
                _mark(row[13], pc)
            if unit > begin_unit:
                row[14, pc] = 1
        if begin_unit < units:
            at = note.start_tick - begin_unit * unit_ticks
            row = blocks[begin_unit]
            row[QUARTERS + min(int(at / quarter), QUARTERS - 1), pc] += 1
            begins[begin_unit] += 1
            reach[begin_unit] = max(reach[begin_unit], note.duration_ticks / unit_ticks)
            if at < first[begin_unit]:
                first[begin_unit] = at
                _mark(row[9], pc)
            if at >= last[begin_unit]:
                last[begin_unit] = at
                _mark(row[10], pc)
    sounds = highest >= 0
    begun = np.isfinite(first)
    scalars = np.stack(
        [
            begins / 4,
            np.minimum(reach, 4) / 2,
            np.where(sounds, (highest - 66) / 12, 0),
            np.where(sounds, (lowest - 66) / 12, 0),
            1 - np.minimum(heard / unit_ticks, 1),
            sounds,
            np.where(begun, 1 - np.where(begun, last, 0) / unit_ticks, 0),
            np.where(begun, np.where(begun, first, 0) / unit_ticks, 1),
        ],
        axis=1,
    )
    return np.minimum(blocks, 2), scalars.astype(np.float32)


def position(units: int, metre: Metre, first: int, edges: bool, total: int) -> Array:
    """Where each unit stands, (units, POSITION): in groups of 2, 4, 8 and 16 units, from the tune's
    beginning and to its end, the metre.

    `first` is the tune's unit at which these begin, `total` how many it has; without `edges` the
    distances to beginning and end are hidden, as when only a crop is known.
    """
    here = np.arange(units) + first
    groups = [np.eye(size, dtype=np.float32)[here % size] for size in (2, 4, 8)]
    angle = 2 * np.pi * here / 16
    circle = np.stack([np.sin(angle), np.cos(angle)], 1)
    away = np.zeros((units, 8))
    if edges:
        to_end = total - 1 - here
        columns = [
            np.ones(units), here == 0, np.exp(-here / 4), np.ones(units), to_end == 0, to_end == 1,
            np.exp(-to_end / 4), (to_end >= 2) & (to_end < 4),
        ]  # fmt: skip
        away = np.stack(columns, 1).astype(float)
    kind = np.zeros((units, 3))
    kind[:, 2 if metre.unit > 4 else 1 if metre.beats % 3 == 0 else 0] = 1
    return np.concatenate([*groups, circle, away, kind], axis=1).astype(np.float32)


def _mark(row: Array, pc: int) -> None:
    row[:] = 0
    row[pc] = 1
