"""Plays a band to a melody: texture drawn, generator asked once, notes decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from studio import roll
from studio.harmony import ChordPlan
from studio.score import STEP_TICKS, Note, Score, Track, map_notes, transpose
from studio.techniques.contract import Part
from studio.techniques.gan import planes, texture
from studio.techniques.gan.decode import decode, leanings
from studio.techniques.gan.models import Models
from studio.techniques.gan.network import NOISE
from studio.techniques.gan.settings import Knobs
from studio.theory import transpose_triad
from studio.window import to_c

_ACCENTS = {0: 8, 8: 3}  # velocity above the part's own, by sixteenth in the bar


def compose(
    models: Models,
    parts: Sequence[Part],
    melody: Score,
    plan: ChordPlan,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Score:
    """The melody (one quantised track) with a part for each of `parts` under it, as long as the
    melody's bars."""
    shift = to_c(plan.key.signature)
    bar_steps = melody.metre.bar_ticks // STEP_TICKS
    steps = melody.bars * bar_steps
    notes = roll.moved(melody.tracks[0].notes, shift)
    melody_roll = roll.encode(notes, steps)
    triads = np.array(
        [transpose_triad(plan.triad_at(step * STEP_TICKS), shift) for step in range(steps)]
    )
    phase = planes.phase_planes(steps, bar_steps)
    context = texture.context_features(melody_roll, phase, triads)
    drawn = texture.sample_texture(
        models.texture, context, bar_steps, models.voices, knobs.creative_risk, rng
    )
    condition = planes.condition(
        melody_roll, phase, planes.chord_planes(triads), planes.texture_planes(drawn, models.voices)
    )
    logits = _ask(models, condition, rng)
    played = decode(
        logits, drawn, leanings(triads, melody_roll, bar_steps), parts, shift, _ceiling(melody_roll)
    )
    tracks = [
        _part_track(part, band, -shift, bar_steps) for part, band in zip(parts, played, strict=True)
    ]
    return melody.with_tracks([melody.tracks[0], *tracks])


def _ask(
    models: Models, condition: planes.Planes, rng: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    noise = rng.standard_normal(NOISE).astype(np.float32)
    device = next(models.parameters()).device
    with torch.inference_mode():
        logits = models.generator(
            torch.from_numpy(condition)[None].to(device), torch.from_numpy(noise)[None].to(device)
        )
    result: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = logits[0].float().cpu().numpy()
    return result


def _ceiling(melody_roll: roll.Roll) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The melody's lowest sounding pitch at each step; where it rests, its last one."""
    steps = melody_roll.shape[1]
    ceiling = np.full(steps, 127, np.int64)
    last = 127
    for step in range(steps):
        sounding = np.flatnonzero(melody_roll[roll.SUSTAIN, step])
        if len(sounding):
            last = int(sounding[0]) + roll.LOW_PITCH
        ceiling[step] = last
    return ceiling


def _part_track(part: Part, notes: Sequence[Note], semitones: int, bar_steps: int) -> Track:
    track = transpose(Track(part.name, tuple(notes), part.program), semitones)

    def accent(note: Note) -> Note:
        louder = _ACCENTS.get(note.start_tick // STEP_TICKS % bar_steps, 0)
        return replace(note, velocity=min(note.velocity + louder, 127))

    return map_notes(track, accent)
