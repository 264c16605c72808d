"""Where the bars of a tune begin that starts with its first note: whether that is an upbeat.

Each place where the first bar line may stand is judged by how the tune sits on its bars then. The
weights are a conditional logit's, fitted to folk tunes, songs and lead sheets whose bars are known;
`benchmarks/imports.py` measures how often they are right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.score import TICKS_PER_BEAT, Metre, Note

Array = NDArray[np.float64]

_STEP = TICKS_PER_BEAT // 2  # bar lines are sought on eighths
_NEAR = 40  # ticks by which a note may miss its eighth
_LEAST_NOTES, _LEAST_BARS = 16, 4
# by what is true of a tune's bars, see `_evidence`
_WEIGHTS = np.array([3.85, -5.68, 2.52, 8.1, 2.11, 1.2, 2.1, 2.2, -2.16])
_RHYTHM = (0, 1, 2, 4)  # which of them are the rhythm's
_CLEARLY = 0.1  # by which it must speak for an upbeat
_AS_WRITTEN = 1.0  # for the bars that the file has: doubt moves nothing


def upbeat_ticks(notes: Sequence[Note], metre: Metre, beside: Sequence[Note] = ()) -> int:
    """How long the upbeat of a melody is that begins with its first note, 0 where there is none or
    too little to tell it by. `beside` are notes of other tracks, whose chords tell bars, too."""
    bar, first = metre.bar_ticks, notes[0].start_tick
    line = np.array([(n.start_tick - first, n.end_tick - first, n.pitch) for n in notes])
    off = np.abs((line[:, 0] + _NEAR) % _STEP - _NEAR) > _NEAR
    whole = line[:, 1].max()
    if bar % _STEP or len(notes) < _LEAST_NOTES or whole < _LEAST_BARS * bar or off.mean() > 0.5:
        return 0
    texture = np.array(
        [(n.start_tick - first, n.end_tick - first, n.pitch) for n in beside], np.int64
    )
    heard = np.concatenate([line, texture.reshape(-1, 3)])
    evidence = _evidence(line, heard, bar // _STEP) * _WEIGHTS
    odds, rhythm = evidence.sum(1), evidence[:, _RHYTHM].sum(1)
    odds[0] += _AS_WRITTEN
    best = int(odds.argmax())
    # where each beat is as long as the others, harmony and the end tell too little
    return best * _STEP if rhythm[best] > rhythm[0] + _CLEARLY else 0


def _evidence(line: NDArray[np.int64], heard: NDArray[np.int64], per_bar: int) -> Array:
    """(place, 9) for each eighth on which the first bar line may stand: how often a note begins on
    bar lines and is held over them, by how much longer those are that begin there (in octaves of
    their time to the next), how far the harmony changes, how long what begins in mid-bar is;
    whether the tune ends at a bar line, its last note begins at one or in mid-bar; whether the
    upbeat is longer than half a bar."""
    start, end = line[:, 0], line[:, 1].max()
    gaps = np.clip(np.diff(np.append(start, end)), 1, per_bar * _STEP)
    steps = int(np.ceil(end / _STEP)) + 1
    onset, held, length = np.zeros(steps), np.zeros(steps), np.zeros(steps)
    at = np.rint(start / _STEP).astype(int)
    on = np.abs(start - at * _STEP) <= _NEAR
    onset[at[on]] = 1
    np.maximum.at(length, at[on], np.log2(gaps[on] / _STEP))
    for first, last in zip(at, np.rint((start + gaps) / _STEP).astype(int), strict=True):
        held[first + 1 : last] = 1
    change = _changes(heard, steps, max(per_bar // 2, 1))
    typical = length[onset > 0].mean()
    rows = []
    for place in range(per_bar):
        lines = np.arange(place, at[-1] + 1, per_bar)
        middles = lines[lines + per_bar // 2 <= at[-1]] + per_bar // 2
        begin = onset[lines]
        to_end, to_last = ((tick - place * _STEP) % (per_bar * _STEP) for tick in (end, start[-1]))
        rows.append([
            begin.mean(), held[lines].mean(),
            (length[lines] * begin).sum() / max(begin.sum(), 1) - typical,
            change[lines].mean(), length[middles].mean() if len(middles) else 0.0,
            _is_near(to_end, 0, per_bar), _is_near(to_last, 0, per_bar),
            abs(to_last - per_bar * _STEP / 2) < _STEP / 4, place > per_bar / 2,
        ])  # fmt: skip
    return np.array(rows, float)


def _is_near(tick: int, other: int, per_bar: int) -> bool:
    return min((tick - other) % (per_bar * _STEP), (other - tick) % (per_bar * _STEP)) < _STEP / 4


def _changes(heard: NDArray[np.int64], steps: int, width: int) -> Array:
    """How much the pitch classes of the half bar after each step differ from those before it: 1
    less their cosine, less its mean."""
    classes = np.zeros((steps, 12))
    for start, end, pitch in heard:
        for step in range(max(start // _STEP, 0), min(-(-end // _STEP), steps)):
            sounding = min(end, (step + 1) * _STEP) - max(start, step * _STEP)
            classes[step, pitch % 12] += max(sounding, 0)
    total = np.vstack([np.zeros(12), np.cumsum(classes, 0)])
    here = np.arange(1, steps - 1)
    before = total[here] - total[np.maximum(here - width, 0)]
    after = total[np.minimum(here + width, steps)] - total[here]
    size = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    change = np.zeros(steps)
    change[here] = 1 - (before * after).sum(1) / (size + 1e-9)
    centred: Array = change - change.mean()
    return centred
