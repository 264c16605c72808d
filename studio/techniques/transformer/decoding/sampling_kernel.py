"""Samples a note for each of several sequences: inner loops, compiled as in `kernels.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.kernels import (
    Float,
    Floats,
    Halves,
    add_matmul,
    any_of,
    compiled,
    copy,
    entry,
    exp,
    fill,
    silu,
)
from studio.techniques.transformer.decoding.weights import DecoderWeights

if TYPE_CHECKING:
    from studio.techniques.transformer.decoding.sampling import Limits

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

COMPILED_IN = {"kernels": "f4cddffe6233"}
_F = np.float32
_FORBIDDEN = _F(-1e8)  # a bias of this much and less forbids
_COLDEST = _F(1e-3)  # the least temperature, at which the likeliest is all that is nucleus


@entry
def sample_notes(
    weights: DecoderWeights, states: Floats, sequences: Ints, limits: Limits, draws: Floats,
    out: Ints, forced: Ints, all_probs: Floats, all_nuclei: Bools,
) -> None:  # fmt: skip
    """A note for each of the `sequences`. With any `forced`, those are taken, and what each of
    their choices was drawn from is written into `all_probs` and `all_nuclei`."""
    count, width, sounds = len(sequences), states.shape[1], limits.sound_bias.shape[3]
    room = -(-count // 4) * 4
    x, hidden = np.zeros((room, width), _F), np.zeros((room, width), _F)
    logits, bias, probs = np.zeros((room, sounds), _F), np.zeros(sounds, _F), np.zeros(sounds, _F)
    marks = np.zeros((3, sounds), np.bool_)  # legal, allowed, nucleus
    active = np.zeros(count, np.int64)
    for i in range(count):
        active[i] = sequences[i]
        copy(states[sequences[i]], x[i])
        fill(out[sequences[i]], -1)
    for choice in range(5):
        head_logits(
            weights.head_in[choice], weights.head_in_bias[choice], weights.head_out[choice],
            weights.head_out_bias[choice], x, hidden, logits, count,
        )  # fmt: skip
        size, stay = len(weights.head_out_bias[choice]), 0
        for i in range(count):
            s = active[i]
            chosen = size  # the melody's role, which follows the parts'
            if choice != 1 or not limits.sing[s]:
                legal, allowed, nucleus = marks[0, :size], marks[1, :size], marks[2, :size]
                constrain(limits, s, choice, out[s], bias[:size], legal, allowed)
                chosen = sample(
                    logits[i, :size], bias[:size], legal, allowed,
                    limits.temperature[s, choice],
                    limits.top_k[s] if limits.cut[s, choice] else 0,
                    limits.top_p[s] if limits.cut[s, choice] else _F(1),
                    draws[s, choice], probs[:size], nucleus,
                )  # fmt: skip
                if len(forced):
                    chosen = forced[s, choice]
                    copy(probs[:size], all_probs[s, choice])
                    copy(nucleus, all_nuclei[s, choice])
            out[s, choice] = chosen
            if choice == 0 and chosen == size - 1:  # the bar ends
                continue
            if choice < 4:
                embedding = weights.choice_embeddings[choice][chosen]
                for k in range(width):
                    x[stay, k] = x[i, k] + embedding[k]
            if choice == 0:
                for feature in range(limits.context.shape[2]):
                    feature_value = limits.context[s, chosen, feature]
                    if feature_value:
                        for k in range(width):
                            x[stay, k] += feature_value * weights.context[feature, k]
            active[stay] = s
            stay += 1
        count = stay


@compiled
def head_logits(
    head_in: Halves, in_bias: Floats, head_out: Halves, out_bias: Floats, x: Floats,
    hidden: Floats, logits: Floats, count: int,
) -> None:  # fmt: skip
    """Logits of a choice for the first `count` states in `x`."""
    for i in range(count):
        copy(in_bias, hidden[i])
        copy(out_bias, logits[i])
    add_matmul(head_in, x, hidden, count)
    for i in range(count):
        for k in range(len(in_bias)):
            hidden[i, k] = silu(hidden[i, k])
    add_matmul(head_out, hidden, logits, count)


@compiled
def constrain(
    limits: Limits, s: int, choice: int, before: Ints, bias: Floats, legal: Bools, allowed: Bools
) -> None:
    """What a choice may be, after the choices `before`: what is added to its logits, which of it
    may follow the last note (`legal`), and which of that is not forbidden (`allowed`)."""
    end = limits.position_bias.shape[1] - 1
    again = before[0] == limits.last[s, 0]
    fill(bias, _F(0))
    fill(legal, True)
    fill(allowed, True)
    if choice == 0:
        copy(limits.position_bias[s], bias)
        for position in range(end):
            legal[position] = position >= max(limits.earliest[s], limits.last[s, 0])
            allowed[position] = (
                legal[position] and bias[position] > _FORBIDDEN and any_role(limits, s, position)
            )
        allowed[end] = bias[end] > _FORBIDDEN
    elif choice == 1:
        copy(limits.role_bias[s], bias)
        if again and limits.last[s, 2] >= 0:  # who is called in cuts no chord short that has begun
            for role in range(limits.last[s, 1] + 1, len(bias)):
                bias[limits.last[s, 1]] = max(bias[limits.last[s, 1]], bias[role])
        for role in range(len(bias)):
            legal[role] = not again or role >= limits.last[s, 1]
            allowed[role] = a_role(limits, s, before[0], role)
    elif choice == 2:
        copy(limits.sound_bias[s, before[0], 0 if limits.sing[s] else before[1]], bias)
        again = again and before[1] == limits.last[s, 1]
        for sound in range(len(bias)):
            legal[sound] = not again or sound > limits.last[s, 2]
            allowed[sound] = legal[sound] and bias[sound] > _FORBIDDEN


@compiled
def any_role(limits: Limits, s: int, position: int) -> bool:
    """Whether anything may sound at a position."""
    roles: int = limits.role_bias.shape[1]
    if limits.sing[s]:
        return a_role(limits, s, position, roles)
    role = 0
    while role < roles and not a_role(limits, s, position, role):
        role += 1
    return role < roles


@compiled
def a_role(limits: Limits, s: int, position: int, role: int) -> bool:
    """Whether a role may go on at a position, with one of its sounds at least."""
    above: int = -1
    if position == limits.last[s, 0]:
        if role < limits.last[s, 1]:
            return False
        if role == limits.last[s, 1]:
            above = limits.last[s, 2]
    if not limits.sing[s] and not limits.role_bias[s, role] > _FORBIDDEN:
        return False
    bias = limits.sound_bias[s, position, 0 if limits.sing[s] else role]
    sound = above + 1
    while sound < len(bias) and not bias[sound] > _FORBIDDEN:
        sound += 1
    return sound < len(bias)


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
