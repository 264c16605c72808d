"""Chooses a note for each of several sequences: inner loops, compiled as in `arithmetic.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.arithmetic import (
    Floats,
    Halves,
    add_product,
    compiled,
    copy,
    entry,
    fill,
    silu,
)
from studio.techniques.transformer.decoding.drawing import draw
from studio.techniques.transformer.decoding.packed import Packed

if TYPE_CHECKING:
    from studio.techniques.transformer.decoding.choice import Ask

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

COMPILED_IN = {"arithmetic": "dd5fe72c8fde", "drawing": "8c745582aee3"}
_F = np.float32
_FORBIDDEN = _F(-1e8)  # a bias of this much and less forbids


@entry
def choose_each(
    packed: Packed, states: Floats, who: Ints, ask: Ask, draws: Floats, out: Ints,
    given: Ints, told: Floats, told_kept: Bools,
) -> None:  # fmt: skip
    """A note for each of the sequences `who`. With any `given`, those are taken, and the odds of
    each choice and what was kept of them are told."""
    count, width, sounds = len(who), states.shape[1], ask.sound_bias.shape[3]
    room = -(-count // 4) * 4
    x, hidden = np.zeros((room, width), _F), np.zeros((room, width), _F)
    logits, bias, odds = np.zeros((room, sounds), _F), np.zeros(sounds, _F), np.zeros(sounds, _F)
    marks = np.zeros((3, sounds), np.bool_)  # what may follow, what is open, what is kept
    going = np.zeros(count, np.int64)
    for i in range(count):
        going[i] = who[i]
        copy(states[who[i]], x[i])
        fill(out[who[i]], -1)
    for choice in range(5):
        head(
            packed.hidden[choice], packed.hidden_bias[choice], packed.last[choice],
            packed.last_bias[choice], x, hidden, logits, count,
        )  # fmt: skip
        size, stay = len(packed.last_bias[choice]), 0
        for i in range(count):
            s = going[i]
            chosen = size  # the melody's role, which follows the parts'
            if choice != 1 or not ask.sing[s]:
                may, is_open, kept = marks[0, :size], marks[1, :size], marks[2, :size]
                lean(ask, s, choice, out[s], bias[:size], may, is_open)
                chosen = draw(
                    logits[i, :size], bias[:size], may, is_open, ask.temperature[s, choice],
                    ask.top_k[s] if ask.cut[s, choice] else 0,
                    ask.nucleus[s] if ask.cut[s, choice] else _F(1),
                    draws[s, choice], odds[:size], kept,
                )  # fmt: skip
                if len(given):
                    chosen = given[s, choice]
                    copy(odds[:size], told[s, choice])
                    copy(kept, told_kept[s, choice])
            out[s, choice] = chosen
            if choice == 0 and chosen == size - 1:  # the bar ends
                continue
            if choice < 4:
                table_row = packed.chosen[choice][chosen]
                for k in range(width):
                    x[stay, k] = x[i, k] + table_row[k]
            if choice == 0:
                for feature in range(ask.context.shape[2]):
                    heard = ask.context[s, chosen, feature]
                    if heard:
                        for k in range(width):
                            x[stay, k] += heard * packed.context[feature, k]
            going[stay] = s
            stay += 1
        count = stay


@compiled
def head(
    first: Halves, first_bias: Floats, last: Halves, last_bias: Floats, x: Floats, hidden: Floats,
    logits: Floats, count: int,
) -> None:  # fmt: skip
    """Log odds of a choice for the first `count` states in `x`."""
    for i in range(count):
        copy(first_bias, hidden[i])
        copy(last_bias, logits[i])
    add_product(first, x, hidden, count)
    for i in range(count):
        for k in range(len(first_bias)):
            hidden[i, k] = silu(hidden[i, k])
    add_product(last, hidden, logits, count)


@compiled
def lean(
    ask: Ask, s: int, choice: int, before: Ints, bias: Floats, may: Bools, is_open: Bools
) -> None:
    """What is asked of a choice, after the choices `before`: what is added to its log odds, which
    of it `may` follow the last note, and which of that is open."""
    end = ask.position_bias.shape[1] - 1
    again = before[0] == ask.last[s, 0]
    fill(bias, _F(0))
    fill(may, True)
    fill(is_open, True)
    if choice == 0:
        copy(ask.position_bias[s], bias)
        for position in range(end):
            may[position] = position >= max(ask.earliest[s], ask.last[s, 0])
            is_open[position] = (
                may[position] and bias[position] > _FORBIDDEN and any_role(ask, s, position)
            )
        is_open[end] = bias[end] > _FORBIDDEN
    elif choice == 1:
        copy(ask.role_bias[s], bias)
        if again and ask.last[s, 2] >= 0:  # who is called in cuts no chord short that has begun
            for role in range(ask.last[s, 1] + 1, len(bias)):
                bias[ask.last[s, 1]] = max(bias[ask.last[s, 1]], bias[role])
        for role in range(len(bias)):
            may[role] = not again or role >= ask.last[s, 1]
            is_open[role] = a_role(ask, s, before[0], role)
    elif choice == 2:
        copy(ask.sound_bias[s, before[0], 0 if ask.sing[s] else before[1]], bias)
        again = again and before[1] == ask.last[s, 1]
        for sound in range(len(bias)):
            may[sound] = not again or sound > ask.last[s, 2]
            is_open[sound] = may[sound] and bias[sound] > _FORBIDDEN


@compiled
def any_role(ask: Ask, s: int, position: int) -> bool:
    """Whether anything may sound at a position."""
    roles: int = ask.role_bias.shape[1]
    if ask.sing[s]:
        return a_role(ask, s, position, roles)
    role = 0
    while role < roles and not a_role(ask, s, position, role):
        role += 1
    return role < roles


@compiled
def a_role(ask: Ask, s: int, position: int, role: int) -> bool:
    """Whether a role may go on at a position, with one of its sounds at least."""
    above: int = -1
    if position == ask.last[s, 0]:
        if role < ask.last[s, 1]:
            return False
        if role == ask.last[s, 1]:
            above = ask.last[s, 2]
    if not ask.sing[s] and not ask.role_bias[s, role] > _FORBIDDEN:
        return False
    bias = ask.sound_bias[s, position, 0 if ask.sing[s] else role]
    sound = above + 1
    while sound < len(bias) and not bias[sound] > _FORBIDDEN:
        sound += 1
    return sound < len(bias)
