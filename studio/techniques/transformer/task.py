"""What is to be written, as the network needs to know it; and what the user asks for, as additions
to the logits of what is written in a bar.

Instruments' ranges always hold. Beside them: chords followed as closely as asked, notes outside the
scale left out where asked, a little less of what rubs against the melody, and a close on the last
chord.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from studio.music.instruments import Part
from studio.music.roll import LOW_PITCH, PITCHES, to_c
from studio.music.score import STEP_TICKS
from studio.music.theory import MAJOR_SCALE
from studio.techniques.base import Commission
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.encoding import encode, encode_notes
from studio.techniques.transformer.settings import SAMPLING, ExtendKnobs, Knobs, PartKnobs
from studio.techniques.transformer.sheet import (
    LENGTH,
    SOUND,
    STEP,
    Control,
    Floats,
    Sheet,
    ordered,
)

_BASS = v.ROLES.index("Bass")
_TOP_K = SAMPLING.index("TopK")
FORBIDDEN = np.float32(-1e9)
CLASH = -1.0  # against a sounding note of the melody: a semitone or a tritone
STRICT = 6.0  # what notes outside the chord lose where only chord tones are wanted
CLOSING = 2.0  # what the last chord's tones gain in the last bar
ROOT = 8.0  # what its root gains there in the bass
_CLASHING = (1, 6, 11)
_CLASSES = (np.arange(PITCHES) + LOW_PITCH) % 12


@dataclass(frozen=True, slots=True)
class Sampling:
    """How notes are drawn: `temperature` 0 takes the likeliest; `top_k` 0 and `top_p` 1 cut
    nothing."""

    temperature: float
    top_k: int
    top_p: float

    @property
    def cut(self) -> str:
        """What narrows the choice of pitches, as people read it: "Nucleus .98", "TopK 12"."""
        if self.top_k:
            return f"TopK {self.top_k}"
        return "" if self.top_p >= 1 else f"Nucleus {self.top_p:.2f}".replace(" 0.", " .")


def sampling_of(knobs: Knobs | ExtendKnobs) -> Sampling:
    """From DeepComposer's three numbers."""
    threshold = knobs.sampling_threshold
    if knobs.sampling_technique == _TOP_K:
        return Sampling(knobs.creative_risk, max(round(threshold * v.SOUNDS), 1), 1.0)
    return Sampling(knobs.creative_risk, 0, threshold)


@dataclass(frozen=True, slots=True)
class Task:
    """A `sheet` whose notes are those that stay; `controls` by role; `voices` of each role;
    `free(bar)` the roles that are written in a bar; `bias(bar)` what is added to the logits,
    (LONGEST_BAR, ROLES, SOUNDS); `home` the step at which the last chord begins, and the sounds of
    its root that the bass can play."""

    sheet: Sheet
    controls: Mapping[int, Control]
    voices: Mapping[int, int]
    free: Callable[[int], frozenset[int]]
    bias: Callable[[int], Floats]
    sampling: Sampling
    home: tuple[int, tuple[int, ...]] | None = None


def task_of(commission: Commission, parts: Sequence[Part], style: int) -> Task:
    """The task of a commission, in the signature of C."""
    knobs, plan, kept = commission.knobs, commission.plan, commission.kept
    shift = to_c(plan.key.signature)
    roles = v.roles_of(parts)
    sheet = encode(commission.melody, plan, style, roles)
    if kept is not None:
        notes = [
            encode_notes(track.notes, role, shift, sheet.steps, part)
            for track, part, role in zip(kept.parts, parts, roles, strict=True)
        ]
        sheet = replace(sheet, notes=ordered(np.concatenate(notes)))
    bars_a_bar = sheet.bars // commission.melody.bars
    by_role = dict(zip(roles, parts, strict=True))
    part_knobs = commission.asked or (PartKnobs(),) * len(parts)
    tones = [
        [(tone + shift) % 12 for tone in plan.tones_at(step * STEP_TICKS)]
        for step in range(sheet.steps)
    ]
    harmony = Harmony(knobs.chord_strictness, bool(knobs.stay_in_key), tones, _closing(sheet))
    by_class, ranges = class_bias(sheet, harmony), range_bias(by_role, shift)
    root = root_bias(sheet, harmony)

    @cache
    def bias(bar: int) -> Floats:
        return bar_bias(by_class, ranges, root, bar, sheet.bar_steps)

    def free(bar: int) -> frozenset[int]:
        if kept is None:
            return frozenset(roles)
        whole = bar // bars_a_bar
        return frozenset(role for i, role in enumerate(roles) if (i, whole) in kept.rewritten)

    return Task(
        sheet,
        {role: control_of(wish, shift) for role, wish in zip(roles, part_knobs, strict=True)},
        {role: part.voices for role, part in by_role.items()},
        free,
        bias,
        sampling_of(knobs),
        _home(sheet, harmony, ranges),
    )


def control_of(knobs: PartKnobs, shift: int) -> Control:
    """What a part is asked for, as classes."""
    return Control(
        v.density_class(knobs.density) if knobs.density else None,
        v.register_class(knobs.register + shift - LOW_PITCH) if knobs.register else None,
        v.polyphony_class(knobs.polyphony) if knobs.polyphony else None,
    )


def _home(sheet: Sheet, harmony: Harmony, ranges: Floats) -> tuple[int, tuple[int, ...]] | None:
    """Where the last chord begins, and its root as the bass can play it."""
    if not harmony.tones or not harmony.tones[-1] or _BASS not in sheet.roles:
        return None
    root = harmony.tones[-1][0]
    sounds = np.flatnonzero(ranges[_BASS, :PITCHES] == 0).tolist()
    return harmony.closing, tuple(s for s in sounds if (s + LOW_PITCH) % 12 == root)


def _closing(sheet: Sheet) -> int:
    """The step at which the last chord begins, in the last bar at the earliest."""
    changes = np.flatnonzero(np.diff(sheet.triads)) + 1
    return max(int(changes[-1]) if len(changes) else 0, sheet.steps - sheet.bar_steps)


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
