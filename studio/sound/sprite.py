"""The keyboard's sound: one file of single notes, so that the browser plays the same soundfont."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from studio.music.score import Clock, Note, Track
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, gain_of_few_bits, peak_of
from studio.sound.wav import write_small

HELD_SECONDS = 2.5
VELOCITY = 100
_PEAK = 0.97
_CLOCK = Clock.of(125.0)  # a tick is a millisecond


@dataclass(frozen=True, eq=False, slots=True)
class Sprite:
    """Notes in a row: `audio` is mono float32; the n-th slot of equal length plays `PITCHES[n]`."""

    PITCHES: ClassVar = tuple(range(36, 97, 4))  # the browser shifts each by two semitones at most
    SECONDS_PER_NOTE: ClassVar = 3.0

    audio: Audio

    @classmethod
    def of(cls, synth: Engine, program: int) -> Self:
        """Every fourth pitch from 36 to 96 in General MIDI `program` 0-127, all with the same gain.

        Each slot of 3 s holds its note for 2.5 s, lets it go and ends at silence.
        """
        slot_frames = round(cls.SECONDS_PER_NOTE * SAMPLE_RATE_HZ)
        slots = np.zeros((len(cls.PITCHES), slot_frames, 2), np.float32)
        for pitch, slot in zip(cls.PITCHES, slots, strict=True):
            note = Note(0, pitch, round(_CLOCK.tick_at(HELD_SECONDS)), VELOCITY)
            synth.add_part(Track("", (note,), program), _CLOCK, slot)
        audio = slots.mean(axis=2).reshape(-1)
        audio *= gain_of_few_bits(_PEAK / max(peak_of(audio), 1e-6))
        return cls(audio)

    def write(self, path: Path) -> None:
        """The notes as mono Ogg Vorbis; raises SoundError where it cannot be written."""
        write_small(self.audio, path)
