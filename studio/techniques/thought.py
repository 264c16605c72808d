"""What a technique thought as it wrote a note, as data that a page can draw."""

from __future__ import annotations

from dataclasses import dataclass

QUESTIONS = ("position", "role", "pitch", "duration", "loudness")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: what it is (a step in the bar, a part's role, a MIDI pitch, a length in
    sixteenths, a loudness class), its probability before the cut, whether the cut left it, and
    whether it was taken."""

    value: int | str
    probability: float
    left: bool
    taken: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was heard before: its kind, the part's role or the melody, where it begins in
    steps of the piece, its MIDI pitch where it has one, and its share of the attention."""

    kind: str
    role: str
    step: int
    pitch: int | None
    weight: float


@dataclass(frozen=True, slots=True)
class Thought:
    """`options` by question, the likeliest first; `seen` in the order in which it was heard; the
    shares of attention, the mean of all heads, add up to 1."""

    options: dict[str, list[Option]]
    seen: list[Seen]
