"""Two-bar windows as numbers: what the similarity index compares.

Of each part after the melody: notes, used pitch classes a bar, mean pitch, range, mean step, mean
duration, empty bars, qualified notes; of each pair of pitched tracks: tonal distance; of the band
as a whole: polyphony, pitch-class entropy, groove and in-key rate. The melody's own features are
left out, for people and model play to the same one. How each is counted stands in `tally`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadScore
from studio.measures.tally import WINDOW_BARS, tally
from studio.music.score import Metre, Note, Score, Track

Array = NDArray[np.float64]

_CHUNK = 256  # windows at once: some 20 MB of rolls

# A feature that hardly varies among people is measured in these units at least, not in its own sd.
LEAST_SPREAD = {
    "notes": 0.5, "pitch classes": 0.25, "kinds": 0.25, "pitch": 0.5, "range": 0.5, "step": 0.25,
    "duration": 0.125, "empty bars": 0.05, "qualified notes": 0.05, "hits on eighths": 0.05,
    "tonal distance": 0.05, "polyphony": 0.05, "entropy": 0.05, "groove": 0.02, "in key": 0.02,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Features:
    """`values` (window, feature), NaN where a window has none (a silent part has no mean pitch);
    `least_spread` (feature,) in each feature's unit."""

    names: tuple[str, ...]
    values: Array
    least_spread: Array


def cut_windows(score: Score, bars: int = WINDOW_BARS) -> list[Score]:
    """The piece in windows of `bars` bars without overlap, those in which the melody (the first
    track) begins a note: as many for a band as for people who play to the same melody. What reaches
    over a window's end is cut."""
    length = bars * score.metre.bar_ticks
    count = -(-score.end_tick // length)
    tracks = [_cut(track, length, count) for track in score.tracks]
    return [
        replace(score, tracks=tuple(cuts[i] for cuts in tracks), chords=())
        for i in range(count)
        if tracks[0][i].notes
    ]


def _cut(track: Track, length: int, count: int) -> list[Track]:
    inside: list[list[Note]] = [[] for _ in range(count)]
    for note in track.notes:
        window, start = divmod(note.start_tick, length)
        if window < count:
            duration = min(note.duration_ticks, length - start)
            inside[window].append(Note(start, note.pitch, duration, note.velocity))
    return [replace(track, notes=tuple(notes)) for notes in inside]


def describe(windows: Sequence[Score]) -> Features:
    """The features of some windows, in their order; `windows` have the same parts.

    In-key is counted in each window's `key`, or in the signature that fits it best where the key is
    not known (MusPy's scale consistency). Raises BadScore where there are no windows, or their
    parts differ.
    """
    if not windows:
        raise BadScore("There is nothing to measure: give a few bars of melody and band.")
    drums = [track.is_drum for track in windows[0].tracks]
    if any([track.is_drum for track in window.tracks] != drums for window in windows):
        raise BadScore("These pieces have different parts: compare bands of the same parts.")
    labels = _labels(windows[0].tracks)
    by_metre: dict[Metre, list[int]] = {}
    for index, window in enumerate(windows):
        by_metre.setdefault(window.metre, []).append(index)
    columns: dict[str, Array] = {}
    for metre, members in by_metre.items():
        for start in range(0, len(members), _CHUNK):
            chosen = members[start : start + _CHUNK]
            measured = tally([windows[i] for i in chosen], metre, labels, drums)
            for name, values in measured.items():
                columns.setdefault(name, np.full(len(windows), np.nan))[chosen] = values
    least = np.array([LEAST_SPREAD[name.rpartition(": ")[2]] for name in columns])
    return Features(tuple(columns), np.stack(list(columns.values()), axis=1), least)


def _labels(tracks: Sequence[Track]) -> list[str]:
    """The parts' names, numbered where two are the same."""
    names = [track.name or "Part" for track in tracks]
    return names if len(set(names)) == len(names) else [f"{n} {i}" for i, n in enumerate(names)]
