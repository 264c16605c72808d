"""The critic's network: who listens for shapes of chords and of rhythm, and who counts.

Shapes tell one bar from another, numbers whether bars keep to each other: a band may be like people
in each of its bars and yet ramble.
"""

from __future__ import annotations

from itertools import pairwise

from studio.music.roll import PITCHES
from studio.techniques.critic.hearing import SLOT
from studio.techniques.lazy import Module, Tensor, nn, torch

LISTENERS = 2
_OCTAVE, _BEAT = 12, 4
_SHAPES, _CHORDS, _WIDTH, _DROPOUT = 16, 24, 96, 0.3
_HEIGHTS = 14  # where a shape is heard: each half octave of seven, and the edge
_HALVINGS = 4  # of time: a slot of sixteen steps is one
_NUMBERS, _HIDDEN = 10, 32  # of a track in a slot


class CriticNet(Module):
    """What `hearing` hears, (batch, 2 track, step, pitch) -> log odds of each slot to be people's,
    (batch, slot): the mean of what shapes and numbers say. Those who listen for shapes learned by
    themselves: what one of them hears by chance the others do not."""

    def __init__(self, tracks: int) -> None:
        super().__init__()
        self.listeners = nn.ModuleList(Listener(tracks) for _ in range(LISTENERS))
        self.counter = Counter(tracks)

    def forward(self, planes: Tensor) -> Tensor:
        shapes: Tensor = sum(one(planes) for one in self.listeners) / LISTENERS
        odds: Tensor = (shapes + self.counter(planes)) / 2
        return odds


class Listener(Module):
    """Log odds (batch, slot) by shapes of chords, then of rhythm, then of bars among neighbours."""

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


class Counter(Module):
    """Log odds (batch, 1) by numbers of each track: their mean over slots, and how they vary."""

    def __init__(self, tracks: int) -> None:
        super().__init__()
        numbers = 2 * _NUMBERS * tracks
        self.scale = nn.BatchNorm1d(numbers, affine=False)
        self.layers = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(numbers, _HIDDEN), nn.LeakyReLU(0.2),
            nn.Dropout(_DROPOUT), nn.Linear(_HIDDEN, 1),
        )  # fmt: skip

    def forward(self, planes: Tensor) -> Tensor:
        counted = _counted(planes)
        both = torch.cat([counted.mean(-1), counted.std(-1, unbiased=False)], 2)
        odds: Tensor = self.layers(self.scale(both.flatten(1)))
        return odds


def _counted(planes: Tensor) -> Tensor:
    """The numbers of each track in each slot, (batch, track, _NUMBERS, slot)."""
    batch, rows, steps, _ = planes.shape
    by_slot = planes.reshape(batch, rows // 2, 2, steps // SLOT, SLOT, PITCHES)
    onset, sustain = by_slot[:, :, 0], by_slot[:, :, 1]
    notes = onset.sum((-1, -2))
    some = notes.clamp(min=1)
    height = torch.arange(PITCHES, dtype=planes.dtype, device=planes.device) / _OCTAVE
    mean = (onset * height).sum((-1, -2)) / some
    spread = ((onset * height**2).sum((-1, -2)) / some - mean**2).clamp(min=1e-6).sqrt()
    struck = onset.amax(-1)  # (batch, track, slot, step)
    before = nn.functional.pad(struck[:, :, :-1], (0, 0, 1, 0))
    either = (struck + before).clamp(max=1).sum(-1).clamp(min=1)
    classes = onset.amax(-2).reshape(*notes.shape, PITCHES // _OCTAVE, _OCTAVE).amax(-2)
    numbers = [
        notes,
        sustain.sum((-1, -2)) / some,  # how long they last
        mean,
        spread,
        struck.sum(-1),
        struck[..., ::_BEAT].sum(-1),
        classes.sum(-1),
        sustain.amax(-1).sum(-1),  # steps in which it sounds
        (struck * before).sum(-1) / either,  # the rhythm of the slot before
        (notes == 0).to(planes.dtype),
    ]
    return torch.stack(numbers, 2)


def shapes_of(tracks: int) -> dict[str, tuple[int, ...]]:
    """The names and shapes of a critic's weights."""
    numbers = 2 * _NUMBERS * tracks
    listener: dict[str, tuple[int, ...]] = {
        "pitch.0": (_SHAPES, 2 * tracks, 1, _OCTAVE + 1),
        "pitch.2": (_CHORDS, _SHAPES, 1, _OCTAVE),
        "time.0.0": (_WIDTH, _CHORDS * _HEIGHTS, 4),
        **{f"time.{layer}.0": (_WIDTH, _WIDTH, 4) for layer in range(1, _HALVINGS)},
        "bars.0": (_WIDTH, _WIDTH, 3),
        "odds": (1, _WIDTH, 3),
    }
    kernels = {
        f"listeners.{number}.{name}": shape
        for number in range(LISTENERS)
        for name, shape in listener.items()
    } | {"counter.layers.1": (_HIDDEN, numbers), "counter.layers.4": (1, _HIDDEN)}
    found = {f"{name}.weight": shape for name, shape in kernels.items()}
    found |= {f"{name}.bias": shape[:1] for name, shape in kernels.items()}
    return found | {f"counter.scale.running_{what}": (numbers,) for what in ("mean", "var")}
