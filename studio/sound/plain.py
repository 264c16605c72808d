"""Plain waves where FluidSynth is missing: pretty_midi's tones, and short noises for the drums."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from studio.music.score import Clock, Note, Track
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, accumulate
from studio.sound.places import Pan, middle

NAME = "plain waves"
HINT = (
    "For real instruments install FluidSynth (`sudo apt install libfluidsynth3`, "
    "`brew install fluid-synth` or `choco install fluidsynth`) and start Tutti again."
)
WINDOW_SECONDS = 8.0  # pretty_midi makes several float64 arrays as long as what it is given
LONGEST_NOTE_SECONDS = 12.0  # its tones have died away by then
AMPLITUDE = 0.15
KICKS = (35, 36)
CYMBALS = (46, 49, 51, 52, 55, 57, 59)

Mono = npt.NDArray[np.float64]


class PlainSynth(Engine):
    """The engine of last resort: in tune and in time, with one sound for every program."""

    name = NAME
    hint: str = HINT
    notes_alone = True

    def add_part(self, track: Track, clock: Clock, into: Audio, pan: Pan = middle) -> None:
        """Add the part's waves to `into`, (frames, 2)."""
        sounds = _hits if track.is_drum else _tones
        for start_frame, mono, place in sounds(track, clock, pan):
            heard = mono[: len(into) - start_frame].astype(np.float32)
            angle = (place + 1) * math.pi / 4
            sides = math.sqrt(2) * np.array([math.cos(angle), math.sin(angle)], np.float32)
            accumulate(into, start_frame, np.outer(heard, sides))

    def close(self) -> None:
        """Nothing to give back."""


def _tones(track: Track, clock: Clock, pan: Pan) -> Iterator[tuple[int, Mono, float]]:
    import pretty_midi  # here, because it takes a tenth of a second and most people never need it

    windows: dict[tuple[int, float], list[Note]] = defaultdict(list)
    for note in track.notes:
        window = int(clock.seconds_at(note.start_tick) / WINDOW_SECONDS)
        windows[window, pan(note.pitch)].append(note)
    for (_, place), notes in windows.items():
        first_tick = notes[0].start_tick
        instrument = pretty_midi.Instrument(program=0)
        for note in notes:
            start = clock.span(first_tick, note.start_tick)
            length = min(clock.span(note.start_tick, note.end_tick), LONGEST_NOTE_SECONDS)
            instrument.notes.append(
                pretty_midi.Note(note.velocity, note.pitch, start, start + length)
            )
        tones: Mono = instrument.synthesize(fs=SAMPLE_RATE_HZ, wave=_wave)
        start_frame = round(clock.seconds_at(first_tick) * SAMPLE_RATE_HZ)
        yield start_frame, tones * (AMPLITUDE / 127), place


def _wave(phase: Mono) -> Mono:
    # A few overtones, because small loudspeakers do not play the fundamental of a bass.
    tone: Mono = np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.1 * np.sin(3 * phase)
    return tone


def _hits(track: Track, clock: Clock, pan: Pan) -> Iterator[tuple[int, Mono, float]]:
    for note in track.notes:
        start_frame = round(clock.seconds_at(note.start_tick) * SAMPLE_RATE_HZ)
        hit = _hit(note.pitch) * (AMPLITUDE * note.velocity / 127)
        yield start_frame, hit, pan(note.pitch)


@cache
def _hit(pitch: int) -> Mono:
    """A drum: a low thud for the kick, noise for the others, long for cymbals; half a second."""
    seconds = np.arange(SAMPLE_RATE_HZ // 2) / SAMPLE_RATE_HZ
    if pitch in KICKS:
        hit: Mono = 2.0 * np.sin(2 * np.pi * 55.0 * seconds) * np.exp(-seconds / 0.08)
    else:
        noise = np.random.default_rng(pitch).uniform(-1.0, 1.0, len(seconds))
        hit = noise * np.exp(-seconds / (0.15 if pitch in CYMBALS else 0.03))
    ramp: Mono = np.minimum(1.0, (seconds[-1] - seconds) / 0.05)
    return hit * ramp
