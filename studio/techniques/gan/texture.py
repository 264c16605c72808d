"""The texture prior: when notes begin and how many are held, before any pitch is chosen.

A recurrent network reads the melody's rhythm, the metre and what the band itself played a step, a
beat, one bar and two bars ago (after Magenta's Lookback RNN, Waite 2016), and gives for each part
a distribution over textures: how many notes begin, how many are held. Sampling it is where
variety between seeds comes from: a GAN's own noise is ignored when the melody says enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from studio.roll import ONSET, SUSTAIN
from studio.techniques.contract import Part
from studio.techniques.gan.form import Form
from studio.techniques.gan.planes import PHASE_PLANES, Planes

HIDDEN = 160
LOOKAHEAD = 8  # sixteenths of melody rhythm seen ahead, the present one included
LAGS = 4  # a step, a beat, a bar, two bars
# Drawn at its own temperature a rhythm frays, for errors feed on errors. At this one, notes a bar
# and the likeness of neighbouring bars come out as people's on unseen songs; `risk` scales it.
_TEMPERATURE = 0.95
_CONTEXT = PHASE_PLANES + 2 * LOOKAHEAD + 2 + 1


def classes(part: Part) -> list[tuple[int, int]]:
    """The textures of a part: (beginning, held), no more together than it has voices; drums are
    struck, never held."""
    most = part.voices
    return [(b, h) for b in range(most + 1) for h in range(1 if part.is_drum else most + 1 - b)]


def encode_texture(texture: NDArray[np.int64], parts: Sequence[Part]) -> NDArray[np.int64]:
    """Counts (part, 2, step) as class numbers (part, step)."""
    rows = []
    for part, counts in zip(parts, texture, strict=True):
        table = {pair: i for i, pair in enumerate(classes(part))}
        rows.append([table[b, h] for b, h in counts.T.tolist()])
    return np.array(rows, np.int64)


def decode_texture(numbers: NDArray[np.int64], parts: Sequence[Part]) -> NDArray[np.int64]:
    """Class numbers (part, step) as counts (part, 2, step); a note can only be held where one
    sounded the step before."""
    result = np.stack(
        [np.array(classes(part))[row].T for row, part in zip(numbers, parts, strict=True)]
    )
    for counts in result:
        sounding = 0
        for step in range(counts.shape[1]):
            counts[1, step] = min(counts[1, step], sounding)
            sounding = counts[0, step] + counts[1, step]
    return result


def context_features(
    melody: NDArray[np.uint8], phase: Planes, triads: NDArray[np.int64]
) -> NDArray[np.float32]:
    """What is known at each step before anything is played, (step, feature)."""
    steps = melody.shape[1]
    rhythm = np.stack([melody[ONSET].any(1), melody[SUSTAIN].any(1)]).astype(np.float32)
    ahead = np.pad(rhythm, ((0, 0), (0, LOOKAHEAD)))
    seen = [ahead[:, i : i + steps] for i in range(LOOKAHEAD)]
    height = (melody[SUSTAIN] * np.arange(melody.shape[2])).max(1) / 84.0
    changes = np.concatenate([[1], triads[1:] != triads[:-1]]).astype(np.float32)
    soon = np.append(changes[1:], 0)
    columns = [phase, *seen, changes[None], soon[None], height[None]]
    return np.concatenate(columns).T.astype(np.float32)


def lags(bar_steps: int, beat_steps: int = 4) -> tuple[int, ...]:
    """How far back the network looks, in sixteenths."""
    return (1, beat_steps, bar_steps, 2 * bar_steps)


def one_hot(numbers: NDArray[np.int64], parts: Sequence[Part]) -> NDArray[np.float32]:
    """Class numbers (part, step) as (step, all parts' classes)."""
    columns = [
        np.eye(len(classes(part)), dtype=np.float32)[row]
        for row, part in zip(numbers, parts, strict=True)
    ]
    return np.concatenate(columns, axis=1)


class TexturePrior(nn.Module):
    """context (batch, step, feature), the past (batch, step, LAGS * classes) -> logits a part."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self.sizes = [len(classes(part)) for part in parts]
        total = sum(self.sizes)
        self.gru = nn.GRU(_CONTEXT + LAGS * total, HIDDEN, batch_first=True)
        self.dropout = nn.Dropout(0.15)
        # each part also sees what the parts before it do at this very step
        self.heads = nn.ModuleList(
            nn.Linear(HIDDEN + _CONTEXT + sum(self.sizes[:i]), size)
            for i, size in enumerate(self.sizes)
        )

    def forward(self, context: Tensor, past: Tensor, present: Tensor) -> list[Tensor]:
        """`present` (batch, step, classes) is the truth; logits (batch, step, class)."""
        hidden, _ = self.gru(torch.cat([context, self.dropout(past)], 2))
        hidden = torch.cat([self.dropout(hidden), context], 2)
        return [
            head(torch.cat([hidden, present[:, :, : sum(self.sizes[:i])]], 2))
            for i, head in enumerate(self.heads)
        ]


def past_of(
    present: NDArray[np.float32], bar_steps: int, beat_steps: int = 4
) -> NDArray[np.float32]:
    """One-hot textures (step, classes) as what was played at each lag, (step, LAGS * classes)."""
    columns = []
    for lag in lags(bar_steps, beat_steps):
        shifted = np.zeros_like(present)
        shifted[lag:] = present[:-lag]
        columns.append(shifted)
    return np.concatenate(columns, axis=1)


def sample_texture(
    prior: TexturePrior,
    context: NDArray[np.float32],
    form: Form,
    parts: Sequence[Part],
    risk: float,
    rng: np.random.Generator,
    closing: int,
) -> NDArray[np.int64]:
    """Draws a texture (part, 2, step) note by note; `risk` scales the temperature, 0 takes
    the likeliest; at the step `closing` every part begins a note. Bars that answer one another are
    drawn with the same random numbers. In numpy, for a step is too small a matter for torch's
    dispatch."""
    w = {name: p.detach().float().cpu().numpy() for name, p in prior.named_parameters()}
    total = sum(prior.sizes)
    offsets = np.cumsum([0, *prior.sizes])
    played = np.zeros((len(context), total), np.float32)
    numbers = np.zeros((len(parts), len(context)), np.int64)
    hidden = np.zeros(HIDDEN, np.float32)
    silence = np.zeros(total, np.float32)
    most_held = [sum(begin == 0 for begin, _ in classes(part)) for part in parts]
    chance = form.spread(rng.random((form.bars, form.bar_steps, len(parts))))
    back = lags(form.bar_steps, form.beat_steps)
    rested = [0] * len(parts)  # steps since each part last sounded
    for step, known in enumerate(context):
        past = [played[step - lag] if step >= lag else silence for lag in back]
        hidden = _gru_step(w, np.concatenate([known, *past]), hidden)
        seen = np.concatenate([hidden, known])
        for part in range(len(parts)):
            before = played[step, : offsets[part]]
            logits = w[f"heads.{part}.weight"] @ np.concatenate([seen, before])
            logits = logits + w[f"heads.{part}.bias"]
            starts_bar = step % form.bar_steps == 0
            if step == closing or (starts_bar and rested[part] >= form.bar_steps):
                # a part rests for a bar at most, and all of them close the piece
                logits[: most_held[part]] = -np.inf
            number = _draw(logits, risk, chance[step, part])
            rested[part] = 0 if number else rested[part] + 1
            numbers[part, step] = number
            played[step, offsets[part] + number] = 1
    return decode_texture(numbers, parts)


def _gru_step(
    w: dict[str, NDArray[np.float32]], x: NDArray[np.float32], hidden: NDArray[np.float32]
) -> NDArray[np.float32]:
    """One step of torch's GRU: reset, update and new gates in that order."""
    from_input = w["gru.weight_ih_l0"] @ x + w["gru.bias_ih_l0"]
    from_hidden = w["gru.weight_hh_l0"] @ hidden + w["gru.bias_hh_l0"]
    gates = 1 / (1 + np.exp(-(from_input[: 2 * HIDDEN] + from_hidden[: 2 * HIDDEN])))
    reset, update = gates[:HIDDEN], gates[HIDDEN:]
    new = np.tanh(from_input[2 * HIDDEN :] + reset * from_hidden[2 * HIDDEN :])
    result: NDArray[np.float32] = (1 - update) * new + update * hidden
    return result


def _draw(logits: NDArray[np.float32], risk: float, chance: float) -> int:
    """The class at `chance` (0-1) of the cumulated probabilities."""
    if risk <= 0:
        return int(logits.argmax())
    probability = np.exp((logits - logits.max()) / (_TEMPERATURE * risk))
    cumulated = np.cumsum(probability)
    return int(np.searchsorted(cumulated, chance * cumulated[-1], side="right"))
