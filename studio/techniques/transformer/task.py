"""What is to be written, as the network needs to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from studio.music.instruments import Part
from studio.music.roll import LOW_PITCH, PITCHES, to_c
from studio.music.score import STEP_TICKS
from studio.techniques.base import Commission, Kept
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.encoding import encode, encode_notes
from studio.techniques.transformer.logit_bias import (
    Harmony,
    bar_bias,
    class_bias,
    range_bias,
    root_bias,
)
from studio.techniques.transformer.settings import SAMPLING, ExtendKnobs, Knobs, PartKnobs
from studio.techniques.transformer.sheet import Control, Floats, Notes, Sheet, ordered

_BASS = v.ROLES.index("Bass")
_TOP_K = SAMPLING.index("TopK")


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
        sheet = replace(sheet, notes=_kept_notes(kept, parts, roles, shift, sheet.steps))
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


def _kept_notes(
    kept: Kept, parts: Sequence[Part], roles: Sequence[int], shift: int, steps: int
) -> Notes:
    notes = [
        encode_notes(track.notes, role, shift, steps, part)
        for track, part, role in zip(kept.parts, parts, roles, strict=True)
    ]
    return ordered(np.concatenate(notes))
