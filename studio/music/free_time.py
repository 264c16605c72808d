"""Free time: whether notes keep to the grid they are written on, and the beats that are heard where
they do not, as in transcriptions of what was played without a metronome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.music.score import (
    STEP_TICKS,
    TICKS_PER_BEAT,
    ChordMark,
    Clock,
    Note,
    TempoMark,
    grid_fit,
)

Array = NDArray[np.float64]

_GRIDS = (TICKS_PER_BEAT, TICKS_PER_BEAT // 2, TICKS_PER_BEAT // 3, STEP_TICKS,
          TICKS_PER_BEAT // 6, STEP_TICKS // 2)  # fmt: skip
_LEAST_FIT, _LEAST_ONSETS = 0.5, 12
_FRAME = 0.01  # seconds
_NEAR = 0.025  # seconds by which people miss the beat they mean
_STEADINESS = 100.0  # what a beat twice as long costs, by the square of its octaves, in onsets
_BEND = 1.5  # by which a beat may be longer or shorter than most
_STEADY = 0.06  # seconds that the beats of one tempo may be off


def is_free(notes: Sequence[Note]) -> bool:
    """Whether onsets, enough to tell, fall on no grid of beats, halves, triplets and so on."""
    return _are_enough(notes) and not tells_grid(notes)


def tells_grid(notes: Sequence[Note]) -> bool:
    """Whether onsets, enough to tell, fall on such a grid."""
    return _are_enough(notes) and any(grid_fit(notes, grid) >= _LEAST_FIT for grid in _GRIDS)


def _are_enough(notes: Sequence[Note]) -> bool:
    return len({note.start_tick for note in notes}) >= _LEAST_ONSETS


def on_heard_beats(
    notes: Sequence[Note], clock: Clock, chords: Sequence[ChordMark] = ()
) -> tuple[tuple[Note, ...], tuple[TempoMark, ...], tuple[ChordMark, ...]]:
    """Notes laid on the beats that are heard in them, the first of which is tick 0, and the tempos
    in which they sound as before, but for what is before that beat; chords on the beats that are
    nearest to them."""
    times = np.array([[clock.seconds_at(t) for t in (n.start_tick, n.end_tick)] for n in notes])
    beats = heard_beats(times[:, 0])
    apart = np.diff(beats)
    slope, begin = np.polyfit(np.arange(len(beats)), beats, 1)
    if np.abs(beats - begin - slope * np.arange(len(beats))).max() < _STEADY:
        apart, beats = np.array([slope]), np.array([begin])
    quarters = [round(seconds * 1e6) for seconds in apart]
    marks = tuple(TempoMark(i * TICKS_PER_BEAT, quarter) for i, quarter in enumerate(quarters))
    heard = Clock.of(0, marks)
    laid = []
    for note, (start, end) in zip(notes, times - beats[0], strict=True):
        tick = max(round(heard.tick_at(start)), 0)
        ticks = max(round(heard.tick_at(end)) - tick, 1)
        laid.append(replace(note, start_tick=tick, duration_ticks=ticks))
    nearest = {
        max(round(heard.tick_at(clock.seconds_at(c.start_tick) - beats[0]) / TICKS_PER_BEAT), 0): c
        for c in sorted(chords)
    }
    on_beats = (ChordMark(beat * TICKS_PER_BEAT, c.symbol) for beat, c in nearest.items())
    return tuple(laid), marks, tuple(on_beats)


def heard_beats(starts_seconds: Sequence[float] | Array) -> Array:
    """When beats are heard, in seconds, from the one at the first onset or just before it.

    The path through time on which most onsets lie while the beats stay as far apart as the tempo
    says, by dynamic programming (Ellis 2007, Beat Tracking by Dynamic Programming).
    """
    starts = np.sort(np.asarray(starts_seconds, float))
    period = 60 / estimate_tempo_bpm(starts) / _FRAME
    origin = starts[0] - 2 * period * _FRAME
    frames = int((starts[-1] - origin) / _FRAME + 2 * period) + 1
    centres = (starts[np.append(True, np.diff(starts) > _NEAR)] - origin) / _FRAME
    strength = np.zeros(frames)
    reach = np.arange(-10, 11)
    for centre in centres:
        near = round(centre) + reach
        strength[near] += np.exp(-0.5 * ((near - centre) * _FRAME / _NEAR) ** 2)
    back = np.arange(int(period / _BEND), int(period * _BEND) + 1)
    cost = _STEADINESS * np.log(back / period) ** 2
    value, before = strength.copy(), np.full(frames, -1)
    for frame in range(int(back[0]), frames):
        earlier = back[: np.searchsorted(back, frame, "right")]
        best = value[frame - earlier] - cost[: len(earlier)]
        choice = int(best.argmax())
        value[frame] += best[choice]
        before[frame] = frame - earlier[choice]
    path = [int(value[-int(period) :].argmax()) + frames - int(period)]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    beats = np.array(path[::-1]) * _FRAME + origin
    first = np.searchsorted(beats, starts[0] + 2 * _NEAR, "right") - 1
    kept: Array = beats[max(int(first), 0) :]
    return kept


def estimate_tempo_bpm(starts_seconds: Sequence[float] | Array) -> float:
    """The tempo between 60 and 180 bpm whose beats and halves the onsets meet best.

    Onsets are laid on circles of one beat, half a beat and a quarter of one; the longer their mean
    vectors, the better the fit (the resonance view of tempo, e.g. Large and Kolen 1994). A mild
    preference for about 105 bpm settles octaves. With fewer than three onsets: 100.
    """
    onsets = np.array(starts_seconds)
    if len(onsets) < 3:
        return 100.0
    onsets = onsets - onsets.min()
    tempos = np.arange(60.0, 180.0, 0.5)
    beat = 60 / tempos[:, None]
    fit = sum(
        weight * np.abs(np.exp(2j * np.pi * onsets * parts / beat).mean(1))
        for parts, weight in ((1, 0.3), (2, 0.9), (4, 0.3))
    )
    preference = -0.5 * np.log2(tempos / 105) ** 2
    return float(tempos[int((fit + preference).argmax())])
