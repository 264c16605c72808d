"""One small room in which all parts are heard: its answer to a clap, added to each by itself.

What a room adds is linear, so the stems of a band, each in the room, add up to the band in it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from studio.sound.engine import SAMPLE_RATE_HZ, Audio

_FFT_FRAMES = 65_536
_ROOM_FRAMES = 16_384
_HOP_FRAMES = _FFT_FRAMES - _ROOM_FRAMES + 1
_PRE_DELAY_FRAMES = round(0.015 * SAMPLE_RATE_HZ)
_DECAY_SECONDS = 0.6, 0.3  # to a thousandth, below and above `_BRIGHT_HZ`
_BRIGHT_HZ, _LOWEST_HZ = 2_500.0, 220.0  # basses stay clear
_MIDDLE = 0.4  # of the amplitude that is at the sides
_SEED = 1

Channels = npt.NDArray[np.floating]


def add_room(audio: Audio, amount: float) -> None:
    """Adds what the room gives back to audio, (frames, 2): of even noise so much of its amplitude.
    It hears both channels as one, and its own two differ."""
    if not amount:
        return
    answer = _spectrum() * np.float32(amount / 2)
    rest: Channels = np.zeros((2, _ROOM_FRAMES - 1), np.float32)
    for start in range(0, len(audio), _HOP_FRAMES):
        block = audio[start : start + _HOP_FRAMES]
        mono = block[:, 0] + block[:, 1]
        if mono.any():
            wet: Channels = np.fft.irfft(np.fft.rfft(mono, _FFT_FRAMES) * answer, _FFT_FRAMES)
            wet[:, : _ROOM_FRAMES - 1] += rest
            rest = wet[:, _HOP_FRAMES:].copy()
        elif rest.any():
            wet, rest = rest, np.zeros_like(rest)
        else:
            continue
        block[: wet.shape[1]] += wet[:, : len(block)].T


@cache
def _spectrum() -> npt.NDArray[np.complex64]:
    """Of the answer of each channel, (2, bins)."""
    return np.asarray(np.fft.rfft(answer(), _FFT_FRAMES), np.complex64)


def answer() -> npt.NDArray[np.float64]:
    """What the room says to a clap, (2, frames), each channel of energy 1: noises that die away,
    the bright part of them sooner. Most of it differs in sign between the channels, so that it is
    wide, and heard in mono does not blur the music."""
    noise = np.random.default_rng(_SEED).standard_normal((2, _ROOM_FRAMES))
    hz = np.fft.rfftfreq(_ROOM_FRAMES, 1 / SAMPLE_RATE_HZ)
    dark = np.fft.irfft(np.fft.rfft(noise) / (1 + (hz / _BRIGHT_HZ) ** 2), _ROOM_FRAMES)
    seconds = np.arange(_ROOM_FRAMES) / SAMPLE_RATE_HZ
    long, short = (10 ** (-3 * seconds / decay) for decay in _DECAY_SECONDS)
    tail = dark * long + (noise - dark) * short
    tail = np.fft.irfft(np.fft.rfft(tail) * hz**2 / (hz**2 + _LOWEST_HZ**2), _ROOM_FRAMES)
    tail = np.roll(tail, _PRE_DELAY_FRAMES, axis=1)
    tail[:, :_PRE_DELAY_FRAMES] = 0
    tail *= np.minimum(1.0, (seconds[-1] - seconds) / 0.05)
    side, middle = tail[0], _MIDDLE * tail[1]
    both = np.stack((middle + side, middle - side))
    result: npt.NDArray[np.float64] = both / np.sqrt((both**2).sum(axis=1, keepdims=True))
    return result
