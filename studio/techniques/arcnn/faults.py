"""Which notes are written anew where a piece breaks the rules."""

from __future__ import annotations

import numpy as np

from studio.techniques.arcnn import rules
from studio.techniques.arcnn.symbols import Cells, Mask


def faults(symbols: Cells, free: Mask, rng: np.random.Generator) -> Mask:
    """The notes to write anew: of each parallel those of one voice, before and after, of each
    crossing those of one voice, a flicker and its neighbours."""
    hide = np.zeros_like(free)
    for step, *pair in rules.parallels(symbols):
        may = [voice for voice in pair if free[step, voice] or free[step - 1, voice]]
        if may:
            voice = may[rng.integers(len(may))]
            hide[note_at(symbols, step - 1, voice), voice] = True
            hide[note_at(symbols, step, voice), voice] = True
    for step, upper in np.argwhere(rules.crossed(symbols))[::2].tolist():
        voice = upper + int(rng.integers(2))
        hide[note_at(symbols, step, voice), voice] = True
    for step, voice in np.argwhere(rules.flickers(symbols)).tolist():
        for near in (step - 1, step, step + 1):
            hide[note_at(symbols, near, voice), voice] = True
    return hide & free


def note_at(symbols: Cells, step: int, voice: int) -> slice:
    """The steps around one that have its symbol without a break."""
    line = symbols[:, voice]
    others = np.flatnonzero(line != line[step])
    place = int(np.searchsorted(others, step))
    start = int(others[place - 1]) + 1 if place else 0
    return slice(start, int(others[place]) if place < len(others) else len(line))
