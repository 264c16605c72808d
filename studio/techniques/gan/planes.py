"""What the networks are told beside the notes: planes over time, shape `(plane, step)`, float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import Part
from studio.music.roll import ONSET, PITCHES, SUSTAIN
from studio.music.theory import NO_CHORD, triad_tones

Planes = NDArray[np.float32]

PHASE_PLANES = 8
CHORD_PLANES = 24
MELODY_PLANES = 2 * PITCHES
_TO_END = 7
_OPENING_BARS, _INSIDE_BARS = 16, 32
_FADE_STEPS = 24.0  # how far the sense of a beginning or an ending reaches, in sixteenths


def phase_planes(
    steps: int, bar_steps: int, beat_steps: int = 4, before: int = 0, after: int = 0
) -> Planes:
    """Where each step stands in its bar and in the piece, of which `before` and `after` steps lie
    outside: bar, beat and eighth starts, position in the bar as a circle, half bar, first and
    last steps as fading values."""
    step = np.arange(steps)
    in_bar = (step + before) % bar_steps
    angle = 2 * np.pi * in_bar / bar_steps
    from_start = step + before
    to_end = steps - 1 - step + after
    return np.stack(
        [
            in_bar == 0,
            in_bar % beat_steps == 0,
            in_bar % 2 == 0,
            np.sin(angle),
            np.cos(angle),
            2 * in_bar >= bar_steps,
            np.exp(-from_start / _FADE_STEPS),
            np.exp(-to_end / _FADE_STEPS),
        ]
    ).astype(np.float32)


def piece_planes(steps: int, bar_steps: int, beat_steps: int) -> Planes:
    """The phase planes of a whole piece that is to be played. A melody that is played begins at
    once and goes on to its end, where a song has an introduction and thins out for bars: so only
    pieces of sixteen bars and more open as a song does, and all of them close in their last bar."""
    bars = steps // bar_steps
    before = 0 if bars >= _OPENING_BARS else _INSIDE_BARS
    planes = phase_planes(steps, bar_steps, beat_steps, before * bar_steps)
    planes[_TO_END, : max(steps - bar_steps, 0)] = 0.0
    return planes


def chord_planes(triads: Sequence[int] | NDArray[np.int64]) -> Planes:
    """Twelve planes of chord tones, then twelve of roots."""
    planes = np.zeros((CHORD_PLANES, len(triads)), np.float32)
    for step, triad in enumerate(triads):
        if triad != NO_CHORD:
            planes[list(triad_tones(int(triad))), step] = 1
            planes[12 + int(triad) % 12, step] = 1
    return planes


def texture_of(rolls: NDArray[np.uint8], parts: Sequence[Part]) -> NDArray[np.int64]:
    """How many notes begin and how many are held at each step of `rolls` (part, 2, steps, pitch),
    `(part, 2, steps)`: no more of both together than the part has voices; beginnings come first,
    and no drum is held."""
    onsets = rolls[:, ONSET].sum(axis=2, dtype=np.int64)  # (part, steps)
    held = rolls[:, SUSTAIN].sum(axis=2, dtype=np.int64) - onsets
    held[[part.is_drum for part in parts]] = 0
    most = np.array([part.voices for part in parts])[:, None]
    onsets = np.minimum(onsets, most)
    return np.stack([onsets, np.minimum(held, most - onsets)], axis=1)


def texture_planes(texture: NDArray[np.int64], parts: Sequence[Part]) -> Planes:
    """A texture as planes `(2 * part, steps)`, as shares of the part's voices."""
    share = texture / np.array([part.voices for part in parts])[:, None, None]
    planes: Planes = share.reshape(-1, texture.shape[2]).astype(np.float32)
    return planes


def condition_planes(parts: int) -> int:
    """How many planes `condition` stacks for a band of `parts`."""
    return MELODY_PLANES + PHASE_PLANES + CHORD_PLANES + 2 * parts


def condition(melody: NDArray[np.uint8], phase: Planes, chords: Planes, texture: Planes) -> Planes:
    """Everything the generator sees, `(condition_planes, steps)`; of the melody's roll
    `(2, steps, pitch)` the pitches as channels."""
    channels = melody.transpose(0, 2, 1).reshape(MELODY_PLANES, -1).astype(np.float32)
    return np.concatenate([channels, phase, chords, texture])
