"""Measures of one part by itself: what MuseGAN counts, on notes instead of pixels.

Source of most: Dong, Hsiao, Yang and Yang 2018, "MuseGAN: multi-track sequential generative
adversarial networks", section "Objective metrics", and its code.
`notes` are those of one part, `bars` how long the piece is, `bar_ticks` how long a bar is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Note
from studio.music.theory import Key

MUSEGAN_STEP_TICKS = TICKS_PER_BEAT // 24  # MuseGAN counts 24 time steps a beat
_NEAR_HIT = 0.1  # what a hit one time step beside the pattern still counts there


def empty_bar_rate(notes: Sequence[Note], bars: int, bar_ticks: int) -> float:
    """Share of the bars, 0 to 1, in which nothing sounds (MuseGAN's EB); 1 for a silent part, 0
    for a piece of no bars."""
    sounding = {
        bar
        for note in notes
        for bar in range(note.start_tick // bar_ticks, -(-note.end_tick // bar_ticks))
        if bar < bars
    }
    return 1 - len(sounding) / bars if bars else 0.0


def drum_pattern(hits: Sequence[Note], grid_ticks: int = STEP_TICKS) -> float:
    """Share of drum hits, 0 to 1, on the pattern of sixteenths (`grid_ticks` 120, "16-beat") or of
    eighths (240, "8-beat"); 0 without hits.

    MuseGAN's DP and its tolerance: a hit counts 1 on the grid, .1 a 24th of a beat beside it, else
    0. Drums written on the sixteenth grid always reach 1 with sixteenths; ask for eighths then.
    """
    if not hits:
        return 0.0
    total = 0.0
    for hit in hits:
        off = (hit.start_tick + grid_ticks // 2) % grid_ticks - grid_ticks // 2
        time_steps = math.floor(abs(off) / MUSEGAN_STEP_TICKS + 0.5)
        total += (1.0, _NEAR_HIT)[time_steps] if time_steps < 2 else 0.0
    return total / len(hits)


def in_key_rate(notes: Sequence[Note], key: Key) -> float:
    """Share of the notes, 0 to 1, whose pitch class is in the key's scale, major or natural minor;
    1 where there are no notes, for nothing is out of key. A harmonic minor's raised seventh counts
    as outside. Compare with people's music in the same key, never with 1."""
    if not notes:
        return 1.0
    return sum(note.pitch % 12 in key.scale for note in notes) / len(notes)
