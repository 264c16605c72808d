"""A piece as a sheet in the signature of C, and a sheet's notes as a piece's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.music import roll
from studio.music.harmony import ChordPlan
from studio.music.instruments import KIT, Part
from studio.music.roll import beat_steps, to_c
from studio.music.score import STEP_TICKS, Note, Score
from studio.music.theory import transpose_triad
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.sheet import LOUDNESS, Notes, Sheet, ordered

# bars that are said to lie before: at a song's own start, bands often wait
_BEFORE = 8
_FLAT = 2.0  # standard deviation of velocities under which nobody's dynamics are in them


def encode(
    melody: Score, plan: ChordPlan, style: int, roles: Sequence[int], mode: int = v.ACCOMPANY
) -> Sheet:
    """A quantised melody of one track with its chords; no notes of the parts yet."""
    shift = to_c(plan.key.signature)
    bar_steps = melody.metre.bar_ticks // STEP_TICKS
    steps = melody.bars * bar_steps
    bar = v.readable_bar(bar_steps)
    triads = [transpose_triad(plan.triad_at(s * STEP_TICKS), shift) for s in range(steps)]
    notes = encode_notes(melody.tracks[0].notes, v.MELODY_ROLE, shift, steps)
    if mode == v.ACCOMPANY:  # how hard a melody is played does not change the band's notes
        notes[:, LOUDNESS] = v.NO_LOUDNESS
    return Sheet(
        style=style,
        bar_steps=bar,
        beat_steps=beat_steps(melody.metre),
        bars=steps // bar,
        roles=tuple(roles),
        melody=notes,
        notes=np.zeros((0, 5), np.int64),
        triads=np.array(triads, np.int64),
        before=_BEFORE if mode == v.ACCOMPANY else 0,
        mode=mode,
    )


def encode_notes(
    notes: Sequence[Note], role: int, shift: int, steps: int, part: Part | None = None
) -> Notes:
    """Notes on the sixteenth grid as a sheet's, moved by `shift` semitones where they are no drums;
    loudness is counted from the velocity of the `part`, or from the notes' own where they have
    dynamics and are no part's."""
    inside = [n for n in notes if n.start_tick < steps * STEP_TICKS]
    if not inside:
        return np.zeros((0, 5), np.int64)
    velocity = np.array([n.velocity for n in inside], float)
    has_dynamics = part is not None or velocity.std() >= _FLAT
    middle = np.median(velocity) if part is None else part.velocity
    loud = v.loudness_classes(velocity - middle)
    loud = loud if has_dynamics else np.full(len(inside), v.NO_LOUDNESS)
    is_drum = part is not None and part.is_drum
    rows = [
        [
            n.start_tick // STEP_TICKS,
            _drum(n.pitch) if is_drum else roll.fold(n.pitch + shift) - roll.LOW_PITCH,
            max(round(n.duration_ticks / STEP_TICKS), 1),
            int(level),
            role,
        ]
        for n, level in zip(inside, loud, strict=True)
    ]
    return ordered(np.array([row for row in rows if row[1] >= 0], np.int64).reshape(-1, 5))


def _drum(pitch: int) -> int:
    return v.DRUM_PITCH + KIT.index(pitch) if pitch in KIT else -1


def decode_notes(
    notes: Sequence[Sequence[int]], part: Part, shift: int, end_tick: int
) -> tuple[Note, ...]:
    """A part's notes of a sheet in the piece's own key: each ends where its pitch is struck again
    or the piece ends, and no more sound together than the part has voices."""
    by_place: dict[tuple[int, int], Note] = {}
    for step, sound, steps, loud, _ in notes:
        pitch = KIT[sound - v.DRUM_PITCH] if part.is_drum else sound + roll.LOW_PITCH - shift
        start = step * STEP_TICKS
        ticks = STEP_TICKS if part.is_drum else min(steps * STEP_TICKS, end_tick - start)
        if ticks > 0:
            by_place[start, pitch] = Note(start, pitch, ticks, v.velocity_of(loud, part.velocity))
    return within_voices(sorted(by_place.values()), part)


def within_voices(notes: Sequence[Note], part: Part) -> tuple[Note, ...]:
    """The notes, those that sound longest let go where another begins and all voices are taken."""
    result: list[Note] = []
    sounding: list[int] = []  # places in result
    for note in notes:
        start = note.start_tick
        sounding = [i for i in sounding if result[i].end_tick > start]
        again = [i for i in sounding if result[i].pitch == note.pitch]
        older = [i for i in sounding if result[i].start_tick < start and i not in again]
        together = [i for i in sounding if i not in again and i not in older]
        if len(together) >= part.voices:
            continue
        room = part.voices - 1 - len(together)
        for i in again + older[: max(len(older) - room, 0)]:
            old = result[i]
            result[i] = Note(old.start_tick, old.pitch, start - old.start_tick, old.velocity)
        sounding = together + older[max(len(older) - room, 0) :]
        result.append(note)
        sounding.append(len(result) - 1)
    return tuple(sorted(result))
