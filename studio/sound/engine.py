"""What a synthesiser of Tutti promises, and the arithmetic that makes a mix the sum of its stems.

Floating-point sums depend on their order and on when the gain is applied. Numbers with few bits do
not: a part's samples are rounded to multiples of 2^-17 (finer than the 16 bits of a WAV file), and
a gain is a multiple of 2^-6. Their products, and sums of those below 2, fit the 24 bits of a
float32 exactly, so a mix is the sum of its stems to the last bit, whichever way it was made.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from studio.music.midi import PlaybackPart
from studio.music.score import Clock, Track
from studio.sound.places import Pan, middle

SAMPLE_RATE_HZ = 44_100
FADE_FRAMES = SAMPLE_RATE_HZ // 2
MAX_GAIN = 8.0  # a whisper stays a whisper
_GRID = 2.0**17
_GAIN_STEP = 2.0**-6

Audio = npt.NDArray[np.float32]


class Engine(Protocol):
    """A synthesiser: `name` for people, `hint` how to get a better one (None: it is good), and
    `notes_alone` where of a file's messages it plays the notes only."""

    name: str
    hint: str | None
    notes_alone: bool = False

    def add_part(self, track: Track, clock: Clock, into: Audio, pan: Pan = middle) -> None:
        """Play `track` from tick 0, without any room, and add it to `into`, (frames, 2), fading out
        at its end; `pan` says where each pitch is heard."""

    def add_messages(self, part: PlaybackPart, into: Audio) -> None:
        """Play a part of a MIDI file as it is and add it to `into`, as `add_part` does."""
        self.add_part(part.track, part.clock, into)

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def accumulate(into: Audio, start_frame: int, block: Audio) -> None:
    """Add `block`, (frames, 2), to `into` at `start_frame`; `block` is used up.

    The last half second of `into` fades to zero, and samples are rounded to the common grid.
    """
    settle(block, len(into) - start_frame)
    into[start_frame : start_frame + len(block)] += block


def settle(block: Audio, frames_left: int) -> None:
    """Rounds `block`, (frames, 2), to the common grid, where it stands; what is in the last half
    second of the `frames_left` from its first one fades to zero."""
    fading = block[max(frames_left - FADE_FRAMES, 0) :]
    if len(fading):
        until_end = frames_left - len(block) + np.arange(len(fading))[::-1]
        fading *= np.minimum(until_end / FADE_FRAMES, 1.0)[:, np.newaxis]
    block *= _GRID
    np.rint(block, out=block)
    block *= 1 / _GRID


def gain_of_few_bits(most: float) -> float:
    """The largest gain that is at most `most` and at most 8, and a few bits long."""
    step = _GAIN_STEP
    while step > most:  # sixty loud parts: a power of two is exact at any size
        step /= 2
    return min(most // step * step, MAX_GAIN)


def peaks_of(audio: Audio, frames: int) -> Audio:
    """The largest absolute sample of each group of so many frames, a power of two; what is left
    over is no group."""
    peaks = np.abs(audio[: len(audio) // frames * frames].reshape(-1, 2 * frames))
    while peaks.shape[1] > 1:  # ten times as fast as the maximum of short rows
        half = peaks.shape[1] // 2
        peaks = np.maximum(peaks[:, :half], peaks[:, half:])
    return peaks[:, 0]


def peak_of(audio: Audio) -> float:
    """The largest absolute sample, without a copy of the audio."""
    return float(max(audio.max(), -audio.min())) if audio.size else 0.0
