"""Goes on with a melody: a chord for every half bar first, then the notes on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.music.roll import LOW_PITCH, PITCHES
from studio.music.theory import MAJOR_SCALE, NO_CHORD, triad_tones
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.choice import Ask, choose, chord_logits, draw_one
from studio.techniques.transformer.decoding.packed import Packed
from studio.techniques.transformer.decoding.step import Memory, advance, memory, prefill
from studio.techniques.transformer.leaning import FORBIDDEN
from studio.techniques.transformer.sheet import (
    CONTEXT,
    SOUND,
    STEP,
    Floats,
    Notes,
    Sheet,
    bar_row,
    context,
    harmony_row,
    melody_rows,
    note_row,
    opening,
    units,
)
from studio.techniques.transformer.writing import CUT, LONGEST, Sampling

_BEYOND = 5  # semitones that a continuation may leave the melody's range by
_MOST_NOTES = 32  # a bar
_KEPT_BARS = 12  # bars that are read again when the memory is full


def go_on(
    packed: Packed,
    sheet: Sheet,
    added: int,
    in_key: bool,
    sampling: Sampling,
    rng: np.random.Generator,
) -> Sheet:
    """The sheet, which sings, with `added` more bars of chords and melody."""
    total = sheet.bars + added
    silent = np.full(added * sheet.bar_steps, NO_CHORD, np.int64)
    triads = np.concatenate([sheet.triads[: sheet.steps], silent])
    whole = replace(sheet, bars=total, triads=triads)
    state = np.zeros((1, packed.norm.shape[0]), np.float32)
    mind = memory(packed, 1, LONGEST + 1)
    first = sheet.bars
    origin = 0
    reach = _reach(sheet.melody)

    def read(rows: list[list[int]]) -> None:
        state[0] = prefill(packed, mind, 0, np.array(rows, np.int64))

    read(_history(whole, origin, first))
    for bar in range(first, total):
        if mind.length[0] > LONGEST - _MOST_NOTES - 8:
            mind.length[:] = 0
            origin = max(bar - _KEPT_BARS, 0)
            read(_history(whole, origin, bar))
        part = _since(whole, origin)
        local = bar - origin
        read([bar_row(part, local)])
        for place in range(0, whole.bar_steps, whole.unit_steps):
            triad = _chord(packed, state[0], sampling, rng)
            at = bar * whole.bar_steps + place
            triads[at : at + whole.unit_steps] = triad
            read([harmony_row(triad, local * whole.bar_steps, place)])
        notes = _notes(packed, whole, bar, origin, reach, in_key, sampling, rng, state, mind)
        whole = replace(whole, melody=np.concatenate([whole.melody, notes]))
    return whole


def _reach(melody: Notes) -> slice:
    """The sounds that a continuation may use: the melody's range and a little more."""
    sung = melody[:, SOUND] if len(melody) else np.array([PITCHES // 2])
    return slice(max(int(sung.min()) - _BEYOND, 0), min(int(sung.max()) + _BEYOND + 1, PITCHES))


def _chord(packed: Packed, state: Floats, sampling: Sampling, rng: np.random.Generator) -> int:
    logits = chord_logits(packed, state).copy()
    logits[NO_CHORD] = FORBIDDEN  # a continuation has harmony
    return draw_one(
        logits, sampling.temperature, sampling.top_k, sampling.nucleus, float(rng.random())
    )


def _history(sheet: Sheet, origin: int, bar: int) -> list[list[int]]:
    """The rows from `origin` up to `bar`."""
    part = _since(sheet, origin)
    rows = opening(part, {})
    for number in range(bar - origin):
        rows += [bar_row(part, number), *units(part, number), *melody_rows(part, number)]
    return rows


def _since(sheet: Sheet, origin: int) -> Sheet:
    first = origin * sheet.bar_steps
    melody = sheet.melody[sheet.melody[:, STEP] >= first].copy()
    melody[:, STEP] -= first
    return replace(
        sheet, bars=sheet.bars - origin, melody=melody, triads=sheet.triads[first:],
        before=sheet.before + origin,
    )  # fmt: skip


def _notes(
    packed: Packed, sheet: Sheet, bar: int, origin: int, reach: slice, in_key: bool,
    sampling: Sampling, rng: np.random.Generator, state: Floats, mind: Memory,
) -> Notes:  # fmt: skip
    """The melody's notes of one bar, one at a time."""
    ask = _ask(sheet, bar, reach, in_key, sampling)
    chosen = np.zeros((1, 5), np.int64)
    active = np.ones(1, bool)
    first = bar * sheet.bar_steps
    notes: list[list[int]] = []
    while len(notes) < _MOST_NOTES:
        choose(packed, state, active, ask, rng.random((1, 5), np.float32), chosen)
        position, _, sound, duration, loudness = chosen[0].tolist()
        if position == v.END:
            break
        note = [first + position, sound, v.DURATIONS[duration], loudness, v.MELODY_ROLE]
        notes.append(note)
        row = note_row(v.MELODY, [note[0] - origin * sheet.bar_steps, *note[1:]], sheet.bar_steps)
        advance(packed, mind, np.array([row], np.int64), active, state)
        ask.earliest[0] = position + 1  # one voice
    return np.array(notes, np.int64).reshape(-1, 5)


def _ask(sheet: Sheet, bar: int, reach: slice, in_key: bool, sampling: Sampling) -> Ask:
    position = np.zeros((1, v.POSITIONS), np.float32)
    position[:, sheet.bar_steps : v.END] = FORBIDDEN
    sound = np.full((1, v.LONGEST_BAR, len(v.ROLES), v.SOUNDS), FORBIDDEN, np.float32)
    sound[..., reach] = 0
    if in_key:
        classes = (np.arange(PITCHES) + LOW_PITCH) % 12
        for step in range(sheet.bar_steps):
            triad = int(sheet.triads[bar * sheet.bar_steps + step])
            allowed = {*MAJOR_SCALE, *(triad_tones(triad) if triad != NO_CHORD else ())}
            sound[:, step, :, :PITCHES][..., ~np.isin(classes, list(allowed))] = FORBIDDEN
    first = bar * sheet.bar_steps
    around = np.zeros((1, v.LONGEST_BAR, CONTEXT), np.float32)
    around[:, : sheet.bar_steps] = context(sheet)[first : first + sheet.bar_steps]
    return Ask(
        context=around,
        earliest=np.zeros(1, np.int64),
        last=np.full((1, 3), -1, np.int64),
        position_bias=position,
        role_bias=np.zeros((1, len(v.ROLES)), np.float32),
        sound_bias=sound,
        temperature=np.full((1, 5), sampling.temperature, np.float32),
        top_k=np.full(1, sampling.top_k, np.int64),
        nucleus=np.full(1, sampling.nucleus, np.float32),
        cut=CUT[None].copy(),
        sing=np.ones(1, bool),
    )
