"""Music as a grid of cells: what each voice sings in each sixteenth, and where it sings anew.

A symbol is REST, or a pitch of the roll counted from 1. A pitch that is held and one that is sung
again look alike, so a second grid says where a pitch that was there before is `struck` anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music import roll
from studio.music.roll import LOW_PITCH, PITCHES, Window

REST = 0
SYMBOLS = PITCHES + 1  # what may stand in a cell
OUT = SYMBOLS  # before and after the piece
HIDDEN = SYMBOLS + 1  # not known: never written, only read
PLACES = 32  # in a bar; longer bars begin anew

Cells = NDArray[np.int64]  # (step, voice) or (batch, step, voice)
Mask = NDArray[np.bool_]  # of the same shape


def symbol_of(pitch: int) -> int:
    """The symbol of a MIDI pitch, by octaves where the roll lacks it."""
    return roll.fold(pitch) - LOW_PITCH + 1


def pitch_of(symbol: int) -> int:
    """The MIDI pitch of a symbol that is no rest."""
    return symbol + LOW_PITCH - 1


def cells_of(voices: Sequence[roll.Roll]) -> tuple[Cells, Cells]:
    """Rolls, each (2, step, pitch), as symbols and strokes, each (step, voice); of a chord the
    highest note is taken."""
    symbols, struck = [], []
    for planes in voices:
        sounding = planes[roll.SUSTAIN].astype(bool)
        top = PITCHES - 1 - sounding[:, ::-1].argmax(1)
        line = np.where(sounding.any(1), top + 1, REST)
        begins = planes[roll.ONSET, np.arange(len(top)), top].astype(bool)
        symbols.append(line)
        struck.append(begins & repeated(line[:, None])[:, 0])
    return np.stack(symbols, 1).astype(np.int64), np.stack(struck, 1).astype(np.int64)


def repeated(symbols: Cells) -> Mask:
    """Where a voice has the pitch it had a step before: held, or struck anew."""
    before = np.vstack([np.full((1, symbols.shape[1]), OUT), symbols[:-1]])
    same: Mask = (symbols == before) & (symbols != REST)
    return same


def window_cells(window: Window) -> tuple[Cells, Cells]:
    """The symbols and strokes of a window, the melody first."""
    return cells_of([window.melody, *window.parts])


def places(steps: int, bar_steps: int, first: int = 0) -> Cells:
    """The place of each step in its bar, (step,), the first of which is `first` steps into one."""
    found: Cells = (np.arange(steps) + first) % bar_steps % PLACES
    return found
