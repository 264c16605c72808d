"""Techniques that see music as pictures: a row for each sixteenth, a column for each MIDI pitch,
and a cell is 1 while its pitch sounds.

There is one plane a track, so a note that is repeated at once and one that is held look the same.
Music comes in in the signature of C; what goes out is moved back and put into each part's range.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import gcd
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.music import roll
from studio.music.harmony import ChordPlan
from studio.music.instruments import KIT, Part
from studio.music.roll import Window, to_c
from studio.music.score import STEP_TICKS, Note, Score, Track
from studio.music.theory import transpose_triad
from studio.techniques.base import Technique, Values
from studio.techniques.lazy import Module, Tensor, torch
from studio.techniques.losses import HELD_OUT
from studio.techniques.together import average_report, share_of
from studio.techniques.trainer import Draw, Trainer, average, descend
from studio.techniques.weights import Weights, fill

ALL_PITCHES = 128  # as MIDI numbers them
Pictures = NDArray[np.float32]
Floats = NDArray[np.float32]
Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of songs: `melody` (batch, 1, step, pitch), `band` (batch, track, step, pitch), both
    0 or 1, and the chords as numbers of triads, `triads` (batch, step)."""

    melody: Tensor
    band: Tensor
    triads: Tensor


class RollTechnique(Technique):
    """Brings a network, a loss and `logits`; how notes become pictures and pictures notes, and how
    one network learns from one loss, is done here. It may bring a trainer of its own instead of a
    loss. Where the network has a buffer `density` (track,), the share of cells that sound in the
    training music, so many sound at least; else what is likelier than not."""

    @abstractmethod
    def logits(
        self, network: Values, melody: Pictures, triads: NDArray[np.int64], knobs: Values,
        rng: np.random.Generator,
    ) -> Floats:  # fmt: skip
        """Log odds (track, step, pitch) that each cell sounds, under a melody (step, pitch) and its
        `triads` (step,); more steps than the melody has are left out."""

    def loss(self, network: Values, batch: Batch) -> dict[str, Tensor]:
        """The losses by name; their sum is what the network learns from."""
        raise NotImplementedError

    def trainer(
        self, parts: Sequence[Part], settings: Values, device: str, weights: Weights | None = None
    ) -> Trainer:
        return RollTrainer(self, parts, settings, device, weights)

    def play(
        self, player: Module, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Values,
        rng: np.random.Generator,
    ) -> Score:  # fmt: skip
        shift = to_c(plan.key.signature)
        steps = melody.bars * melody.metre.bar_ticks // STEP_TICKS
        heard = picture(roll.encode(roll.moved(melody.tracks[0].notes, shift), steps))
        chords = [transpose_triad(plan.triad_at(step * STEP_TICKS), shift) for step in range(steps)]
        logits = self.logits(player, heard, np.array(chords, np.int64), knobs, rng)[:, :steps]
        density = getattr(player, "density", None)
        densities = [0.0] * len(parts) if density is None else density.tolist()
        tracks = []
        for part, track, density in zip(parts, logits, densities, strict=True):
            moved = 0 if part.is_drum else shift
            cells = loudest(into_range(track, part, moved), density, part.voices)
            notes = strokes(cells, part) if part.is_drum else runs(cells, part, -moved)
            tracks.append(Track(part.name, notes, part.program, part.is_drum))
        return melody.with_tracks([melody.tracks[0], *tracks])


class RollTrainer(Trainer):
    """One network, one loss: AdamW whose rate falls to a tenth, and a running mean of the weights,
    which is what plays."""

    EMA: ClassVar[float] = 0.999
    CLIP: ClassVar[float] = 1.0

    def __init__(
        self, technique: RollTechnique, parts: Sequence[Part], settings: Values, device: str,
        weights: Weights | None = None,
    ) -> None:  # fmt: skip
        super().__init__(settings, device)
        self.technique = technique
        self.network = technique.network(parts, settings).to(self.device)
        if weights is not None:
            fill(self.network, weights)
        self.ema = deepcopy(self.network).requires_grad_(False).eval()
        self.optimiser = torch.optim.AdamW(self.network.parameters(), self.learning_rate)
        self.networks = {"network": self.network, "ema": self.ema}
        self.optimisers = {"optimiser": self.optimiser}

    def step(self, draw: Draw, progress: float) -> dict[str, float]:
        self.set_rates(1 - 0.9 * progress)
        losses = self.technique.loss(self.network, self._batch(share_of(draw())))
        total = torch.stack(list(losses.values())).sum()
        descend(total, self.network.parameters(), self.optimiser, clip=self.CLIP)
        self.steps += 1
        average(self.ema, self.network, self.steps, self.EMA)
        return average_report({name: loss.item() for name, loss in losses.items()})

    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        with torch.no_grad():
            losses = self.technique.loss(self.ema, self._batch(windows))
        return {HELD_OUT + name: loss.item() for name, loss in losses.items()}

    def _batch(self, windows: Sequence[Window]) -> Batch:
        columns = (
            [picture(window.melody)[None] for window in windows],
            [picture(window.parts) for window in windows],
            [window.triads for window in windows],
        )
        return Batch(*(self.tensor(np.stack(column)) for column in columns))


