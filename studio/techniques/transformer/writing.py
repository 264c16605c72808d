"""Writes bands bar by bar, several at once, each with its own chance.

A note that stays from an earlier band takes its turn when the network would write past it. The
network hears at most as many rows as it learned from: when they are full, it reads the last bars
again and goes on from there, so that a bar costs the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.choice import Ask, choose
from studio.techniques.transformer.decoding.packed import Packed
from studio.techniques.transformer.decoding.step import (
    Memory,
    advance,
    memory,
    prefill,
    prefill_each,
    share,
)
from studio.techniques.transformer.leaning import FORBIDDEN
from studio.techniques.transformer.sheet import (
    CONTEXT,
    SOUND,
    STEP,
    STEPS,
    WHO,
    Control,
    Floats,
    Notes,
    Sheet,
    context,
    frame,
    note_row,
    opening,
)

LONGEST = 640  # rows that are heard: as many as were learned from
_AGAIN = 220  # rows that are read again when those are full
# The cut is for pitches: rhythm is drawn from all that is likely, or parts grow busier than people
CUT = np.array([False, False, True, False, False])
_MOST_NOTES = 96  # a bar
# Time is drawn more steadily than pitch, or rhythm keeps less to a figure than people's; the bar's
# end gains as much as this makes it lose.
_FREE = np.array([0.8, 1, 1, 1, 1], np.float32)
_OVER = np.float32(0.5)
_FRAME = 8  # rows of a bar beside its notes, about
_LEAST_HEARD, _CALL = 2, 3.0  # parts; log odds for each bar of silence
_BASS = v.ROLES.index("Bass")
_DRUMS = v.ROLES.index("Drums")
_TRIES = 6  # for a free part's note where the network would rather have another part play

Free = Callable[[int], frozenset[int]]
# sees a note as it is written: the note, what was known before it, what was asked, and what chosen
Watch = Callable[[list[int], Floats, Ask, NDArray[np.int64], v.Rows], None]
Bias = Callable[[int], Floats]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How notes are drawn: `temperature` 0 takes the likeliest; `top_k` 0 and `nucleus` 1 cut
    nothing."""

    temperature: float
    top_k: int
    nucleus: float


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be written: a `sheet` whose notes are those that stay; `controls` by role;
    `voices` of each role; `free(bar)` the roles that are written in a bar; `bias(bar)` what is
    added to the log odds, (LONGEST_BAR, ROLES, SOUNDS); `home` the step at which the last chord
    begins, and the sounds of its root that the bass can play."""

    sheet: Sheet
    controls: Mapping[int, Control]
    voices: Mapping[int, int]
    free: Free
    bias: Bias
    sampling: Sampling
    home: tuple[int, tuple[int, ...]] | None = None


@dataclass(slots=True)
class Desk:
    """The bands in the making: their notes so far by take, what the network remembers of each, and
    the bar from which it remembers."""

    packed: Packed
    memory: Memory
    states: Floats
    rngs: Sequence[np.random.Generator]
    origins: list[int]
    notes: list[list[list[int]]]
    watch: Watch | None = None
    heard: list[list[int]] = field(default_factory=list)  # rows of the first take, where watched

    @property
    def takes(self) -> int:
        return len(self.rngs)


def write(
    packed: Packed,
    task: Task,
    rngs: Sequence[np.random.Generator],
    watch: Watch | None = None,
) -> Iterator[list[list[list[int]]]]:
    """Yields after each bar that bar's notes, one list a take; notes as a sheet's rows. `watch`
    sees the notes of the first take."""
    takes = len(rngs)
    states = np.zeros((takes, packed.norm.shape[0]), np.float32)
    mind = memory(packed, takes, LONGEST + 1)
    desk = Desk(packed, mind, states, rngs, [0] * takes, [[] for _ in rngs], watch=watch)
    heard = context(task.sheet)
    _read_from(desk, task, 0, 0, 0)
    share(mind, 0, range(1, takes))
    states[1:] = states[0]
    for bar in range(task.sheet.bars):
        for take in range(takes):
            _make_room(desk, task, take, bar)
        _open(desk, task, bar)
        before = [len(notes) for notes in desk.notes]
        _write_bar(desk, task, bar, heard)
        if bar == task.sheet.bars - 1 and _BASS in task.free(bar):
            for notes in desk.notes:
                _come_home(notes, task)
        yield [notes[n:] for notes, n in zip(desk.notes, before, strict=True)]


def _come_home(notes: list[list[int]], task: Task) -> None:
    """A bass that has not closed on the last chord's root does so."""
    if task.home is None or not task.home[1]:
        return
    step, roots = task.home
    bass = [note for note in notes if note[WHO] == _BASS]
    if not bass or (bass[-1][STEP] >= step and bass[-1][SOUND] in roots):
        return
    if bass[-1][STEP] > step:  # what it played after the chord began leads to no root
        notes[:] = [n for n in notes if n[WHO] != _BASS or n[STEP] <= step]
    nearest = min(roots, key=lambda sound: abs(sound - bass[-1][SOUND]))
    notes[:] = [n for n in notes if n[WHO] != _BASS or n[STEP] != step]
    notes.append([step, nearest, task.sheet.steps - step, v.MIDDLE_LOUDNESS, _BASS])


