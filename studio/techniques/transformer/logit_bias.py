"""What the user asks for, as additions to the logits of what is written in a bar.

Instruments' ranges always hold. Beside them: chords followed as closely as asked, notes outside the
scale left out where asked, a little less of what rubs against the melody, and a close on the last
chord.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.music.instruments import Part
from studio.music.roll import LOW_PITCH, PITCHES
from studio.music.theory import MAJOR_SCALE
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.sheet import LENGTH, SOUND, STEP, Floats, Sheet

FORBIDDEN = np.float32(-1e9)
CLASH = -1.0  # against a sounding note of the melody: a semitone or a tritone
STRICT = 6.0  # what notes outside the chord lose where only chord tones are wanted
CLOSING = 2.0  # what the last chord's tones gain in the last bar
ROOT = 8.0  # what its root gains there in the bass
_BASS = v.ROLES.index("Bass")
_CLASHING = (1, 6, 11)
_CLASSES = (np.arange(PITCHES) + LOW_PITCH) % 12


@dataclass(frozen=True, slots=True)
class Harmony:
    """`strictness` 0-1 of the chords; whether notes keep to the scale of C; `tones` the pitch
    classes of the chord at each step, root first; `closing` the step at which the last chord
    begins."""

    strictness: float
    in_key: bool
    tones: Sequence[Sequence[int]]
    closing: int


def range_bias(parts: Mapping[int, Part], shift: int) -> Floats:
    """What each role may play, (ROLES, SOUNDS): 0 or FORBIDDEN. `shift` semitones from the piece's
    key to C."""
    ranges = np.full((len(v.ROLES), v.SOUNDS), FORBIDDEN)
    pitches = np.arange(PITCHES) + LOW_PITCH
    for role, part in parts.items():
        if part.is_drum:
            ranges[role, v.DRUM_PITCH :] = 0
        else:
            inside = (pitches >= part.low + shift) & (pitches <= part.high + shift)
            ranges[role, :PITCHES][inside] = 0
    return ranges


def class_bias(sheet: Sheet, harmony: Harmony) -> Floats:
    """What each pitch class gains at each step, (steps, 12)."""
    by_class = np.zeros((sheet.steps, 12), np.float32)
    outside = [pc for pc in range(12) if pc not in MAJOR_SCALE]
    for step, tones in enumerate(harmony.tones[: sheet.steps]):
        strange = np.ones(12, bool)
        strange[list(tones)] = False
        if tones:
            by_class[step, strange] -= STRICT * harmony.strictness
        if harmony.in_key:
            barred = [pc for pc in outside if pc not in tones]
            by_class[step, barred] = FORBIDDEN
    for note in sheet.melody.tolist():
        span = slice(note[STEP], note[STEP] + note[LENGTH])
        by_class[span, [(note[SOUND] + LOW_PITCH + i) % 12 for i in _CLASHING]] += CLASH
    last = harmony.tones[-1] if harmony.tones else ()
    by_class[harmony.closing :, list(last[:3])] += CLOSING
    return by_class


def root_bias(sheet: Sheet, harmony: Harmony) -> Floats:
    """What each pitch class gains in the bass, (steps, 12): the last chord's root at the close."""
    root = np.zeros((sheet.steps, 12), np.float32)
    if harmony.tones and harmony.tones[-1]:
        root[harmony.closing :, harmony.tones[-1][0]] = ROOT
    return root


def bar_bias(by_class: Floats, ranges: Floats, root: Floats, bar: int, bar_steps: int) -> Floats:
    """What is added in one bar, (LONGEST_BAR, ROLES, SOUNDS); `root` in the bass alone."""
    result = np.repeat(ranges[None], v.LONGEST_BAR, 0)
    steps = by_class[bar * bar_steps : (bar + 1) * bar_steps]
    result[: len(steps), :, :PITCHES] += steps[:, None, _CLASSES]
    result[: len(steps), _BASS, :PITCHES] += root[bar * bar_steps :][: len(steps), _CLASSES]
    return np.ascontiguousarray(result, np.float32)