def picture(cells: NDArray[np.uint8]) -> Pictures:
    """Sounding cells (..., 2, step, pitch of the roll) as a picture (..., step, MIDI pitch)."""
    above = ALL_PITCHES - roll.LOW_PITCH - roll.PITCHES
    margins = [(0, 0)] * (cells.ndim - 2) + [(roll.LOW_PITCH, above)]
    result: Pictures = np.pad(cells[..., roll.SUSTAIN, :, :], margins).astype(np.float32)
    return result


def random_cuts(
    windows: Sequence[Window], steps: int, rng: np.random.Generator
) -> tuple[Pictures, Pictures]:
    """So many steps of each window: melodies (batch, 1, step, pitch) and bands (batch, track, step,
    pitch). Cuts begin where those of a whole piece may begin: in 4/4 on a bar line."""
    melodies, bands = [], []
    for window in windows:
        grid = gcd(window.bar_steps, steps)
        first = -window.steps_before % grid
        last = window.melody.shape[1] - steps
        start = int(rng.integers(0, (last - first) // grid + 1)) * grid + first
        cut = slice(start, start + steps)
        melodies.append(picture(window.melody[:, cut])[None])
        bands.append(picture(window.parts[:, :, cut]))
    return np.stack(melodies), np.stack(bands)


def pieces(melody: Pictures, steps: int) -> Pictures:
    """A whole melody (step, pitch) as its cuts one after another (cut, 1, step, pitch), the last
    filled up with silence."""
    padded = np.pad(melody, ((0, -len(melody) % steps), (0, 0)))
    return padded.reshape(-1, 1, steps, ALL_PITCHES)


def into_range(logits: Floats, part: Part, shift: int) -> Floats:
    """Logits (step, pitch) with cells outside the part's range, moved by `shift` semitones, folded
    in by octaves: of those that meet the likeliest stays. Drums are no pitches, so those that the
    kit lacks are left out. What cannot sound is -inf."""
    low, high = max(part.low + shift, 0), min(part.high + shift, ALL_PITCHES - 1)
    result = np.full_like(logits, -np.inf)
    for pitch in range(ALL_PITCHES):
        if part.is_drum:
            target = pitch if pitch in KIT else -1
        elif pitch < low:
            target = low + (pitch - low) % 12
        else:
            target = high - (high - pitch) % 12 if pitch > high else pitch
        if low <= target <= high:
            result[:, target] = np.maximum(result[:, target], logits[:, pitch])
    return result


def loudest(logits: Floats, density: float, voices: int) -> Cells:
    """The cells (step, pitch) that sound: those likelier than not, or, where these are fewer than
    the share `density` (0-1) that sounds in the training music, the likeliest so many, so that a
    part is never silent; at each step the likeliest `voices` of them."""
    possible = np.isfinite(logits)
    sounding = logits > 0  # a probability above one half
    wanted = min(max(round(density * logits.size), 1), int(possible.sum()))
    if sounding.sum() < wanted:
        sounding.flat[np.argsort(-logits, axis=None, kind="stable")[:wanted]] = True
    first = np.argsort(-logits, axis=1, kind="stable")[:, :voices]
    chosen = np.zeros(logits.shape, bool)
    np.put_along_axis(chosen, first, True, axis=1)
    cells: Cells = chosen & sounding & possible
    return cells


def runs(cells: Cells, part: Part, semitones: int) -> tuple[Note, ...]:
    """Each run of sounding cells as one note, moved by `semitones`: where held and repeated notes
    look the same, all are held."""
    edges = np.diff(np.pad(cells.astype(np.int8), ((1, 1), (0, 0))), axis=0).T  # (pitch, step)
    begins, ends = np.argwhere(edges == 1).tolist(), np.argwhere(edges == -1).tolist()
    return tuple(
        Note(start * STEP_TICKS, pitch + semitones, (end - start) * STEP_TICKS, part.velocity)
        for (pitch, start), (_, end) in zip(begins, ends, strict=True)
    )


def strokes(cells: Cells, part: Part) -> tuple[Note, ...]:
    """Each sounding cell as a stroke of a sixteenth: a drum is never held."""
    return tuple(
        Note(step * STEP_TICKS, pitch, STEP_TICKS, part.velocity)
        for step, pitch in np.argwhere(cells).tolist()
    )
