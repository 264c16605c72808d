"""Writes bands bar by bar, several at once, each with its own chance.

A note that stays from an earlier band takes its turn when the network would write past it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.bar_limits import BarLimits
from studio.techniques.transformer.context_window import Takes, Watch
from studio.techniques.transformer.decoding.sampling import sample
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import ROLE, SOUND, STEP, Floats, context
from studio.techniques.transformer.task import Task

_BASS = v.ROLES.index("Bass")
_TRIES = 6  # for a free part's note where the network would rather have another part play


def write(
    weights: DecoderWeights,
    task: Task,
    rngs: Sequence[np.random.Generator],
    watch: Watch | None = None,
) -> Iterator[list[list[list[int]]]]:
    """Yields after each bar that bar's notes, one list a take; notes as a sheet's rows. `watch`
    sees the notes of the first take."""
    takes = Takes(weights, task, rngs, watch)
    of_sheet = context(task.sheet)
    for bar in range(task.sheet.bars):
        takes.begin_bar(bar)
        before = [len(notes) for notes in takes.notes]
        _write_bar(takes, task, bar, of_sheet)
        if bar == task.sheet.bars - 1 and _BASS in task.free(bar):
            for notes in takes.notes:
                _come_home(notes, task)
        yield [notes[n:] for notes, n in zip(takes.notes, before, strict=True)]


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
    bar_limits = BarLimits(task, bar, of_sheet, takes.notes)
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
