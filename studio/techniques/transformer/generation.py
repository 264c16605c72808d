"""Writes bands bar by bar, several at once, each with its own chance.

A note that stays from an earlier band takes its turn when the network would write past it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.techniques.changes import Onward
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.context_window import Takes, Watch
from studio.techniques.transformer.decoding.sampling import Limits, no_limits, sample
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import (
    CONTEXT,
    ROLE,
    SOUND,
    STEP,
    Floats,
    Sheet,
    context,
)
from studio.techniques.transformer.task import FORBIDDEN, Sampling, Task

# The cut is for pitches: rhythm is drawn from all that is likely, or parts grow busier than people
_CUT = np.array([False, False, True, False, False])
# Time is drawn more steadily than pitch, or rhythm keeps less to a figure than people's; the bar's
# end gains as much as this makes it lose.
_TEMPERATURES = np.array([0.8, 1, 1, 1, 1], np.float32)
_END_BIAS = np.float32(0.5)
_LEAST_SOUNDING, _CALL = 2, 3.0  # parts; logits for each bar of silence
_BASS, _DRUMS = v.ROLES.index("Bass"), v.ROLES.index("Drums")
_TRIES = 6  # for a free part's note where the network would rather have another part play


def write(
    weights: DecoderWeights,
    task: Task,
    rngs: Sequence[np.random.Generator],
    watch: Watch | None = None,
) -> Generator[list[list[list[int]]], Onward | None, None]:
    """Yields after each bar that bar's notes, one list a take; notes as a sheet's rows. What is
    sent there is the take that all go on from. `watch` sees the notes of the first take."""
    takes = Takes(weights, task, rngs, watch)
    of_sheet = context(task.sheet)
    for bar in range(task.sheet.bars):
        takes.begin_bar(bar)
        before = [len(notes) for notes in takes.notes]
        _write_bar(takes, task, bar, of_sheet)
        if bar == task.sheet.bars - 1 and _BASS in task.free(bar):
            for notes in takes.notes:
                _come_home(notes, task)
        onward = yield [notes[n:] for notes, n in zip(takes.notes, before, strict=True)]
        if onward is not None:
            takes.go_on(onward)


@dataclass(slots=True)
class _Turn:
    """Whose turn it is in a take's bar: notes that stay are `waiting`; the bar has `room` for more
    notes; the network tried so often to write for a part that is not written."""

    waiting: list[list[int]]
    room: int
    tries: int = 0


def _write_bar(takes: Takes, task: Task, bar: int, of_sheet: Floats) -> None:
    free = task.free(bar)
    others = [role for role in task.sheet.roles if role not in free]
    bar_limits = BarLimits(task, bar, of_sheet, takes.ends)
    limits, first = bar_limits.limits, bar_limits.first
    turns = [_Turn(_that_stay(task, first, free), room) for room in takes.room]
    active = np.ones(takes.count, bool)
    chosen = np.zeros((takes.count, 5), np.int64)
    draws = np.zeros((takes.count, 5), np.float32)
    while active.any():
        for take in np.flatnonzero(active).tolist():
            draws[take] = takes.rngs[take].random(5, np.float32)
        sample(takes.weights, takes.states, active, limits, draws, chosen)
        written: list[list[int] | None] = [None] * takes.count
        for take in np.flatnonzero(active).tolist():
            turn = turns[take]
            position, role, sound, duration, loudness = chosen[take].tolist()
            over = position == v.END or turn.room <= 0
            following = turn.waiting[0] if turn.waiting else None
            if following is not None and (
                over or (position, role) >= (following[STEP] - first, following[ROLE])
            ):
                note = turn.waiting.pop(0)
            elif over:
                active[take] = False
                continue
            elif role not in free:
                turn.tries += 1
                if turn.tries >= _TRIES:
                    bar_limits.bar_roles(take, others)
                continue
            else:
                note = [first + position, sound, v.DURATIONS[duration], loudness, role]
                if take == 0:
                    takes.show(note, limits, chosen[0])
            written[take] = note
            turn.room -= 1
            turn.tries = 0
            bar_limits.follow(take, note)
        if any(written):
            takes.read(written)


def _that_stay(task: Task, first: int, free: frozenset[int]) -> list[list[int]]:
    """The notes of the bar at step `first` that stay, in order."""
    notes = task.sheet.notes
    inside = (notes[:, STEP] >= first) & (notes[:, STEP] < first + task.sheet.bar_steps)
    return [note for note in notes[inside].tolist() if note[ROLE] not in free]


def _come_home(notes: list[list[int]], task: Task) -> None:
    """A bass that has not closed on the last chord's root does so."""
    if task.home is None or not task.home[1]:
        return
    step, roots = task.home
    bass = [note for note in notes if note[ROLE] == _BASS]
    if not bass or (bass[-1][STEP] >= step and bass[-1][SOUND] in roots):
        return
    if bass[-1][STEP] > step:  # what it played after the chord began leads to no root
        notes[:] = [n for n in notes if n[ROLE] != _BASS or n[STEP] <= step]
    nearest = min(roots, key=lambda sound: abs(sound - bass[-1][SOUND]))
    notes[:] = [n for n in notes if n[ROLE] != _BASS or n[STEP] != step]
    notes.append([step, nearest, task.sheet.steps - step, v.MIDDLE_LOUDNESS, _BASS])


