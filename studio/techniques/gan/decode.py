"""From probabilities to notes: the texture says how many, the generator says which.

At each step and for each part the texture gives how many notes begin and how many are held; the
likeliest allowed pitches are taken. To the generator's log odds are added chance (so that seeds
differ and voicings are as varied as people's) and three musical leanings: towards chord tones, away
from notes outside the scale, and away from a semitone or tritone against the melody. Voices of one
note keep below the part above them and move by small steps. Drums take neither leanings nor
transposition: their pitches are a kit's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import KIT, Part
from studio.music.roll import LOW_PITCH, ONSET, PITCHES, SUSTAIN
from studio.music.score import STEP_TICKS, Note
from studio.music.theory import MAJOR_SCALE

Floats = NDArray[np.float32]

CHORD_TONE, OUTSIDE_SCALE, CLASH, LEAP, CLOSING = 0.3, -1.5, -2.0, -0.06, 4.0
_FORBIDDEN = -1e9
_NEAR = 3  # semitones that chance may lead away from the likeliest pitches
_CLASHING = (1, 6, 11)


def leanings(
    chords: Sequence[Sequence[int]],
    melody: NDArray[np.uint8],
    closing: int | None = None,
    is_bass: bool = False,
) -> Floats:
    """What is added to a part's log odds, (step, pitch); all in the signature of C. `chords` are
    the pitch classes of the chord at each step, root first. From the step `closing` on, the last
    triad's tones are wanted most, and its root in the bass."""
    lean = np.zeros((len(chords), 12), np.float32)
    outside = [pc for pc in range(12) if pc not in MAJOR_SCALE]
    lean[:, outside] += OUTSIDE_SCALE
    for step, tones in enumerate(chords):
        lean[step, list(tones)] = CHORD_TONE  # a chord tone outside the scale is no stranger
        for pitch in np.flatnonzero(melody[SUSTAIN, step]):
            for interval in _CLASHING:
                lean[step, (pitch + LOW_PITCH + interval) % 12] += CLASH
    if closing is not None:
        last = list(chords[-1][:3])
        lean[closing:, last] += CLOSING
        lean[closing:, last[:1]] += 2 * CLOSING * is_bass
    by_pitch = (np.arange(PITCHES) + LOW_PITCH) % 12
    result: Floats = lean[:, by_pitch]
    return result


def decode(
    logits: Floats,
    chance: Floats,
    texture: NDArray[np.int64],
    lean: Floats,
    parts: Sequence[Part],
    shift: int,
    ceiling: NDArray[np.int64],
) -> list[tuple[Note, ...]]:
    """Notes for each part, in the signature of C, velocities still the part's own.

    `logits` (part, 2, step, pitch); `chance` (part, step, pitch) moves the odds of pitches
    near the likeliest; `texture` (part, 2, step); `lean` (part, step, pitch); `shift`
    semitones from the melody's own key to C, by which the parts' ranges move; `ceiling` (step,)
    the pitch that voices must stay under, the melody's.
    """
    above = ceiling.copy()
    result = []
    single = all(part.voices == 1 for part in parts)
    for index, part in enumerate(parts):
        if part.is_drum:
            result.append(_strokes(logits[index, ONSET] + chance[index], texture[index, 0], part))
            continue
        notes = _decode_part(
            logits[index], chance[index], texture[index], lean[index], part, shift, above
        )
        if single:
            above = np.minimum(above, _lowest(notes, len(above), above))
        result.append(notes)
    return result


def _decode_part(
    logits: Floats,
    chance: Floats,
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
        odds = _with_chance(odds, chance[step], begin)
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


def _with_chance(odds: Floats, chance: Floats, count: int) -> Floats:
    """The odds moved by chance, near the `count` likeliest pitches: the register stays as the
    generator has it, and no seed makes a stray note."""
    if not count:
        return odds
    likeliest = np.argpartition(odds, -count)[-count:]
    result = np.full_like(odds, _FORBIDDEN)
    near = slice(max(likeliest.min() - _NEAR, 0), likeliest.max() + _NEAR + 1)
    result[near] = odds[near] + chance[near]
    return result


def _strokes(odds: Floats, counts: NDArray[np.int64], part: Part) -> tuple[Note, ...]:
    """The likeliest drums of the kit at each step, `odds` (step, pitch), `counts` (step,)."""
    kit = np.array([drum for drum in KIT if part.low <= drum <= part.high])
    notes = []
    for step in np.flatnonzero(counts).tolist():
        order = np.argsort(-odds[step, kit - LOW_PITCH], kind="stable")
        struck = kit[order[: counts[step]]].tolist()
        notes += [Note(step * STEP_TICKS, drum, STEP_TICKS, part.velocity) for drum in struck]
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
