"""Music as the textbook sees it: pictures of two bars, 32 sixteenths x 128 pitches, one a track.

A cell is 1 while its pitch sounds. There is one plane a track, so a note that is repeated at once
and one that is held look the same: this is what the textbook does, and one of its limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np
from numpy.typing import NDArray

from studio.music.roll import LOW_PITCH, PITCHES, SUSTAIN, Roll, Window

CUT_STEPS = 32  # two bars of 4/4 in sixteenths
ALL_PITCHES = 128  # as MIDI numbers them

Pictures = NDArray[np.float32]


def picture(roll: NDArray[np.uint8]) -> Pictures:
    """Sounding cells (..., 2, step, pitch of the roll) as a picture (..., step, MIDI pitch)."""
    above = ALL_PITCHES - LOW_PITCH - PITCHES
    empty = [(0, 0)] * (roll.ndim - 2)
    result: Pictures = np.pad(roll[..., SUSTAIN, :, :], [*empty, (LOW_PITCH, above)]).astype(
        np.float32
    )
    return result


def random_cuts(windows: Sequence[Window], rng: np.random.Generator) -> tuple[Pictures, Pictures]:
    """One cut of each window: melodies (batch, 1, step, pitch) and bands (batch, track, step,
    pitch). Cuts begin where those of a whole piece may begin: in 4/4 on a bar line."""
    melodies, bands = [], []
    for window in windows:
        grid = gcd(window.bar_steps, CUT_STEPS)
        first = -window.steps_before % grid
        last = window.melody.shape[1] - CUT_STEPS
        start = int(rng.integers(0, (last - first) // grid + 1)) * grid + first
        cut = slice(start, start + CUT_STEPS)
        melodies.append(picture(window.melody[:, cut])[None])
        bands.append(picture(window.parts[:, :, cut]))
    return np.stack(melodies), np.stack(bands)


def pieces(melody: Roll) -> Pictures:
    """A whole melody (2, step, pitch) as its cuts one after another (cut, 1, step, pitch), the
    last filled up with silence."""
    whole = picture(melody)
    padded = np.pad(whole, ((0, -len(whole) % CUT_STEPS), (0, 0)))
    return padded.reshape(-1, 1, CUT_STEPS, ALL_PITCHES)
