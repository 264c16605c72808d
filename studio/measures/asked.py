"""What a part may be asked for, measured: how dense, how high and how full it plays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from studio.music.score import TICKS_PER_BEAT, Track

_FOUR_QUARTERS = 4 * TICKS_PER_BEAT


@dataclass(frozen=True, slots=True)
class Playing:
    """`density` in notes a bar of four quarters; `register`, the mean MIDI pitch, and `polyphony`,
    how many notes begin together on average: both None for drums and where nothing is played."""

    density: float
    register: float | None
    polyphony: float | None


def playing(track: Track, bars: Collection[int], bar_ticks: int) -> Playing:
    """How a part plays in the bars, counted from 0; a note belongs to the bar it begins in."""
    notes = [note for note in track.notes if note.start_tick // bar_ticks in bars]
    quarters = len(bars) * bar_ticks / _FOUR_QUARTERS
    density = len(notes) / quarters if quarters else 0.0
    if track.is_drum or not notes:
        return Playing(density, None, None)
    onsets = len({note.start_tick for note in notes})
    return Playing(density, sum(note.pitch for note in notes) / len(notes), len(notes) / onsets)
