"""Samples the next note from a hidden state: position, role, sound, duration and loudness, one
after the other, each knowing those before it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.sampling_kernel import (
    Bools,
    Ints,
    sample_notes,
    sample_once,
)
from studio.techniques.transformer.decoding.step import decode_step, empty_cache
from studio.techniques.transformer.decoding.weights import DecoderWeights, as_floats, pack
from studio.techniques.transformer.parameters import CHOICES, shapes
from studio.techniques.transformer.sheet import CONTEXT, Floats

_F = np.float32
_SIZES = tuple(CHOICES.values())[:5]  # of a note's choices
_CHORD = [*CHOICES].index("chord")
_FORBIDDEN = -1e8


class Limits(NamedTuple):
    """What the next note may be, a row for each sequence. Biases are added to logits; -1e8 and less
    forbids. No note comes before the bar's last one in position, role and sound."""

    context: Floats  # (sequences, LONGEST_BAR, CONTEXT) what is heard at the bar's steps
    earliest: Ints  # (sequences,) position before which nothing begins
    last: Ints  # (sequences, 3) position, role and sound of the bar's last note; -1 for none
    position_bias: Floats  # (sequences, POSITIONS)
    role_bias: Floats  # (sequences, ROLES)
    sound_bias: Floats  # (sequences, LONGEST_BAR, ROLES, SOUNDS); a melody has role 0's
    temperature: Floats  # (sequences, 5) a choice's logits are divided by it; 0: the likeliest
    top_k: Ints  # (sequences,) how many of the likeliest are left; 0 for all
    top_p: Floats  # (sequences,) 0-1, how much of the probability the likeliest that are left have
    cut: Bools  # (sequences, 5) which of the five choices top_k and top_p are for
    sing: Bools  # (sequences,) whether the melody is written: its role is not chosen


def no_limits(sequences: int) -> Limits:
    """Silence around, nothing forbidden, no last note, nothing cut; for callers to fill in."""
    return Limits(
        context=np.zeros((sequences, v.LONGEST_BAR, CONTEXT), _F),
        earliest=np.zeros(sequences, np.int64),
        last=np.full((sequences, 3), -1, np.int64),
        position_bias=np.zeros((sequences, v.POSITIONS), _F),
        role_bias=np.zeros((sequences, len(v.ROLES)), _F),
        sound_bias=np.zeros((sequences, v.LONGEST_BAR, len(v.ROLES), v.SOUNDS), _F),
        temperature=np.ones((sequences, 5), _F),
        top_k=np.zeros(sequences, np.int64),
        top_p=np.ones(sequences, _F),
        cut=np.ones((sequences, 5), bool),
        sing=np.zeros(sequences, bool),
    )


def sample(
    weights: DecoderWeights,
    states: Floats,
    active: Bools,
    limits: Limits,
    draws: NDArray[np.floating],
    out: Ints,
) -> None:
    """Writes a note for each active sequence into `out` (sequences, 5): position, role, sound,
    duration class and loudness class. At the position END the bar closes, and the rest is -1.

    `states` (sequences, width) of `prefill` or `decode_step`; `draws` (sequences, 5) in 0-1: the
    same ones give the same notes, whatever the other sequences do. A role that has no sound left is
    forbidden, and so is a position that has no role left. Where all is forbidden, the least
    forbidden is chosen.
    """
    none = np.zeros((0, 5), np.int64)
    sequences = np.flatnonzero(active)
    sample_notes(weights, states, sequences, limits, np.asarray(draws, _F), out, none, *_room(0))


def distributions(
    weights: DecoderWeights, state: Floats, limits: Limits, chosen: Ints
) -> tuple[tuple[Floats, ...], tuple[Bools, ...]]:
    """What each choice of the note `chosen` (5,) was drawn from: its probabilities, and the nucleus
    that the cut left of them. `state` (width,); `limits` of this sequence alone. Choices that were
    not made, all others at a bar's end and a melody's role, have probabilities of 0. Raises
    ValueError for no note."""
    note = np.array(chosen[None], np.int64)
    note[0, 1:] = np.where(note[0, 0] == v.END, 0, note[0, 1:])
    note[0, 1] = np.where(limits.sing[0], 0, note[0, 1])
    if ((note < 0) | (note >= _SIZES)).any():
        raise ValueError("There is no such note.")
    probs, nuclei = _room(1)
    sample_notes(
        weights, np.array(state[None], _F), np.zeros(1, np.int64), limits, np.zeros((1, 5), _F),
        np.zeros((1, 5), np.int64), note, probs, nuclei,
    )  # fmt: skip
    return (
        tuple(probs[0, i, :size] for i, size in enumerate(_SIZES)),
        tuple(nuclei[0, i, :size] for i, size in enumerate(_SIZES)),
    )


def chord_logits(weights: DecoderWeights, state: Floats) -> Floats:
    """Logits of the chord that follows, (NO_TRIAD + 1,); `state` (width,)."""
    hidden = state @ as_floats(weights.head_in[_CHORD]) + weights.head_in_bias[_CHORD]
    with np.errstate(over="ignore"):
        act = hidden / (1 + np.exp(-hidden))
    logits: Floats = act @ as_floats(weights.head_out[_CHORD]) + weights.head_out_bias[_CHORD]
    return logits


def sample_logits(logits: Floats, temperature: float, top_k: int, top_p: float, draw: float) -> int:
    """One of the choices of these `logits` (choices,), as `sample` draws: -1e8 and less is
    forbidden, `draw` 0-1."""
    bias = np.array(logits, _F)
    size = len(bias)
    return int(
        sample_once(
            np.zeros(size, _F), bias, np.ones(size, bool), bias > _FORBIDDEN, _F(temperature),
            top_k, _F(top_p), _F(draw), np.zeros(size, _F), np.zeros(size, bool),
        )
    )  # fmt: skip


def warm_up() -> None:
    """Has everything compiled, or loaded from where it is kept, before a user waits for it."""
    weights = pack({name: np.zeros(shape, _F) for name, shape in shapes(64, 1).items()})
    states = np.zeros((1, 64), _F)
    active = np.ones(1, bool)
    decode_step(weights, empty_cache(weights, 1, 1), np.array([v.EMPTY]), active, states)
    sample(weights, states, active, no_limits(1), np.zeros((1, 5)), np.zeros((1, 5), np.int64))
    sample_logits(np.zeros(2, _F), 1, 0, 1, 0)


def _room(sequences: int) -> tuple[Floats, Bools]:
    """For the probabilities of each choice, and for its nucleus."""
    room = (sequences, len(_SIZES), max(_SIZES))
    return np.zeros(room, _F), np.zeros(room, bool)
