"""The critic's network: shapes of chords, then of rhythm, then of bars among their neighbours."""

from __future__ import annotations

from itertools import pairwise

from studio.techniques.lazy import Module, Tensor, nn

LISTENERS = 2
_OCTAVE = 12
_SHAPES, _CHORDS, _WIDTH, _DROPOUT = 16, 24, 96, 0.3
_HEIGHTS = 14  # where a shape is heard: each half octave of seven, and the edge
_HALVINGS = 4  # of time: a slot of sixteen steps is one


class CriticNet(Module):
    """The mean of some listeners, each of whom learned by itself: what one of them hears by chance
    the others do not."""

    def __init__(self, tracks: int) -> None:
        super().__init__()
        self.listeners = nn.ModuleList(Listener(tracks) for _ in range(LISTENERS))

    def forward(self, planes: Tensor) -> Tensor:
        odds: Tensor = sum(one(planes) for one in self.listeners) / LISTENERS
        return odds


class Listener(Module):
    """What `hearing` hears, (batch, 2 track, step, pitch) -> log odds of each slot to be people's,
    (batch, slot)."""

    def __init__(self, tracks: int) -> None:
        super().__init__()
        half = _OCTAVE // 2
        self.pitch = nn.Sequential(
            nn.Conv2d(2 * tracks, _SHAPES, (1, _OCTAVE + 1), padding=(0, half)),
            nn.LeakyReLU(0.2),
            nn.Conv2d(_SHAPES, _CHORDS, (1, _OCTAVE), (1, half), (0, half // 2)),
            nn.LeakyReLU(0.2),
        )
        widths = [_CHORDS * _HEIGHTS, *[_WIDTH] * _HALVINGS]
        self.time = nn.Sequential(
            *(
                nn.Sequential(nn.Conv1d(a, b, 4, 2, 1), nn.LeakyReLU(0.2), nn.Dropout(_DROPOUT))
                for a, b in pairwise(widths)
            )
        )
        self.bars = nn.Sequential(
            nn.Conv1d(_WIDTH, _WIDTH, 3, padding=1), nn.LeakyReLU(0.2), nn.Dropout(_DROPOUT)
        )
        self.odds = nn.Conv1d(_WIDTH, 1, 3, padding=1)

    def forward(self, planes: Tensor) -> Tensor:
        shapes = self.pitch(planes)  # (batch, chord, step, height)
        of_time = self.time(shapes.transpose(2, 3).flatten(1, 2))
        odds: Tensor = self.odds(of_time + self.bars(of_time))
        return odds[:, 0]


def shapes_of(tracks: int) -> dict[str, tuple[int, ...]]:
    """The names and shapes of a critic's weights."""
    kernels: dict[str, tuple[int, ...]] = {
        "pitch.0": (_SHAPES, 2 * tracks, 1, _OCTAVE + 1),
        "pitch.2": (_CHORDS, _SHAPES, 1, _OCTAVE),
        "time.0.0": (_WIDTH, _CHORDS * _HEIGHTS, 4),
        **{f"time.{layer}.0": (_WIDTH, _WIDTH, 4) for layer in range(1, _HALVINGS)},
        "bars.0": (_WIDTH, _WIDTH, 3),
        "odds": (1, _WIDTH, 3),
    }
    return {
        f"listeners.{number}.{name}.{kind}": shape if kind == "weight" else shape[:1]
        for number in range(LISTENERS)
        for name, shape in kernels.items()
        for kind in ("weight", "bias")
    }
