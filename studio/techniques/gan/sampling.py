"""Draws textures from the prior, step by step, and finds how busy it must be to play as much as
people do. In numpy, for a step is too small a matter for torch's dispatch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import Part
from studio.techniques.gan.texture import HIDDEN, TexturePrior, classes, decode_texture, lags

Floats = NDArray[np.float32]

# Drawn at its own temperature a rhythm frays a little, for errors feed on errors.
_TEMPERATURE = 0.95
_LEAST_RISK = 0.01  # below it the likeliest is taken
_ROUNDS, _SHARE, _MOST_BUSY = 5, 0.8, 2.0


def sample_textures(
    prior: TexturePrior,
    context: Floats,
    bar_steps: int,
    beat_steps: int,
    parts: Sequence[Part],
    chance: NDArray[np.float64],
    risk: float = 1.0,
    closing: int | None = None,
) -> NDArray[np.int64]:
    """Textures (batch, part, 2, step) for `context` (batch, step, feature), drawn with the random
    numbers `chance` (batch, step, part), 0-1; `risk` scales the temperature, 0 takes the
    likeliest. A part that has rested for a bar begins a note on the next beat, and at the step
    `closing` every part does."""
    w = {name: p.detach().float().cpu().numpy() for name, p in prior.named_parameters()}
    busyness = prior.busyness.float().cpu().numpy()
    batch, steps = context.shape[:2]
    offsets = np.cumsum([0, *prior.sizes])
    tables = [np.array(classes(part)) for part in parts]  # (class, 2)
    begins = [table[:, 0] > 0 for table in tables]
    played = np.zeros((batch, steps, offsets[-1]), np.float32)
    numbers = np.zeros((batch, len(parts), steps), np.int64)
    hidden = np.zeros((batch, HIDDEN), np.float32)
    silence = np.zeros((batch, offsets[-1]), np.float32)
    sounding = np.zeros((batch, len(parts)), np.int64)  # notes, and steps since there was one
    rested = np.zeros((batch, len(parts)), np.int64)
    rows = np.arange(batch)
    for step in range(steps):
        known = context[:, step]
        back = lags(bar_steps, beat_steps)
        past = [played[:, step - lag] if step >= lag else silence for lag in back]
        hidden = _gru_step(w, np.concatenate([known, *past], axis=1), hidden)
        seen = np.concatenate([hidden, known], axis=1)
        for part, begin in enumerate(begins):
            before = played[:, step, : offsets[part]]
            logits = np.concatenate([seen, before], axis=1) @ w[f"heads.{part}.weight"].T
            logits += w[f"heads.{part}.bias"] + busyness[part] * begin
            if step == closing:
                logits[:, ~begin] = -np.inf
            elif step % bar_steps % beat_steps == 0:
                logits[np.ix_(rested[:, part] >= bar_steps, ~begin)] = -np.inf
            number = _draw(logits, risk, chance[:, step, part])
            begun, held = tables[part][number].T
            sounding[:, part] = begun + np.minimum(held, sounding[:, part])
            rested[:, part] = np.where(sounding[:, part] > 0, 0, rested[:, part] + 1)
            numbers[:, part, step] = number
            played[rows, step, offsets[part] + number] = 1
    return np.stack([decode_texture(one, parts) for one in numbers])


def find_busyness(
    prior: TexturePrior,
    context: Floats,
    bar_steps: int,
    beat_steps: int,
    parts: Sequence[Part],
    wanted: NDArray[np.float64],
) -> None:
    """Sets in `prior` what must be added to the log odds of beginning a note, by part, for the
    textures of `context` (batch, step, feature) to begin as many notes as `wanted` (part,), the
    mean of each window: left to itself a prior grows quiet."""
    chance = np.random.default_rng(0).random((*context.shape[:2], len(parts)))
    prior.busyness.zero_()
    for _ in range(_ROUNDS):
        drawn = sample_textures(prior, context, bar_steps, beat_steps, parts, chance)
        made = drawn[:, :, 0].sum(2).mean(0)
        step = _SHARE * np.log(np.maximum(wanted, 0.5) / np.maximum(made, 0.5))
        prior.busyness += prior.busyness.new_tensor(step)
        prior.busyness.clamp_(-_MOST_BUSY, _MOST_BUSY)


def _gru_step(w: dict[str, Floats], x: Floats, hidden: Floats) -> Floats:
    """One step of torch's GRU, (batch, feature): reset, update and new gates in that order."""
    from_input = x @ w["gru.weight_ih_l0"].T + w["gru.bias_ih_l0"]
    from_hidden = hidden @ w["gru.weight_hh_l0"].T + w["gru.bias_hh_l0"]
    two = 2 * HIDDEN
    gates = 1 / (1 + np.exp(-(from_input[:, :two] + from_hidden[:, :two])))
    reset, update = gates[:, :HIDDEN], gates[:, HIDDEN:]
    new = np.tanh(from_input[:, two:] + reset * from_hidden[:, two:])
    result: Floats = (1 - update) * new + update * hidden
    return result


def _draw(logits: Floats, risk: float, chance: NDArray[np.float64]) -> NDArray[np.int64]:
    """The class of each row at `chance` of its cumulated probabilities; the likeliest without
    risk."""
    if risk < _LEAST_RISK:
        return np.asarray(logits.argmax(1))
    logits = logits - logits.max(1, keepdims=True)
    cumulated = np.cumsum(np.exp(logits / (_TEMPERATURE * risk)), axis=1)
    return np.asarray((cumulated <= chance[:, None] * cumulated[:, -1:]).sum(1))
