"""Plays a band to a melody: texture drawn, generator asked once, notes decoded.

Where a phrase of the melody comes back, the band draws the same random numbers as before: its
rhythm and voicing return with the tune, and differ only as far as melody, chords and place differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.music import roll
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import beat_steps, to_c
from studio.music.score import STEP_TICKS, Note, Score, Track, transpose
from studio.music.theory import NO_CHORD, transpose_triad
from studio.techniques.dynamics import shaped
from studio.techniques.gan import planes, texture
from studio.techniques.gan.decode import decode, leanings
from studio.techniques.gan.network import NOISE, Models
from studio.techniques.gan.sampling import sample_textures
from studio.techniques.weights import answer

Floats = NDArray[np.float32]
Drawn = TypeVar("Drawn", bound=np.generic)

# How far chance moves a pitch's log odds: with this much, a part uses as many pitch classes a bar
# as people's do on songs it has not seen. Drums keep to what the generator says.
_CHANCE, _DRUM_CHANCE = 1.8, 0.3
PHRASE_BARS = 4
_ALIKE = 0.5  # share of (sixteenth, pitch) that a phrase has in common with the one it answers


def compose(
    models: Models,
    parts: Sequence[Part],
    melody: Score,
    plan: ChordPlan,
    risk: float,
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
    chords = [
        [(tone + shift) % 12 for tone in plan.tones_at(step * STEP_TICKS)] for step in range(steps)
    ]
    beat = beat_steps(melody.metre)
    phase = planes.piece_planes(steps, bar_steps, beat)
    context = texture.context_features(melody_roll, phase, triads)
    form = form_of(melody_roll, bar_steps)
    closing = _closing_step(triads, bar_steps)
    chance = form.spread(rng.random((form.bars, bar_steps, len(parts))))
    [drawn] = sample_textures(
        models.texture, context[None], bar_steps, beat, parts, chance[None], risk, closing
    )
    # where the user wants no chord, none is played
    pitched = [not part.is_drum for part in parts]
    drawn[np.ix_(pitched, [True, True], triads == NO_CHORD)] = 0
    condition = planes.condition(
        melody_roll, phase, planes.chord_planes(triads), planes.texture_planes(drawn, parts)
    )
    noise = rng.standard_normal((1, NOISE)).astype(np.float32)
    [logits] = answer(models.generator, condition[None], noise)
    bass = min(
        (part for part in parts if not part.is_drum), key=lambda part: part.low, default=None
    )
    lean = [leanings(chords, melody_roll, closing, is_bass) for is_bass in (False, True)]
    moved = _chance(form, parts, risk, rng)
    played = decode(
        logits,
        moved,
        drawn,
        np.stack([lean[part is bass] for part in parts]),
        parts,
        shift,
        _ceiling(melody_roll),
    )
    tracks = [
        _part_track(part, band, -shift, melody) for part, band in zip(parts, played, strict=True)
    ]
    return melody.with_tracks([melody.tracks[0], *tracks])


def _closing_step(triads: NDArray[np.int64], bar_steps: int) -> int:
    """Where the last chord begins, in the last bar at the earliest."""
    changes = np.flatnonzero(triads[1:] != triads[:-1]) + 1
    return max(int(changes[-1]) if len(changes) else 0, len(triads) - bar_steps)


def _chance(form: Form, parts: Sequence[Part], risk: float, rng: np.random.Generator) -> Floats:
    """Gumbel noise for the pitches' log odds, (part, step, pitch), the same in all bars of a
    phrase: so that a figure stays the figure it is while the chords change."""
    phrases = np.arange(form.bars) // PHRASE_BARS
    shape = (phrases[-1] + 1, form.bar_steps, len(parts), roll.PITCHES)
    scale = np.array([_DRUM_CHANCE if part.is_drum else _CHANCE for part in parts], np.float32)
    drawn = rng.gumbel(size=shape).astype(np.float32) * scale[:, None] * min(risk, 1.5)
    return np.ascontiguousarray(form.spread(drawn[phrases]).transpose(1, 0, 2))


def _ceiling(melody_roll: roll.Roll) -> NDArray[np.int64]:
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


def _part_track(part: Part, notes: Sequence[Note], semitones: int, melody: Score) -> Track:
    loud = shaped(notes, part, melody.tracks[0].notes, melody.metre)
    track = Track(part.name, tuple(loud), part.program, part.is_drum)
    return track if part.is_drum else transpose(track, semitones)


@dataclass(frozen=True, slots=True)
class Form:
    """Which bars of a piece answer which: `source` (bar,) is the earliest bar that each bar
    answers, itself where it is new."""

    source: NDArray[np.int64]
    bar_steps: int

    @property
    def bars(self) -> int:
        return len(self.source)

    def spread(self, drawn: NDArray[Drawn]) -> NDArray[Drawn]:
        """Draws of each bar (bar, bar_steps, …) as draws of each step (step, …): a bar that
        answers another has that one's."""
        return drawn[self.source].reshape(-1, *drawn.shape[2:])


def form_of(melody: NDArray[np.uint8], bar_steps: int) -> Form:
    """The form of a melody's roll (2, steps, pitch), steps a multiple of `bar_steps`: a phrase of
    four bars answers the earliest one that has half of its notes in common with it."""
    bars = melody.shape[1] // bar_steps
    source = np.arange(bars)
    phrase = PHRASE_BARS * bar_steps
    onsets = melody[roll.ONSET].astype(bool)
    for start in range(PHRASE_BARS, bars - PHRASE_BARS + 1, PHRASE_BARS):
        here = onsets[start * bar_steps :][:phrase]
        for earlier in range(0, start, PHRASE_BARS):
            if source[earlier] != earlier:
                continue
            there = onsets[earlier * bar_steps :][:phrase]
            either = int((here | there).sum())
            if either and (here & there).sum() >= _ALIKE * either:
                source[start : start + PHRASE_BARS] = source[earlier : earlier + PHRASE_BARS]
                break
    return Form(source, bar_steps)
