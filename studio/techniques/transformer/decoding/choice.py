"""Chooses the next note from what the network knows: position, role, sound, duration and loudness,
one after the other, each knowing those before it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.choosing import choose_each
from studio.techniques.transformer.decoding.drawing import draw_once
from studio.techniques.transformer.decoding.packed import (
    CHOICES,
    SIZES,
    Packed,
    as_floats,
    pack,
    shapes,
)
from studio.techniques.transformer.decoding.step import advance, memory
from studio.techniques.transformer.sheet import CONTEXT, Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_F = np.float32
_OF_A_NOTE = SIZES[:5]
_FORBIDDEN = -1e8


class Ask(NamedTuple):
    """What is asked of the next note, a row for each sequence. Biases are added to log odds; -1e8
    and less forbids. No note comes before the bar's last one in position, role and sound."""

    context: Floats  # (sequences, LONGEST_BAR, CONTEXT) what is heard at the bar's steps
    earliest: Ints  # (sequences,) position before which nothing begins
    last: Ints  # (sequences, 3) position, role and sound of the bar's last note; -1 for none
    position_bias: Floats  # (sequences, POSITIONS)
    role_bias: Floats  # (sequences, ROLES)
    sound_bias: Floats  # (sequences, LONGEST_BAR, ROLES, SOUNDS); a melody has role 0's
    temperature: Floats  # (sequences, 5) a choice's log odds are divided by it; 0: the likeliest
    top_k: Ints  # (sequences,) how many of the likeliest are left; 0 for all
    nucleus: Floats  # (sequences,) 0-1, how much of the odds the likeliest that are left have
    cut: Bools  # (sequences, 5) which of the five choices top_k and nucleus are for
    sing: Bools  # (sequences,) whether the melody is written: its role is not chosen


def nothing_asked(sequences: int) -> Ask:
    """Silence around, nothing forbidden, no last note, nothing cut; for callers to fill in."""
    return Ask(
        context=np.zeros((sequences, v.LONGEST_BAR, CONTEXT), _F),
        earliest=np.zeros(sequences, np.int64),
        last=np.full((sequences, 3), -1, np.int64),
        position_bias=np.zeros((sequences, v.POSITIONS), _F),
        role_bias=np.zeros((sequences, len(v.ROLES)), _F),
        sound_bias=np.zeros((sequences, v.LONGEST_BAR, len(v.ROLES), v.SOUNDS), _F),
        temperature=np.ones((sequences, 5), _F),
        top_k=np.zeros(sequences, np.int64),
        nucleus=np.ones(sequences, _F),
        cut=np.ones((sequences, 5), bool),
        sing=np.zeros(sequences, bool),
    )


def choose(
    packed: Packed, states: Floats, active: Bools, ask: Ask, draws: NDArray[np.floating], out: Ints
) -> None:
    """Writes a note for each active sequence into `out` (sequences, 5): position, role, sound,
    duration class and loudness class. At the position END the bar closes, and the rest is -1.

    `states` (sequences, width) of `prefill` or `advance`; `draws` (sequences, 5) in 0-1: the same
    ones give the same notes, whatever the other sequences do. A role that has no sound left is
    forbidden, and so is a position that has no role left. Where all is forbidden, the least
    forbidden is chosen.
    """
    none = np.zeros((0, 5), np.int64)
    who = np.flatnonzero(active)
    choose_each(packed, states, who, ask, np.asarray(draws, _F), out, none, *_told(0))


def distributions(
    packed: Packed, state: Floats, ask: Ask, chosen: Ints
) -> tuple[tuple[Floats, ...], tuple[Bools, ...]]:
    """What each choice of the note `chosen` (5,) was drawn from: its odds, and what the cut left of
    them. `state` (width,); `ask` of this sequence alone. Choices that were not made, all others at
    a bar's end and a melody's role, have odds of 0. Raises ValueError for no note."""
    note = np.array(chosen[None], np.int64)
    note[0, 1:] = np.where(note[0, 0] == v.END, 0, note[0, 1:])
    note[0, 1] = np.where(ask.sing[0], 0, note[0, 1])
    if ((note < 0) | (note >= _OF_A_NOTE)).any():
        raise ValueError("There is no such note.")
    odds, kept = _told(1)
    choose_each(
        packed, np.array(state[None], _F), np.zeros(1, np.int64), ask, np.zeros((1, 5), _F),
        np.zeros((1, 5), np.int64), note, odds, kept,
    )  # fmt: skip
    return (
        tuple(odds[0, i, :size] for i, size in enumerate(_OF_A_NOTE)),
        tuple(kept[0, i, :size] for i, size in enumerate(_OF_A_NOTE)),
    )


def chord_logits(packed: Packed, state: Floats) -> Floats:
    """Log odds of the chord that follows, (NO_TRIAD + 1,); `state` (width,)."""
    chord = CHOICES.index("chord")
    hidden = state @ as_floats(packed.hidden[chord]) + packed.hidden_bias[chord]
    with np.errstate(over="ignore"):
        opened = hidden / (1 + np.exp(-hidden))
    result: Floats = opened @ as_floats(packed.last[chord]) + packed.last_bias[chord]
    return result


def draw_one(logits: Floats, temperature: float, top_k: int, nucleus: float, uniform: float) -> int:
    """One of the choices whose log odds are `logits` (choices,), drawn as `choose` draws: -1e8 and
    less is forbidden, `uniform` 0-1."""
    bias = np.array(logits, _F)
    size = len(bias)
    return int(
        draw_once(
            np.zeros(size, _F), bias, np.ones(size, bool), bias > _FORBIDDEN, _F(temperature),
            top_k, _F(nucleus), _F(uniform), np.zeros(size, _F), np.zeros(size, bool),
        )
    )  # fmt: skip


def warm_up() -> None:
    """Has everything compiled, or loaded from where it is kept, before a user waits for it."""
    packed = pack({name: np.zeros(shape, _F) for name, shape in shapes(64, 1).items()})
    states = np.zeros((1, 64), _F)
    active = np.ones(1, bool)
    advance(packed, memory(packed, 1, 1), np.array([v.EMPTY]), active, states)
    choose(packed, states, active, nothing_asked(1), np.zeros((1, 5)), np.zeros((1, 5), np.int64))
    draw_one(np.zeros(2, _F), 1, 0, 1, 0)


def _told(sequences: int) -> tuple[Floats, Bools]:
    """Room for the odds of each choice, and for what was kept of them."""
    room = (sequences, len(_OF_A_NOTE), max(_OF_A_NOTE))
    return np.zeros(room, _F), np.zeros(room, bool)
