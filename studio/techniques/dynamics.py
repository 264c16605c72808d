"""How loud a part's notes are: accents within the bar, the melody's loudness, and the close.

Accents come with the part, measured from people (`benchmarks.dynamics`); so do the figures
below, from the accompaniments of POP909. All in MIDI velocity, 1-127.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import KIT, Part, accent_step
from studio.music.score import Metre, Note

_FOLLOWS = 0.34  # how many steps of velocity an accompaniment rises for one of the melody's
_LAST_BARS, _SOFTER, _LAST_BAR_SOFTER = 4, -3, -8


def shaped(notes: Sequence[Note], part: Part, melody: Sequence[Note], metre: Metre) -> list[Note]:
    """The part's notes with people's dynamics under this melody."""
    loudness = _by_bar(melody, metre.bar_ticks)
    result = []
    for note in notes:
        bar = note.start_tick // metre.bar_ticks
        velocity = part.velocity + _accent(part, note, metre)
        velocity += _FOLLOWS * loudness[min(bar, len(loudness) - 1)]
        if bar >= len(loudness) - 1:
            velocity += _LAST_BAR_SOFTER
        elif bar >= len(loudness) - _LAST_BARS and len(loudness) > 2 * _LAST_BARS:
            velocity += _SOFTER
        result.append(replace(note, velocity=int(np.clip(round(velocity), 1, 127))))
    return result


def followed(notes: Sequence[Note], melody: Sequence[Note], metre: Metre) -> list[Note]:
    """The notes, which have dynamics, louder and softer with the melody."""
    loudness = _by_bar(melody, metre.bar_ticks)
    result = []
    for note in notes:
        bar = min(note.start_tick // metre.bar_ticks, len(loudness) - 1)
        velocity = int(np.clip(round(note.velocity + _FOLLOWS * loudness[bar]), 1, 127))
        result.append(replace(note, velocity=velocity))
    return result


def _accent(part: Part, note: Note, metre: Metre) -> int:
    if not part.accents:
        return 0
    row = KIT.index(note.pitch) if part.is_drum else 0
    return part.accents[row][accent_step(note.start_tick, metre)]


def _by_bar(melody: Sequence[Note], bar_ticks: int) -> NDArray[np.float64]:
    """How much louder than its mean the melody is in each bar; 0 where it rests."""
    bars = max(max((note.end_tick for note in melody), default=1) - 1, 0) // bar_ticks + 1
    places = [note.start_tick // bar_ticks for note in melody]
    velocities = [note.velocity for note in melody]
    counts = np.bincount(places, minlength=bars)
    sums = np.bincount(places, velocities, bars)
    mean = np.mean(velocities) if velocities else 0.0
    return np.where(counts > 0, sums / np.maximum(counts, 1) - mean, 0.0)
