"""Plays a band to a melody as the textbook does: two bars at a time, each cell on or off.

The chord plan gives the key, and nothing more: the textbook GAN knows of no chords.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from studio.music import roll
from studio.music.harmony import ChordPlan
from studio.music.instruments import KIT
from studio.music.roll import to_c
from studio.music.score import STEP_TICKS, Note, Score, Track
from studio.techniques.contract import Part
from studio.techniques.textbook.cuts import ALL_PITCHES, pieces
from studio.techniques.textbook.network import NOISE, Generator
from studio.techniques.textbook.settings import Knobs

Floats = NDArray[np.float32]
Cells = NDArray[np.bool_]


def compose(
    generator: Generator,
    parts: Sequence[Part],
    melody: Score,
    plan: ChordPlan,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Score:
    """The melody (one quantised track) with a part for each of `parts` under it, as long as the
    melody's bars."""
    shift = to_c(plan.key.signature)
    steps = melody.bars * melody.metre.bar_ticks // STEP_TICKS
    heard = roll.encode(roll.moved(melody.tracks[0].notes, shift), steps)
    logits = _ask(generator, pieces(heard), knobs.creative_risk, rng)[:, :steps]
    tracks = []
    for part, picture, density in zip(parts, logits, generator.density.tolist(), strict=True):
        moved = 0 if part.is_drum else shift
        fitted = into_range(picture, part, moved)
        cells = loudest(fitted, density, part.voices)
        notes = strokes(cells, part) if part.is_drum else runs(cells, part, -moved)
        tracks.append(Track(part.name, notes, part.program, part.is_drum))
    return melody.with_tracks([melody.tracks[0], *tracks])


def _ask(generator: Generator, melody: Floats, risk: float, rng: np.random.Generator) -> Floats:
    """Logits of the whole piece, (track, step, pitch); each two bars get their own noise."""
    noise = risk * rng.standard_normal((len(melody), *NOISE), np.float32)
    device = generator.density.device
    with torch.inference_mode():
        logits = generator(
            torch.from_numpy(melody).to(device),
            torch.from_numpy(noise.astype(np.float32)).to(device),
        )
    played: Floats = logits.float().cpu().numpy()
    return played.transpose(1, 0, 2, 3).reshape(played.shape[1], -1, ALL_PITCHES)


def into_range(logits: Floats, part: Part, shift: int) -> Floats:
    """Logits (step, pitch) with cells outside the part's range, moved by `shift` semitones, folded
    in by octaves: of those that meet the likeliest stays. Drums are no pitches, so those that the
    kit lacks are left out. What cannot sound is -inf."""
    low, high = max(part.low + shift, 0), min(part.high + shift, ALL_PITCHES - 1)
    result = np.full_like(logits, -np.inf)
    for pitch in range(ALL_PITCHES):
        if part.is_drum:
            target = pitch if pitch in KIT else -1
        elif pitch < low:
            target = low + (pitch - low) % 12
        else:
            target = high - (high - pitch) % 12 if pitch > high else pitch
        if low <= target <= high:
            result[:, target] = np.maximum(result[:, target], logits[:, pitch])
    return result


def loudest(logits: Floats, density: float, voices: int) -> Cells:
    """The cells (step, pitch) that sound: those likelier than not, or, where these are fewer than
    the share `density` (0-1) that sounds in the training music, the likeliest so many, so that a
    part is never silent; at each step the likeliest `voices` of them."""
    possible = np.isfinite(logits)
    sounding = logits > 0  # a probability above one half
    wanted = min(max(round(density * logits.size), 1), int(possible.sum()))
    if sounding.sum() < wanted:
        sounding.flat[np.argsort(-logits, axis=None, kind="stable")[:wanted]] = True
    first = np.argsort(-logits, axis=1, kind="stable")[:, :voices]
    chosen = np.zeros(logits.shape, bool)
    np.put_along_axis(chosen, first, True, axis=1)
    cells: Cells = chosen & sounding & possible
    return cells


def runs(cells: Cells, part: Part, semitones: int) -> tuple[Note, ...]:
    """Each run of sounding cells as one note, moved by `semitones`: where held and repeated notes
    look the same, all are held."""
    edges = np.diff(np.pad(cells.astype(np.int8), ((1, 1), (0, 0))), axis=0).T  # (pitch, step)
    begins, ends = np.argwhere(edges == 1).tolist(), np.argwhere(edges == -1).tolist()
    return tuple(
        Note(start * STEP_TICKS, pitch + semitones, (end - start) * STEP_TICKS, part.velocity)
        for (pitch, start), (_, end) in zip(begins, ends, strict=True)
    )


def strokes(cells: Cells, part: Part) -> tuple[Note, ...]:
    """Each sounding cell as a stroke of a sixteenth: a drum is never held."""
    return tuple(
        Note(step * STEP_TICKS, pitch, STEP_TICKS, part.velocity)
        for step, pitch in np.argwhere(cells).tolist()
    )
