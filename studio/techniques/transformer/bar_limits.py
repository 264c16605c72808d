"""What the next note of a bar may be: as the user asks, and as the notes before it leave it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.sampling import Limits, no_limits
from studio.techniques.transformer.logit_bias import FORBIDDEN
from studio.techniques.transformer.sheet import CONTEXT, LENGTH, ROLE, SOUND, STEP, Floats
from studio.techniques.transformer.task import Task

# The cut is for pitches: rhythm is drawn from all that is likely, or parts grow busier than people
CUT = np.array([False, False, True, False, False])
# Time is drawn more steadily than pitch, or rhythm keeps less to a figure than people's; the bar's
# end gains as much as this makes it lose.
_TEMPERATURES = np.array([0.8, 1, 1, 1, 1], np.float32)
_END_BIAS = np.float32(0.5)
_LEAST_SOUNDING, _CALL = 2, 3.0  # parts; logits for each bar of silence
_DRUMS = v.ROLES.index("Drums")


class BarLimits:
    """Of one bar, for several takes; `context` (steps, CONTEXT) of the whole sheet."""

    def __init__(
        self, task: Task, bar: int, context: Floats, notes: Sequence[Sequence[list[int]]]
    ) -> None:
        self.first = bar * task.sheet.bar_steps
        self.limits = _at_the_start(task, bar, context, len(notes))
        self._task = task
        self._sounding = [self._call_in(take, bar, of_take) for take, of_take in enumerate(notes)]
        self._together = [dict.fromkeys(task.voices, 0) for _ in notes]  # at the last position

    def follow(self, take: int, note: list[int]) -> None:
        """Nothing comes before a note, and no more of its role than it has voices."""
        limits, roles = self.limits, self._task.sheet.roles
        together = self._together[take]
        position, role = note[STEP] - self.first, note[ROLE]
        if limits.last[take, 0] != position:
            together.update(dict.fromkeys(together, 0))
            barred = limits.role_bias[take] <= FORBIDDEN / 2
            limits.role_bias[take, [r for r in roles if barred[r]]] = 0
        together[role] += 1
        limits.earliest[take] = position
        limits.last[take] = (position, role, note[SOUND])
        if together[role] >= self._task.voices[role]:
            limits.last[take] = (position, role + 1, -1)
            if not any(r > role for r in roles):
                limits.earliest[take] = position + 1
        self._sounding[take].add(role)
        limits.role_bias[take, role] = min(limits.role_bias[take, role], 0)
        if len(self._sounding[take]) >= _LEAST_SOUNDING:
            limits.position_bias[take, v.END] = _END_BIAS

    def bar_roles(self, take: int, roles: Sequence[int]) -> None:
        """Leaves some roles out until the next position."""
        self.limits.role_bias[take, roles] = FORBIDDEN

    def _call_in(self, take: int, bar: int, notes: Sequence[list[int]]) -> set[int]:
        """Calls in parts that do not sound into the bar, where fewer than two do, and drums that
        have stopped: what falls silent by chance would else stay so, for the network goes on as it
        hears. Returns the parts that sound already."""
        limits, steps = self.limits, self._task.sheet.bar_steps
        ends = dict.fromkeys(self._task.sheet.roles, 0)
        for note in notes:
            ends[note[ROLE]] = max(ends[note[ROLE]], note[STEP] + note[LENGTH])
        sounding = {role for role, end in ends.items() if end > bar * steps}
        for role, end in ends.items():
            silent_bars = bar - -(-end // steps)
            too_few = role not in sounding and len(sounding) < _LEAST_SOUNDING
            if too_few or (silent_bars >= 2 and role == _DRUMS):
                limits.role_bias[take, role] += _CALL * min(silent_bars + 1, 3)
        if len(sounding) < min(_LEAST_SOUNDING, len(ends)):
            limits.position_bias[take, v.END] -= _CALL
        return sounding


def _at_the_start(task: Task, bar: int, context: Floats, takes: int) -> Limits:
    sheet, sampling = task.sheet, task.sampling
    first = bar * sheet.bar_steps
    of_bar = np.zeros((takes, v.LONGEST_BAR, CONTEXT), np.float32)
    of_bar[:, : sheet.bar_steps] = context[first : first + sheet.bar_steps]
    position = np.zeros((takes, v.POSITIONS), np.float32)
    position[:, sheet.bar_steps : v.END] = FORBIDDEN
    position[:, v.END] = _END_BIAS
    role = np.full((takes, len(v.ROLES)), FORBIDDEN, np.float32)
    role[:, list(sheet.roles)] = 0
    return no_limits(takes)._replace(
        context=of_bar,
        position_bias=position,
        role_bias=role,
        sound_bias=np.repeat(task.bias(bar)[None], takes, 0),
        temperature=np.tile(np.float32(sampling.temperature) * _TEMPERATURES, (takes, 1)),
        top_k=np.full(takes, sampling.top_k, np.int64),
        top_p=np.full(takes, sampling.top_p, np.float32),
        cut=np.tile(CUT, (takes, 1)),
    )
