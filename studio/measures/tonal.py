"""Harmony as a point: how near two parts, or two accompaniments, are in tonal space.

Harte, Sandler and Gasser 2006, "Detecting harmonic change in musical audio": twelve pitch-class
weights become a point on three circles (fifths, minor thirds, major thirds) of radii 1, 1 and 1/2.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from studio.music.score import Note, Score

Array = NDArray[np.float64]


def _circles() -> Array:
    pitch_class = np.arange(12)
    rows: list[Array] = []
    for radius, turn in ((1.0, 7 / 6), (1.0, 3 / 2), (0.5, 2 / 3)):
        angle = pitch_class * turn * np.pi
        rows += [radius * np.sin(angle), radius * np.cos(angle)]
    return np.array(rows).T


CIRCLES = _circles()  # (12, 6): where each pitch class lies


def chroma(notes: Iterable[Note], units: int, unit_ticks: int) -> Array:
    """How long each pitch class sounds in each unit of time, `(units, 12)`, in ticks."""
    weights = np.zeros((units, 12))
    for note in notes:
        last = min((note.end_tick - 1) // unit_ticks, units - 1)
        for unit in range(note.start_tick // unit_ticks, last + 1):
            start, end = unit * unit_ticks, (unit + 1) * unit_ticks
            heard = min(note.end_tick, end) - max(note.start_tick, start)
            weights[unit, note.pitch % 12] += heard
    return weights


def centroid(weights: Array) -> Array:
    """The tonal centroid of pitch-class weights (…, 12), as points (…, 6); NaN for silence."""
    total = weights.sum(-1, keepdims=True)
    shares = np.divide(weights, total, out=np.full_like(weights, np.nan), where=total > 0)
    points: Array = shares @ CIRCLES
    return points


def harmony_agreement(band: Score, people: Score) -> float:
    """How far two accompaniments of one melody agree in harmony: the cosine of their chroma, half
    bar by half bar, averaged over the half bars in which the people's sounds; 0 to 1.

    A silent band agrees with nothing. Drums and melody (the first track) are left out. 0 where
    people play nothing. On unseen pop the annotated chords reach about .85, the accompaniment of
    another song in the same key .38: one right chord is not the only one.
    """
    ticks = people.metre.bar_ticks // 2
    units = -(-max(band.end_tick, people.end_tick) // ticks)
    ours, theirs = (chroma(_pitched(score), units, ticks) for score in (band, people))
    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    cosines = np.divide((ours * theirs).sum(1), norms, out=np.zeros(units), where=norms > 0)
    sounding = theirs.any(axis=1)
    return float(cosines[sounding].mean()) if sounding.any() else 0.0


def _pitched(score: Score) -> list[Note]:
    return [note for track in score.tracks[1:] if not track.is_drum for note in track.notes]
