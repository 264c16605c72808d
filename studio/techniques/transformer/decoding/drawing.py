"""Draws one of several choices from their log odds: inner loops, compiled as in `arithmetic.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.arithmetic import (
    Float,
    Floats,
    any_of,
    compiled,
    entry,
    exp,
    fill,
)

Bools = NDArray[np.bool_]

COMPILED_IN = {"arithmetic": "dd5fe72c8fde"}
_F = np.float32
_COLDEST = _F(1e-3)  # the least temperature, at which the likeliest is all that is left


@compiled
def draw(
    logits: Floats, bias: Floats, may: Bools, is_open: Bools, temperature: Float, top_k: int,
    nucleus: Float, uniform: Float, odds: Floats, kept: Bools,
) -> int:  # fmt: skip
    """The choice at which the odds of what the cut leaves, added up, pass `uniform` 0-1 of them
    all; `odds` and `kept` (choices,) are filled in."""
    settle(bias, may, is_open)
    weigh(logits, bias, is_open, temperature, odds)
    cut(odds, top_k, nucleus, kept)
    mass = _F(0)
    for k in range(len(odds)):
        if kept[k]:
            mass += odds[k]
    rest, last = mass * uniform, 0
    for k in range(len(odds)):
        if kept[k]:
            rest -= odds[k]
            last = k
            if rest < 0:
                break
    return last


@entry
def draw_once(
    logits: Floats, bias: Floats, may: Bools, is_open: Bools, temperature: Float, top_k: int,
    nucleus: Float, uniform: Float, odds: Floats, kept: Bools,
) -> int:  # fmt: skip
    """`draw` for Python to call."""
    return draw(logits, bias, may, is_open, temperature, top_k, nucleus, uniform, odds, kept)


@compiled
def settle(bias: Floats, may: Bools, is_open: Bools) -> None:
    """Where nothing is open, opens what is least forbidden: of what `may` be chosen, the highest
    bias. Nothing is added to its log odds then."""
    if any_of(is_open):
        return
    if not any_of(may):
        fill(may, True)
    best = -1
    for k in range(len(bias)):
        if may[k] and (best < 0 or bias[k] > bias[best]):
            best = k
    for k in range(len(bias)):
        is_open[k] = may[k] and (bias[k] == bias[best] or k == best)
    fill(bias, _F(0))


@compiled
def weigh(logits: Floats, bias: Floats, is_open: Bools, temperature: Float, odds: Floats) -> None:
    """Softmax of the log odds of what is open."""
    best = -1
    for k in range(len(odds)):
        odds[k] = 0
        if is_open[k]:
            odds[k] = logits[k] + bias[k]
            if best < 0 or odds[k] > odds[best]:
                best = k
    most, total = odds[best], _F(0)
    for k in range(len(odds)):
        if is_open[k]:
            odds[k] = exp((odds[k] - most) / max(temperature, _COLDEST))
            total += odds[k]
    for k in range(len(odds)):
        odds[k] /= total


@compiled
def cut(odds: Floats, top_k: int, nucleus: Float, kept: Bools) -> None:
    """Marks the likeliest: at most `top_k` (0 for all), and no more of them than it takes to have
    `nucleus` together."""
    if top_k <= 0 and nucleus >= 1:
        for k in range(len(odds)):
            kept[k] = odds[k] > 0
        return
    fill(kept, False)
    count, mass = 0, _F(0)
    while count == 0 or (count != top_k and mass < nucleus):
        best = -1
        for k in range(len(odds)):
            if not kept[k] and odds[k] > 0 and (best < 0 or odds[k] > odds[best]):
                best = k
        if best < 0:
            return
        kept[best] = True
        mass += odds[best]
        count += 1