def _open(desk: Desk, task: Task, bar: int) -> None:
    """Reads what is known before the notes of a bar are written, for all takes."""
    known = {origin: frame(_from(task.sheet, origin), bar - origin) for origin in set(desk.origins)}
    if desk.watch is not None:
        desk.heard += known[desk.origins[0]]
    rows = [np.array(known[origin], np.int64) for origin in desk.origins]
    prefill_each(desk.packed, desk.memory, rows, desk.states)


def _read(desk: Desk, take: int, rows: list[list[int]]) -> None:
    if desk.watch is not None and take == 0:
        desk.heard += rows
    desk.states[take] = prefill(desk.packed, desk.memory, take, np.array(rows, np.int64))


def _read_from(desk: Desk, task: Task, take: int, origin: int, bar: int) -> None:
    """Forgets all of a take, and reads its bars from `origin` up to `bar`."""
    desk.origins[take] = origin
    desk.memory.length[take] = 0
    if take == 0:
        desk.heard.clear()
    part = _from(task.sheet, origin)
    rows = opening(part, task.controls)
    first = origin * part.bar_steps
    for number in range(bar - origin):
        begin = first + number * part.bar_steps
        mine = [n for n in desk.notes[take] if begin <= n[STEP] < begin + part.bar_steps]
        rows += frame(part, number)
        rows += [note_row(v.NOTE, [n[STEP] - first, *n[1:]], part.bar_steps) for n in mine]
    _read(desk, take, rows)


