"""Samples one of several choices from their logits: inner loops, compiled as in `kernels.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.kernels import (
    Float,
    Floats,
    any_of,
    compiled,
    entry,
    exp,
    fill,
)

Bools = NDArray[np.bool_]

COMPILED_IN = {"kernels": "f4cddffe6233"}
_F = np.float32
_COLDEST = _F(1e-3)  # the least temperature, at which the likeliest is all that is nucleus


@compiled
def sample(
    logits: Floats, bias: Floats, legal: Bools, allowed: Bools, temperature: Float, top_k: int,
    top_p: Float, draw: Float, probs: Floats, nucleus: Bools,
) -> int:  # fmt: skip
    """The choice at which the probabilities of the nucleus, added up, pass `draw` 0-1 of them all;
    `probs` and `nucleus` (choices,) are filled in. `legal` is what may be chosen at all, `allowed`
    what of it is not forbidden."""
    allow_something(bias, legal, allowed)
    softmax_of_allowed(logits, bias, allowed, temperature, probs)
    truncate(probs, top_k, top_p, nucleus)
    mass = _F(0)
    for k in range(len(probs)):
        if nucleus[k]:
            mass += probs[k]
    rest, last = mass * draw, 0
    for k in range(len(probs)):
        if nucleus[k]:
            rest -= probs[k]
            last = k
            if rest < 0:
                break
    return last


@entry
def sample_once(
    logits: Floats, bias: Floats, legal: Bools, allowed: Bools, temperature: Float, top_k: int,
    top_p: Float, draw: Float, probs: Floats, nucleus: Bools,
) -> int:  # fmt: skip
    """`sample` for Python to call."""
    return sample(logits, bias, legal, allowed, temperature, top_k, top_p, draw, probs, nucleus)


@compiled
def allow_something(bias: Floats, legal: Bools, allowed: Bools) -> None:
    """Where nothing is allowed, allows what is least forbidden: of what is legal, the highest bias.
    Nothing is added to its logits then."""
    if any_of(allowed):
        return
    if not any_of(legal):
        fill(legal, True)
    best = -1
    for k in range(len(bias)):
        if legal[k] and (best < 0 or bias[k] > bias[best]):
            best = k
    for k in range(len(bias)):
        allowed[k] = legal[k] and (bias[k] == bias[best] or k == best)
    fill(bias, _F(0))


@compiled
def softmax_of_allowed(
    logits: Floats, bias: Floats, allowed: Bools, temperature: Float, probs: Floats
) -> None:
    best = -1
    for k in range(len(probs)):
        probs[k] = 0
        if allowed[k]:
            probs[k] = logits[k] + bias[k]
            if best < 0 or probs[k] > probs[best]:
                best = k
    most, total = probs[best], _F(0)
    for k in range(len(probs)):
        if allowed[k]:
            probs[k] = exp((probs[k] - most) / max(temperature, _COLDEST))
            total += probs[k]
    for k in range(len(probs)):
        probs[k] /= total


@compiled
def truncate(probs: Floats, top_k: int, top_p: Float, nucleus: Bools) -> None:
    """Marks the nucleus, the likeliest: at most `top_k` (0 for all), and no more of them than it
    takes to have `top_p` together (Holtzman et al. 2020)."""
    if top_k <= 0 and top_p >= 1:
        for k in range(len(probs)):
            nucleus[k] = probs[k] > 0
        return
    fill(nucleus, False)
    count, mass = 0, _F(0)
    while count == 0 or (count != top_k and mass < top_p):
        best = -1
        for k in range(len(probs)):
            if not nucleus[k] and probs[k] > 0 and (best < 0 or probs[k] > probs[best]):
                best = k
        if best < 0:
            return
        nucleus[best] = True
        mass += probs[best]
        count += 1
