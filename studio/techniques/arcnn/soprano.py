"""A melody in the range of a chorale's tune, by octaves: it is read there, and comes back."""

from __future__ import annotations

from collections.abc import Sequence

RANGE = (60, 81)  # MIDI pitches
_COUNTS = ("", "an octave", "two octaves", "three octaves", "four octaves")


def to_range(pitches: Sequence[int]) -> int:
    """The octaves, in semitones, that bring most of a melody into a soprano's range."""
    low, high = RANGE

    def inside(octaves: int) -> tuple[int, int]:
        return sum(low <= pitch + octaves <= high for pitch in pitches), -abs(octaves)

    return max(range(-48, 49, 12), key=inside)


def remark(pitches: Sequence[int]) -> str:
    """That it was moved, in a sentence; empty where it was not."""
    moved = to_range(pitches)
    if not moved:
        return ""
    return (
        f"Your melody was read {_COUNTS[abs(moved) // 12]} {'higher' if moved > 0 else 'lower'}, "
        "in a soprano's range, and is where you played it."
    )
