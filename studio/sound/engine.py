"""What a synthesiser of Tutti promises, and the arithmetic that makes a mix the sum of its stems.

Floating-point sums depend on their order and on when the gain is applied. Numbers with few bits do
not: a part's samples are rounded to multiples of 2^-17 (finer than the 16 bits of a WAV file), and
a gain is a multiple of 2^-5. Their products, and sums of those below 4, fit the 24 bits of a
float32 exactly, so a mix is the sum of its stems to the last bit, whichever way it was made.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from studio.music.midi import PlaybackPart
from studio.music.score import Clock, Track

SAMPLE_RATE_HZ = 44_100
FADE_FRAMES = SAMPLE_RATE_HZ // 2
PEAK = 0.97
MAX_GAIN = 8.0  # a whisper stays a whisper
_GRID = 2.0**17
_GAIN_STEP = 2.0**-5

Audio = npt.NDArray[np.float32]


class Engine(Protocol):
    """A synthesiser: `name` for people, `hint` how to get a better one (None: it is good), and
    `notes_alone` where of a file's messages it plays the notes only."""

    name: str
    hint: str | None
    notes_alone: bool = False

    def add_part(self, track: Track, clock: Clock, into: Audio, level: float = 1.0) -> None:
        """Play `track` from tick 0 and add it to `into`, (frames, 2), fading out at its end."""

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


def accumulate(into: Audio, start_frame: int, block: Audio, level: float) -> None:
    """Add `block`, (frames, 2), to `into` at `start_frame`; `block` is used up.

    The last half second of `into` fades to zero, and samples are rounded to the common grid.
    """
    stop_frame = start_frame + len(block)
    if stop_frame > len(into) - FADE_FRAMES:
        frames_left = len(into) - 1 - np.arange(start_frame, stop_frame)
        block *= np.minimum(frames_left / FADE_FRAMES, 1.0)[:, np.newaxis]
    block *= level * _GRID
    np.rint(block, out=block)
    block *= 1 / _GRID
    into[start_frame:stop_frame] += block


def gain_for(peak: float) -> float:
    """The gain, at most 8 and a few bits long, that brings `peak` to 0.97 or a little less."""
    if peak == 0:
        return 1.0
    room = PEAK / peak
    step = _GAIN_STEP
    while step > room:  # sixty loud parts: a power of two is exact at any size
        step /= 2
    return min(room // step * step, MAX_GAIN)


def peak_of(audio: Audio) -> float:
    """The largest absolute sample, without a copy of the audio."""
    return float(max(audio.max(), -audio.min())) if audio.size else 0.0
