"""What a technique thought as it wrote a note, as data that a page can draw."""

from __future__ import annotations

from dataclasses import dataclass

QUESTIONS = ("position", "role", "pitch", "duration", "loudness")


@dataclass(frozen=True, slots=True)
class Thought:
    """`options` by question, the likeliest first; `seen` in the order in which it was heard; the
    shares of attention, the mean of all heads, add up to 1. `first` is the step of the piece at
    which the bar that was read begins, `cut` how the choice was narrowed, as "Nucleus .98".

    Steps are even sixteenths; `swung` where the band swings as it is heard."""

    END = "end"  # the position at which the bar is over

    @dataclass(frozen=True, slots=True)
    class Option:
        """One choice: what it is (a step in the bar that was read or `END` of it, a part's name, a
        MIDI pitch, a length in sixteenths, a loudness class), its probability before the cut,
        whether the cut left it, and whether it was taken."""

        value: int | str
        probability: float
        left: bool
        taken: bool

    @dataclass(frozen=True, slots=True)
    class Seen:
        """Something that was heard before: its kind, the part's name or the melody, where it begins
        in steps of the piece, its MIDI pitch where it has one, and its share of the attention."""

        kind: str
        role: str
        step: int
        pitch: int | None
        weight: float

    options: dict[str, list[Option]]
    seen: list[Seen]
    first: int = 0
    cut: str = ""
    swung: bool = False


END = Thought.END
Option = Thought.Option
Seen = Thought.Seen
