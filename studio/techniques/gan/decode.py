"""From probabilities to notes: the texture says how many, the generator says which.

At each step and for each part the texture gives how many notes begin and how many are held; the
likeliest allowed pitches are taken. Three musical leanings are added to the generator's log odds:
towards chord tones, away from notes outside the scale, and away from a semitone or tritone against
the melody. Voices of one note keep below the part above them and move by small steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.roll import LOW_PITCH, ONSET, PITCHES, SUSTAIN
from studio.score import STEP_TICKS, Note
from studio.techniques.contract import Part
from studio.theory import MAJOR_SCALE, NO_CHORD, triad_tones

Floats = NDArray[np.float32]

CHORD_TONE, OUTSIDE_SCALE, CLASH, LEAP, CLOSING = 0.7, -1.5, -3.0, -0.06, 4.0
_FORBIDDEN = -1e9
_CLASHING = (1, 6, 11)


def leanings(
    triads: NDArray[np.int64], melody: NDArray[np.uint8], last_bar_steps: int = 0
) -> Floats:
    """What is added to the log odds, (step, pitch); all in the signature of C. In the last bar,
    where its length is given, the last triad's tones are wanted most."""
    steps = len(triads)
    lean = np.zeros((steps, 12), np.float32)
    outside = [pc for pc in range(12) if pc not in MAJOR_SCALE]
    lean[:, outside] += OUTSIDE_SCALE
    for step, triad in enumerate(triads):
        if triad != NO_CHORD:
            tones = list(triad_tones(int(triad)))
            lean[step, tones] = CHORD_TONE  # a chord tone outside the scale is no stranger
        for pitch in np.flatnonzero(melody[SUSTAIN, step]):
            for interval in _CLASHING:
                lean[step, (pitch + LOW_PITCH + interval) % 12] += CLASH
    closing = list(triad_tones(int(triads[-1])))
    lean[np.ix_(range(max(steps - last_bar_steps, 0), steps), closing)] += CLOSING
    by_pitch = (np.arange(PITCHES) + LOW_PITCH) % 12
    result: Floats = lean[:, by_pitch]
    return result


def decode(
    logits: Floats,
    texture: NDArray[np.int64],
    lean: Floats,
    parts: Sequence[Part],
    shift: int,
    ceiling: NDArray[np.int64],
) -> list[tuple[Note, ...]]:
    """Notes for each part, in the signature of C, velocities still the part's own.

    `logits` (part, 2, step, pitch); `texture` (part, 2, step); `lean` (step, pitch); `shift`
    semitones from the melody's own key to C, by which the parts' ranges move; `ceiling` (step,)
    the pitch that voices must stay under, the melody's.
    """
    above = ceiling.copy()
    result = []
    single = all(part.voices == 1 for part in parts)
    for index, part in enumerate(parts):
        notes = _decode_part(logits[index], texture[index], lean, part, shift, above)
        if single:
            above = np.minimum(above, _lowest(notes, len(above), above))
        result.append(notes)
    return result


def _decode_part(
    logits: Floats,
    texture: NDArray[np.int64],
    lean: Floats,
    part: Part,
    shift: int,
    above: NDArray[np.int64],
) -> tuple[Note, ...]:
    pitches = np.arange(PITCHES) + LOW_PITCH
    allowed = (pitches >= part.low + shift) & (pitches <= part.high + shift)
    sounding: dict[int, int] = {}  # pitch index -> onset step
    notes: list[Note] = []
    last = -1
    velocity = part.velocity

    def end(pitch: int, step: int) -> None:
        start = sounding.pop(pitch)
        duration = (step - start) * STEP_TICKS
        notes.append(Note(start * STEP_TICKS, pitch + LOW_PITCH, duration, velocity))

    for step in range(texture.shape[1]):
        begin, hold = (int(n) for n in texture[:, step])
        odds = np.where(allowed, logits[ONSET, step] + lean[step], _FORBIDDEN)
        if part.voices == 1:
            under = np.where(pitches < above[step], odds, _FORBIDDEN)
            # under a very low melody there is no room: then a voice may cross it
            odds = under if (under > _FORBIDDEN / 2).any() else odds
            if last >= 0:
                odds = odds + LEAP * np.abs(np.arange(PITCHES) - last)
        order = np.argsort(-odds, kind="stable")
        new = _spread(order[: begin + 6], begin, odds)
        stay = logits[SUSTAIN, step] + lean[step]
        held = sorted((p for p in sounding if p not in new), key=lambda p: -stay[p])[:hold]
        for pitch in [p for p in sounding if p not in held]:
            end(pitch, step)
        for pitch in new:
            sounding[pitch] = step
            last = pitch
    for pitch in list(sounding):
        end(pitch, texture.shape[1])
    return tuple(sorted(notes))


def _spread(order: NDArray[np.int64], count: int, odds: Floats) -> list[int]:
    """The `count` likeliest pitches, no two of them a semitone apart."""
    chosen: list[int] = []
    for pitch in order.tolist():
        if len(chosen) == count or odds[pitch] <= _FORBIDDEN / 2:
            break
        if all(abs(pitch - other) != 1 for other in chosen):
            chosen.append(pitch)
    return chosen


def _lowest(notes: tuple[Note, ...], steps: int, default: NDArray[np.int64]) -> NDArray[np.int64]:
    lowest = default.copy()
    for note in notes:
        first = note.start_tick // STEP_TICKS
        lowest[first : min(note.end_tick // STEP_TICKS, steps)] = note.pitch
    return lowest
