"""How the features of two-bar windows are counted: all windows at once, on the sixteenth grid.

A cell is one part in one window. Rolls are (cell, step, pitch); what a cell lacks is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.measures.tonal import centroid
from studio.music.score import STEP_TICKS, Metre, Score
from studio.music.theory import Key, parse_key

WINDOW_BARS = 2
_BEAT_STEPS = 4
_PITCHES = 132  # eleven octaves, so that pitch classes are a reshape

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


def tally(
    windows: Sequence[Score], metre: Metre, labels: Sequence[str], drums: Sequence[bool]
) -> dict[str, Array]:
    """Every feature by name, `(window,)`, of windows of one metre whose parts bear `labels`."""
    size, tracks = len(windows), len(labels)
    bar_steps = metre.bar_ticks // STEP_TICKS
    steps, cells = WINDOW_BARS * bar_steps, size * tracks
    notes = _gather(windows, steps)
    sounding = _roll(notes, cells, steps)
    classes = _any(sounding.reshape(cells, steps, -1, 12))
    bars = _any(sounding.reshape(cells, WINDOW_BARS, bar_steps, _PITCHES))
    own = _of_part(notes, bars)
    columns: dict[str, Array] = {}
    for track in range(1, tracks):
        for name in _OF_DRUMS if drums[track] else _OF_PITCHED:
            columns[f"{labels[track]}: {name}"] = own[name].reshape(size, tracks)[:, track]
    by_window = classes.reshape(size, tracks, steps, 12)
    points = centroid(_by_beat(by_window))
    pitched = [track for track in range(tracks) if not drums[track]]
    for a, b in combinations(pitched, 2):
        distance = np.linalg.norm(points[:, a] - points[:, b], axis=-1)
        name = f"{labels[a]} and {labels[b]}: tonal distance"
        columns[name] = _mean_where(distance, ~np.isnan(distance))
    band = [track for track in pitched if track]
    together = sounding.reshape(size, tracks, steps, _PITCHES)[:, band].any(1)
    columns["band: polyphony"] = (together.sum(2) > 2).mean(1)
    columns["band: entropy"] = _entropy(by_window[:, band].sum((1, 2)))
    begins = np.zeros((cells, steps), bool)
    begins[notes.cell, notes.start] = True
    columns["band: groove"] = _groove(begins.reshape(size, tracks, WINDOW_BARS, -1)[:, 1:])
    columns["band: in key"] = _in_key(windows, notes, tracks, band)
    return columns


_OF_PITCHED = (
    "notes", "pitch classes", "pitch", "range", "step", "duration", "empty bars",
    "qualified notes",
)  # fmt: skip
_OF_DRUMS = ("notes", "kinds", "empty bars", "hits on eighths")


@dataclass(frozen=True, slots=True)
class _Notes:
    """All notes of some windows, one entry each: `cell` = window x tracks + track; steps, pitch."""

    cell: Integers
    start: Integers
    end: Integers
    pitch: Integers


def _of_part(notes: _Notes, bars: Booleans) -> dict[str, Array]:
    """What is counted in each cell; `bars` (cell, bar, pitch) is what sounds in each bar."""
    cells = len(bars)
    long = notes.end - notes.start
    bar_classes = _any(bars.reshape(cells, WINDOW_BARS, -1, 12))
    return {
        "notes": np.bincount(notes.cell, minlength=cells).astype(float),
        "pitch classes": _mean_where(bar_classes.sum(axis=2), _any(bar_classes)),
        "kinds": _mean_where(bars.sum(axis=2), _any(bars)),
        "pitch": _cell_mean(notes.cell, notes.pitch, cells),
        "range": _range(notes, cells),
        "step": _mean_step(notes, cells),
        "duration": _cell_mean(notes.cell, long / _BEAT_STEPS, cells),
        "empty bars": 1.0 - _any(bars).mean(1),
        "qualified notes": _cell_mean(notes.cell, long >= 2, cells),
        "hits on eighths": _cell_mean(notes.cell, notes.start % 2 == 0, cells),
    }


def _gather(windows: Sequence[Score], steps: int) -> _Notes:
    """The windows' notes on the grid, cut at the window's end."""
    rows = [
        (cell, note.start_tick, note.end_tick, note.pitch)
        for cell, track in enumerate(track for window in windows for track in window.tracks)
        for note in track.notes
    ]
    cell, start, end, pitch = np.array(rows, np.int64).reshape(-1, 4).T
    half = STEP_TICKS // 2
    start, end = (start + half) // STEP_TICKS, (end + half) // STEP_TICKS
    inside = start < steps
    start, end = start[inside], np.minimum(end[inside], steps)
    return _Notes(cell[inside], start, np.maximum(end, start + 1), pitch[inside])


def _roll(notes: _Notes, cells: int, steps: int) -> Booleans:
    """Which pitch sounds when, (cell, step, pitch)."""
    lengths = notes.end - notes.start
    which = np.repeat(np.arange(len(lengths)), lengths)
    into = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    roll = np.zeros((cells, steps, _PITCHES), bool)
    roll[notes.cell[which], notes.start[which] + into, notes.pitch[which]] = True
    return roll


def _any(values: Booleans) -> Booleans:
    """Whether any holds along the third axis."""
    return np.asarray(values.any(axis=2))


def _by_beat(classes: Booleans) -> Array:
    """How long each pitch class sounds in each beat, (…, beat, 12); by the step in metres whose
    windows do not divide into quarters."""
    steps = classes.shape[-2]
    in_beat = _BEAT_STEPS if steps % _BEAT_STEPS == 0 else 1
    beats = classes.reshape(*classes.shape[:-2], steps // in_beat, in_beat, 12)
    weights: Array = beats.sum(-2).astype(float)
    return weights


def _range(notes: _Notes, cells: int) -> Array:
    """Semitones from the lowest to the highest note."""
    low, high = np.full(cells, np.inf), np.full(cells, -np.inf)
    np.minimum.at(low, notes.cell, notes.pitch)
    np.maximum.at(high, notes.cell, notes.pitch)
    return np.where(high >= low, high - low, np.nan)


def _mean_step(notes: _Notes, cells: int) -> Array:
    """Semitones from the top note of one onset to that of the next."""
    steps = int(notes.start.max(initial=0)) + 1
    tops = np.full(cells * steps, -1)
    np.maximum.at(tops, notes.cell * steps + notes.start, notes.pitch)
    places = np.flatnonzero(tops >= 0)
    same = places[1:] // steps == places[:-1] // steps
    jumps = np.abs(np.diff(tops[places]))[same]
    return _cell_mean((places[1:] // steps)[same], jumps, cells)


def _cell_mean(cell: Integers, values: NDArray[Any], cells: int) -> Array:
    """The mean of the values that belong to each cell; NaN where there are none."""
    count, total = np.bincount(cell, minlength=cells), np.bincount(cell, values, cells)
    mean: Array = np.divide(total, count, out=np.full(cells, np.nan), where=count > 0)
    return mean


def _mean_where(values: NDArray[Any], keep: Booleans) -> Array:
    """The mean along the last axis of what is kept; NaN where nothing is."""
    count = np.asarray(keep.sum(-1))
    total = np.where(keep, values, 0).sum(-1)
    mean: Array = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean


def _entropy(weights: NDArray[Any]) -> Array:
    """Entropy of the pitch classes' sounding time, (window, 12), in nats; NaN for silence."""
    total = weights.sum(1, keepdims=True)
    shares = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.where(total[:, 0] > 0, -(shares * logs).sum(1), np.nan)


