"""Goes on with a melody, and its chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.music.harmony import ChordPlan
from studio.music.roll import LOW_PITCH, to_c
from studio.music.score import STEP_TICKS, Note, Score
from studio.music.theory import transpose_triad
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.continuation import Continuation
from studio.techniques.transformer.encoding import encode
from studio.techniques.transformer.player import Player
from studio.techniques.transformer.settings import ExtendKnobs
from studio.techniques.transformer.sheet import Sheet
from studio.techniques.transformer.task import sampling_of


def extend(
    player: Player,
    melody: Score,
    plan: ChordPlan,
    knobs: ExtendKnobs,
    rng: np.random.Generator,
) -> tuple[Score, ChordPlan]:
    """A quantised melody of one track with more bars, and the chords of all of them."""
    shift = to_c(plan.key.signature)
    whole = encode(melody, plan, player.style, (), v.SING)
    bars_a_bar = whole.bars // melody.bars
    first = whole.bars - min(knobs.input_duration, melody.bars) * bars_a_bar
    sheet = whole.from_bar(first)
    added = knobs.extension_duration * bars_a_bar
    sampling, in_key = sampling_of(knobs), bool(knobs.stay_in_key)
    longer = Continuation(player.weights, sheet, added, in_key, sampling, rng).written()
    track = melody.tracks[0]
    middle = int(np.median([n.velocity for n in track.notes])) if track.notes else 80
    origin, start = first * whole.bar_steps, whole.steps * STEP_TICKS
    new = []
    for step, sound, steps, loud, _ in longer.melody.tolist():
        tick = (step + origin) * STEP_TICKS
        if tick < start:
            continue
        level = v.MIDDLE_LOUDNESS if loud >= v.NO_LOUDNESS else loud
        velocity = int(np.clip(middle + v.LOUDNESS_STEP * (level - v.MIDDLE_LOUDNESS), 1, 127))
        pitch = int(np.clip(sound + LOW_PITCH - shift, 0, 127))
        new.append(Note(tick, pitch, steps * STEP_TICKS, velocity))
    end = start + added * whole.bar_steps * STEP_TICKS
    line = _one_voice([*track.notes, *new], end)
    score = melody.with_tracks([replace(track, notes=line)])
    return score, _longer_plan(plan, longer, origin, shift)


def _one_voice(notes: Sequence[Note], end: int) -> tuple[Note, ...]:
    """Notes that let go where the next begins, or the piece ends."""
    result: list[Note] = []
    for note in sorted(notes):
        if result and result[-1].end_tick > note.start_tick > result[-1].start_tick:
            last = result[-1]
            result[-1] = replace(last, duration_ticks=note.start_tick - last.start_tick)
        result.append(replace(note, duration_ticks=min(note.duration_ticks, end - note.start_tick)))
    return tuple(result)


def _longer_plan(plan: ChordPlan, longer: Sheet, origin: int, shift: int) -> ChordPlan:
    """The plan with the chords of the added bars."""
    unit = plan.unit_ticks // STEP_TICKS
    units = (origin + longer.steps) // unit
    triads = list(plan.triads[:units])
    for place in range(len(triads), units):
        triad = int(longer.triads[place * unit - origin])
        triads.append(transpose_triad(triad, -shift))
    sevenths = (*plan.sevenths[:units], *(0,) * (units - len(plan.sevenths[:units])))
    return ChordPlan(plan.key, plan.unit_ticks, tuple(triads), sevenths if plan.sevenths else ())
