"""How loud sound is to people, by ITU-R BS.1770-4: integrated loudness in LUFS, and true peak.

The tests compare the figures with those of pyloudnorm, which wants all of a piece at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from studio.sound.engine import SAMPLE_RATE_HZ, Audio, peaks_of

Powers = npt.NDArray[np.float64]

_SEGMENT = SAMPLE_RATE_HZ // 10  # frames; a window is four of them, and one begins with each
_WINDOW_SEGMENTS, _AT_ONCE = 4, 8
_SILENCE_LUFS, _RELATIVE_LU = -70.0, -10.0  # what is softer does not count
_GROUP, _MARGIN, _FINER = 64, 32, 4  # frames that are looked at for a peak, before and behind them
_BLOCK = 32 * _SEGMENT  # frames, whole groups and segments
_NEAR = 0.7  # of the highest sample: only beside one as high a true peak is looked for


class Measured(NamedTuple):
    """`lufs`, -inf where nothing is heard; `peak`, the true peak as an amplitude."""

    lufs: float
    peak: float


def measure(blocks: Iterable[Audio]) -> Measured:
    """Of stereo audio, (frames, 2) a block; silence behind it, and how it is cut, do not count."""
    powers, peak = [], 0.0
    for span in _spans(blocks):
        powers.append(_powers(span[_MARGIN:-_MARGIN]))
        peak = _true_peak(span, peak)
    return Measured(_gated(np.concatenate(powers)), peak)


def lufs_of(audio: Audio) -> float:
    """The integrated loudness of a whole, (frames, 2), as `measure` has it."""
    whole = len(audio) // _SEGMENT * _SEGMENT
    last = np.zeros((_SEGMENT, 2), np.float32)
    last[: len(audio) - whole] = audio[whole:]
    return _gated(np.concatenate((_powers(audio[:whole]), _powers(last))))


def _spans(blocks: Iterable[Audio]) -> Iterator[Audio]:
    """The audio, then silence, in blocks of one length with a margin on either side."""
    length = _BLOCK + 2 * _MARGIN
    held = np.zeros((_MARGIN, 2), np.float32)
    for block in chain(blocks, [np.zeros((_BLOCK + _MARGIN, 2), np.float32)]):
        held = np.concatenate((held, block))
        while len(held) >= length:
            yield held[:length]
            held = held[_BLOCK:]


def _powers(audio: Audio) -> Powers:
    """The K-weighted power of each segment, the sum of the channels'."""
    # the channels as one complex signal: of its spectrum the powers of both halves are theirs
    segments = np.ascontiguousarray(audio).view(np.complex64).reshape(-1, _SEGMENT)
    powers = np.zeros(len(segments))
    heard = np.flatnonzero(segments.any(axis=1))
    for some in np.split(heard, range(_AT_ONCE, len(heard), _AT_ONCE)):
        spectrum = np.fft.fft(segments[some]).view(np.float32)
        powers[some] = np.square(spectrum, out=spectrum) @ _weights()
    return powers


def _gated(powers: Powers) -> float:
    heard = np.trim_zeros(powers, "b")
    heard = np.pad(heard, (0, max(_WINDOW_SEGMENTS - len(heard), 0)))
    windows = np.convolve(heard, np.full(_WINDOW_SEGMENTS, 1 / _WINDOW_SEGMENTS), "valid")
    windows = windows[windows > 10 ** ((_SILENCE_LUFS + 0.691) / 10)]
    if not windows.size:
        return -math.inf
    loud = windows[windows > windows.mean() * 10 ** (_RELATIVE_LU / 10)]
    return 10 * math.log10(loud.mean()) - 0.691


@cache
def _weights() -> npt.NDArray[np.float32]:
    """What both numbers of each bin of a spectrum give to the power of its segment: the
    K-weighting, whose two filters are told by their corner, gain and quality (De Man, "Evaluation
    of implementations of the EBU R128 loudness measurement", AES 145)."""
    hz = np.abs(np.fft.fftfreq(_SEGMENT, 1 / SAMPLE_RATE_HZ)).clip(max=0.499 * SAMPLE_RATE_HZ)
    warped = 1j * np.tan(np.pi * hz / SAMPLE_RATE_HZ)
    s = warped / math.tan(math.pi * 1681.974450955533 / SAMPLE_RATE_HZ)
    gain, q = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    shelf = (gain * s**2 + gain**0.4996667741545416 / q * s + 1) / (s**2 + s / q + 1)
    corner, q = math.tan(math.pi * 38.13547087602444 / SAMPLE_RATE_HZ), 0.5003270373238773
    s = warped / corner
    high_pass = (1 + corner / q + corner**2) * s**2 / (s**2 + s / q + 1)
    weights = np.abs(shelf * high_pass) ** 2 / _SEGMENT**2
    return np.repeat(weights.astype(np.float32), 2)


def _true_peak(span: Audio, known: float) -> float:
    """The highest of `known`, the samples, and where samples are near it, what lies between."""
    groups = peaks_of(span[_MARGIN:-_MARGIN], _GROUP)
    peak = max(known, float(groups.max()))
    near = np.flatnonzero(groups > _NEAR * peak)
    if not near.size:
        return peak
    around = np.lib.stride_tricks.sliding_window_view(span, _GROUP + 2 * _MARGIN, axis=0)
    between = around[near * _GROUP] @ _between()
    return max(peak, float(np.abs(between).max()))


@cache
def _between() -> npt.NDArray[np.float32]:
    """Times a group with its margins: it and what lies between, by a windowed sinc."""
    frames = np.arange(_GROUP + 2 * _MARGIN)[:, np.newaxis]
    wanted = _MARGIN + np.arange(1, _GROUP * _FINER) / _FINER
    away = frames - wanted
    inside = np.clip(away / _MARGIN, -1.0, 1.0)
    window = np.i0(8 * np.sqrt(1 - inside**2)) / np.i0(8)
    values: npt.NDArray[np.float32] = (np.sinc(away) * window).astype(np.float32)
    return values