def _make_room(desk: Desk, task: Task, take: int, bar: int) -> None:
    """Where the next bar may not fit, only the last bars are kept in mind."""
    origin, known = desk.origins[take], int(desk.memory.length[take])
    expected = max(_MOST_NOTES // 2, 2 * known // max(bar - origin, 1))
    if known + expected < LONGEST or bar - origin < 2:
        return
    starts = np.array([note[STEP] for note in desk.notes[take]])
    first = bar - 1
    while first > origin + 1:
        count = int((starts >= (first - 1) * task.sheet.bar_steps).sum())
        if count + (bar - first + 1) * _FRAME > _AGAIN:
            break
        first -= 1
    _read_from(desk, task, take, first, bar)


def _from(sheet: Sheet, origin: int) -> Sheet:
    """The sheet from a bar on, its bars counted from there."""
    if not origin:
        return sheet
    first = origin * sheet.bar_steps
    melody = sheet.melody[sheet.melody[:, STEP] >= first].copy()
    melody[:, STEP] -= first
    return replace(
        sheet,
        bars=sheet.bars - origin,
        melody=melody,
        triads=sheet.triads[first:],
        before=sheet.before + origin,
    )


def _write_bar(desk: Desk, task: Task, bar: int, heard: Floats) -> None:
    sheet = task.sheet
    first = bar * sheet.bar_steps
    free = task.free(bar)
    stays = [_in_bar(sheet.notes, first, sheet.bar_steps, free)] * desk.takes
    waiting = [list(notes) for notes in stays]
    ask = _ask(task, bar, heard, desk.takes)
    there = [set(_call_in(ask, take, task, bar, desk.notes[take])) for take in range(desk.takes)]
    active = np.ones(desk.takes, bool)
    rows = np.tile(np.array(v.EMPTY, np.int64), (desk.takes, 1))
    chosen = np.zeros((desk.takes, 5), np.int64)
    draws = np.zeros((desk.takes, 5), np.float32)
    tries = [0] * desk.takes
    count = [0] * desk.takes
    placed = [dict.fromkeys(task.voices, 0) for _ in desk.rngs]
    room = np.minimum(_MOST_NOTES, LONGEST - desk.memory.length).tolist()
    while active.any():
        for take in np.flatnonzero(active).tolist():
            draws[take] = desk.rngs[take].random(5, np.float32)
        choose(desk.packed, desk.states, active, ask, draws, chosen)
        ready = np.zeros(desk.takes, bool)
        for take in np.flatnonzero(active).tolist():
            position, role, sound, duration, loudness = chosen[take].tolist()
            following = waiting[take][0] if waiting[take] else None
            over = position == v.END or count[take] >= room[take]
            if following is not None and (
                over or (position, role) >= (following[STEP] - first, following[WHO])
            ):
                note = waiting[take].pop(0)
            elif over:
                active[take] = False
                continue
            elif role not in free:
                tries[take] += 1
                if tries[take] >= _TRIES:  # from here on the others are not asked
                    ask.role_bias[take, [r for r in sheet.roles if r not in free]] = FORBIDDEN
                continue
            else:
                if desk.watch is not None and take == 0:
                    seen = np.array(desk.heard, np.int64)
                    told = [first + position, sound, v.DURATIONS[duration], loudness, role]
                    desk.watch(told, desk.states[0], ask, chosen[0], seen)
                note = [first + position, sound, v.DURATIONS[duration], loudness, role]
            desk.notes[take].append(note)
            local = [note[STEP] - desk.origins[take] * sheet.bar_steps, *note[1:]]
            rows[take] = note_row(v.NOTE, local, sheet.bar_steps)
            if desk.watch is not None and take == 0:
                desk.heard.append(rows[take].tolist())
            ready[take] = True
            count[take] += 1
            tries[take] = 0
            _go_on(ask, take, note, first, placed[take], task)
            there[take].add(note[WHO])
            ask.role_bias[take, note[WHO]] = min(ask.role_bias[take, note[WHO]], 0)
            if len(there[take]) >= _LEAST_HEARD:
                ask.position_bias[take, v.END] = _OVER
        if ready.any():
            advance(desk.packed, desk.memory, rows, ready, desk.states)


def _ask(task: Task, bar: int, heard: Floats, takes: int) -> Ask:
    sheet, sampling = task.sheet, task.sampling
    first = bar * sheet.bar_steps
    around = np.zeros((takes, v.LONGEST_BAR, CONTEXT), np.float32)
    around[:, : sheet.bar_steps] = heard[first : first + sheet.bar_steps]
    position = np.zeros((takes, v.POSITIONS), np.float32)
    position[:, sheet.bar_steps : v.END] = FORBIDDEN
    position[:, v.END] = _OVER
    role = np.full((takes, len(v.ROLES)), FORBIDDEN, np.float32)
    role[:, list(sheet.roles)] = 0
    return Ask(
        context=around,
        earliest=np.zeros(takes, np.int64),
        last=np.full((takes, 3), -1, np.int64),
        position_bias=position,
        role_bias=role,
        sound_bias=np.repeat(task.bias(bar)[None], takes, 0),
        temperature=np.tile(np.float32(sampling.temperature) * _FREE, (takes, 1)),
        top_k=np.full(takes, sampling.top_k, np.int64),
        nucleus=np.full(takes, sampling.nucleus, np.float32),
        cut=np.tile(CUT, (takes, 1)),
        sing=np.zeros(takes, bool),
    )


def _call_in(ask: Ask, take: int, task: Task, bar: int, notes: list[list[int]]) -> frozenset[int]:
    """Calls in parts that do not sound into the bar, where fewer than two do, and drums that have
    stopped: what falls silent by chance would else stay so, for the network goes on as it hears.
    Returns the parts that are heard already."""
    steps = task.sheet.bar_steps
    over = dict.fromkeys(task.sheet.roles, 0)
    for note in notes:
        over[note[WHO]] = max(over[note[WHO]], note[STEP] + note[STEPS])
    silent = {role: bar - -(-end // steps) for role, end in over.items()}
    heard = frozenset(role for role, end in over.items() if end > bar * steps)
    for role, bars in silent.items():
        if (role not in heard and len(heard) < _LEAST_HEARD) or (bars >= 2 and role == _DRUMS):
            ask.role_bias[take, role] += _CALL * min(bars + 1, 3)
    if len(heard) < min(_LEAST_HEARD, len(over)):
        ask.position_bias[take, v.END] -= _CALL
    return heard


def _go_on(
    ask: Ask,
    take: int,
    note: list[int],
    first: int,
    placed: dict[int, int],
    task: Task,
) -> None:
    """What may follow a note: nothing before it, and no more of its role than it has voices."""
    position, role = note[STEP] - first, note[WHO]
    if ask.last[take, 0] != position:
        placed.update(dict.fromkeys(placed, 0))
        barred = ask.role_bias[take] <= FORBIDDEN / 2
        ask.role_bias[take, [r for r in task.sheet.roles if barred[r]]] = 0
    placed[role] += 1
    ask.earliest[take] = position
    ask.last[take] = (position, role, note[SOUND])
    if placed[role] >= task.voices[role]:
        ask.last[take] = (position, role + 1, -1)
        if not any(r > role for r in task.sheet.roles):
            ask.earliest[take] = position + 1


def _in_bar(notes: Notes, first: int, bar_steps: int, free: frozenset[int]) -> list[list[int]]:
    """The notes of a bar that stay, in order."""
    inside = (notes[:, STEP] >= first) & (notes[:, STEP] < first + bar_steps)
    kept: list[list[int]] = [n for n in notes[inside].tolist() if n[WHO] not in free]
    return kept
