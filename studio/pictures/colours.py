"""The studio's colours: one a part, the same in every picture, and those of what lies behind."""

from __future__ import annotations

from enum import StrEnum

PART_COLOURS = ("#ffb454", "#45d0b5", "#a78bfa", "#f472b6", "#60a5fa", "#a3e635", "#f87171")


class Colour(StrEnum):
    """What lies behind the notes, and the texts."""

    BACKGROUND = "#0f1216"
    LANE = "#13161c"
    LINE = "#1c2129"
    BAR_LINE = "#2a303b"
    TEXT = "#eceef2"
    QUIET = "#8b93a1"


def part_colour(index: int) -> str:
    """The colour of a part by its place in the score; the melody is 0."""
    return PART_COLOURS[index % len(PART_COLOURS)]
