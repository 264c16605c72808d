"""A limiter: peaks are turned down for a moment, so that all the rest can be louder.

The gain falls ahead of a peak and recovers after it, straight lines in dB; both channels share it.
"""

from __future__ import annotations

import numpy as np

from studio.sound.engine import SAMPLE_RATE_HZ, Audio, peak_of, peaks_of

_GROUP = 64  # frames with one gain at each end
_GROUPS_A_SECOND = SAMPLE_RATE_HZ / _GROUP
_ATTACK_DB, _RELEASE_DB = 1000 / _GROUPS_A_SECOND, 40 / _GROUPS_A_SECOND  # a group
_AT_ONCE = 1024


def limit(audio: Audio, ceiling: float) -> None:
    """Turns audio, (frames, 2), down where it is louder than `ceiling`, an amplitude."""
    if len(audio) < _GROUP:
        audio *= ceiling / max(peak_of(audio), ceiling)
        return
    blocks = range(0, len(audio), _AT_ONCE * _GROUP)
    peaks = np.concatenate([peaks_of(audio[at : at + _AT_ONCE * _GROUP], _GROUP) for at in blocks])
    rest = audio[len(peaks) * _GROUP :]
    peaks[-1] = max(peaks[-1], peak_of(rest))
    if peaks.max() <= ceiling:
        return
    wanted_db = 20 * np.log10(ceiling / np.maximum(peaks, ceiling))
    edges_db = np.append(wanted_db, 0.0)
    edges_db[1:] = np.minimum(edges_db[1:], wanted_db)  # a group's gain holds at both its ends
    falls = np.arange(len(edges_db))
    recovered = np.minimum.accumulate(edges_db - _RELEASE_DB * falls) + _RELEASE_DB * falls
    back = recovered[::-1] - _ATTACK_DB * falls
    gains = 10 ** ((np.minimum.accumulate(back) + _ATTACK_DB * falls)[::-1] / 20)
    ramp = (np.arange(_GROUP) / _GROUP).astype(np.float32)
    pairs = audio[: len(peaks) * _GROUP].view(np.complex64).reshape(-1, _GROUP)  # both at once
    for start in np.unique(np.flatnonzero(gains < 1) // _AT_ONCE) * _AT_ONCE:
        some = pairs[start : start + _AT_ONCE]
        begins = gains[start : start + len(some), np.newaxis].astype(np.float32)
        ends = gains[start + 1 : start + 1 + len(some), np.newaxis].astype(np.float32)
        some *= begins + (ends - begins) * ramp
    rest *= np.float32(gains[-1])
