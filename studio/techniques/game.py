"""Who plays what, and who judges it, while a technique learns: the drawing on the Train page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Game:
    """The `player` hears something and `plays` something, which the `judge` sets beside what people
    `played`. `learns` is a judge that learns, too. `story` says it in some sentences."""

    player: str = "Network"
    hears: str = "melody"
    plays: str = "band"
    judge: str = "Difference"
    played: str = "people's band"
    learns: bool = False
    story: str = (
        "Nobody plays against it: its band is set beside the one that people played to the same "
        "melody, and each step makes the difference smaller."
    )
