"""What may be sung where: the parts' ranges, the tonic at either end, chords that somebody wrote.
Symbols are those of the piece moved by `shift` semitones."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import beat_steps
from studio.music.score import STEP_TICKS
from studio.techniques.arcnn.symbols import REST, SYMBOLS, Mask, pitch_of, symbol_of
from studio.techniques.base import Commission


def in_range(parts: Sequence[Part], steps: int, shift: int) -> Mask:
    """What may be sung where, (step, voice, symbol): the melody anything, a part what lies in its
    range, or nothing."""
    may = np.zeros((steps, 1 + len(parts), SYMBOLS), bool)
    may[:, 0] = True
    may[:, 1:, REST] = True
    for index, part in enumerate(parts):
        for pitch in range(part.low, part.high + 1):
            may[:, index + 1, symbol_of(pitch + shift)] = True
    return may


def off_tonic(commission: Commission, parts: Sequence[Part], steps: int, shift: int) -> Mask:
    """What would not open or end the piece, (step, voice, symbol): in its first beat and under the
    melody's last note, where that is of the tonic's chord and nobody wrote another chord, the
    lowest part sings the tonic and the others a tone of its chord. The network is told a signature
    alone, which two keys have."""
    found = np.zeros((steps, 1 + len(parts), SYMBOLS), bool)
    plan, notes = commission.plan, commission.melody.tracks[0].notes
    metre = commission.melody.metre
    first, last = notes[0], max(notes, key=lambda note: note.end_tick)
    spans = [(last, steps)]
    if first.start_tick == 0:  # else the piece opens with an upbeat
        spans.append((first, beat_steps(metre)))
    third = (3, 4) if plan.key.minor else (4,)  # a piece in minor may end in major
    tones = {(plan.key.tonic + by) % 12 for by in (0, 7, *third)}
    lowest = min(range(len(parts)), key=lambda index: parts[index].low)
    for note, end in spans:
        unit = note.start_tick // plan.unit_ticks
        if note.pitch % 12 not in tones or any(plan.written[unit : unit + 1]):
            continue
        for index in range(len(parts)):
            wanted = {plan.key.tonic % 12} if index == lowest else tones
            found[note.start_tick // STEP_TICKS : end, index + 1] = _others(wanted, shift)
    return found


def off_chord(plan: ChordPlan, voices: int, steps: int, shift: int) -> Mask:
    """What is no tone of a chord that somebody wrote, (step, voice, symbol), in all voices but the
    melody; other chords are the network's own to find."""
    found = np.zeros((steps, voices, SYMBOLS), bool)
    for unit in (unit for unit, symbol in enumerate(plan.written) if symbol):
        first = unit * plan.unit_ticks
        span = slice(first // STEP_TICKS, (first + plan.unit_ticks) // STEP_TICKS)
        found[span, 1:] = _others(plan.tones_at(first), shift)
    return found


def _others(tones: Collection[int], shift: int) -> Mask:
    """The symbols (symbol,), moved by so many semitones, that are none of some pitch classes."""
    off = [(pitch_of(symbol) - shift) % 12 not in tones for symbol in range(SYMBOLS)]
    off[REST] = False
    return np.array(off)