class BarLimits:
    """What the next note of a bar may be: as the user asks, and as the notes before it leave it. Of
    one bar, for several takes; `context` (steps, CONTEXT) of the whole sheet; `ends` the step at
    which the last note of each role ends, by take."""

    def __init__(
        self, task: Task, bar: int, context: Floats, ends: Sequence[Mapping[int, int]]
    ) -> None:
        self.first = bar * task.sheet.bar_steps
        sound_bias = np.repeat(task.bias(bar)[None], len(ends), 0)
        self.limits = limits_of_bar(task.sheet, bar, context, task.sampling, sound_bias)
        self.limits.temperature[:] *= _TEMPERATURES
        self.limits.position_bias[:, v.END] = _END_BIAS
        others = [role for role in range(len(v.ROLES)) if role not in task.sheet.roles]
        self.limits.role_bias[:, others] = FORBIDDEN
        self._task = task
        self._sounding = [self._call_in(take, bar, of_take) for take, of_take in enumerate(ends)]
        self._together = [dict.fromkeys(task.voices, 0) for _ in ends]  # at the last position

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

    def _call_in(self, take: int, bar: int, ends: Mapping[int, int]) -> set[int]:
        """Calls in parts that do not sound into the bar, where fewer than two do, and drums that
        have stopped: what falls silent by chance would else stay so, for the network goes on as it
        hears. Returns the parts that sound already."""
        limits, steps = self.limits, self._task.sheet.bar_steps
        sounding = {role for role, end in ends.items() if end > bar * steps}
        for role, end in ends.items():
            silent_bars = bar - -(-end // steps)
            too_few = role not in sounding and len(sounding) < _LEAST_SOUNDING
            if too_few or (silent_bars >= 2 and role == _DRUMS):
                limits.role_bias[take, role] += _CALL * min(silent_bars + 1, 3)
        if len(sounding) < min(_LEAST_SOUNDING, len(ends)):
            limits.position_bias[take, v.END] -= _CALL
        return sounding


def limits_of_bar(
    sheet: Sheet, bar: int, context: Floats, sampling: Sampling, sound_bias: Floats
) -> Limits:
    """Of as many takes as `sound_bias` has, at a bar's start: what is heard there, no position
    after its end, and how notes are drawn. `context` (steps, CONTEXT) of the whole sheet."""
    takes, first = len(sound_bias), bar * sheet.bar_steps
    of_bar = np.zeros((takes, v.LONGEST_BAR, CONTEXT), np.float32)
    of_bar[:, : sheet.bar_steps] = context[first : first + sheet.bar_steps]
    position = np.zeros((takes, v.POSITIONS), np.float32)
    position[:, sheet.bar_steps : v.END] = FORBIDDEN
    return no_limits(takes)._replace(
        context=of_bar,
        position_bias=position,
        sound_bias=sound_bias,
        temperature=np.full((takes, 5), sampling.temperature, np.float32),
        top_k=np.full(takes, sampling.top_k, np.int64),
        top_p=np.full(takes, sampling.top_p, np.float32),
        cut=np.tile(_CUT, (takes, 1)),
    )
