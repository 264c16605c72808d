"""The keyboard's sound: one file of single notes, so that the browser plays the same soundfont."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.music.score import Note, Track
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, gain_for, peak_of

PITCHES = tuple(range(36, 97, 4))  # the browser shifts each by two semitones at most
SECONDS_PER_NOTE = 3.0
HELD_SECONDS = 2.5
VELOCITY = 100
_SECONDS_PER_TICK = 0.001


@dataclass(frozen=True, eq=False)
class Sprite:
    """Notes in a row: `audio` is mono float32; the n-th slot of equal length plays `pitches[n]`."""

    audio: Audio
    sample_rate_hz: int
    pitches: tuple[int, ...]
    seconds_per_note: float


def render_sprite(synth: Engine, program: int) -> Sprite:
    """Every fourth pitch from 36 to 96 in General MIDI `program` 0-127, all with the same gain.

    Each slot of 3 s holds its note for 2.5 s, lets it go and ends at silence.
    """
    slot_frames = round(SECONDS_PER_NOTE * SAMPLE_RATE_HZ)
    slots = np.zeros((len(PITCHES), slot_frames, 2), np.float32)
    for pitch, slot in zip(PITCHES, slots, strict=True):
        note = Note(0, pitch, round(HELD_SECONDS / _SECONDS_PER_TICK), VELOCITY)
        synth.add_part(Track("", (note,), program), _SECONDS_PER_TICK, slot)
    audio = slots.mean(axis=2).reshape(-1)
    audio *= gain_for(peak_of(audio))
    return Sprite(audio, SAMPLE_RATE_HZ, PITCHES, SECONDS_PER_NOTE)