def _groove(begins: Booleans) -> Array:
    """Share of (part, sixteenth) in which both or neither bar begins a note; `begins` (window,
    part, bar, step); as `band.groove` counts it."""
    alike = begins[:, :, :-1] == begins[:, :, 1:]
    share: Array = alike.mean((1, 2, 3)) if alike.size else np.full(len(begins), np.nan)
    return share


def _in_key(windows: Sequence[Score], notes: _Notes, tracks: int, band: Sequence[int]) -> Array:
    """Share of the band's notes in the window's key, or in the signature that holds most."""
    counts = np.zeros((len(windows), 12))
    ours = np.isin(notes.cell % tracks, band)
    np.add.at(counts, (notes.cell[ours] // tracks, notes.pitch[ours] % 12), 1)
    scales = np.array([[pc in Key(tonic).scale for pc in range(12)] for tonic in range(12)])
    total = counts.sum(1, keepdims=True)
    inside = np.divide(counts @ scales.T, total, out=np.full(counts.shape, np.nan), where=total > 0)
    keys = [parse_key(window.key) if window.key else None for window in windows]
    known = np.array([key.signature if key else -1 for key in keys])
    chosen = np.where(known < 0, np.nan_to_num(inside).argmax(1), known)
    picked: Array = np.take_along_axis(inside, chosen[:, None], axis=1)[:, 0]
    return picked
