"""The similarity index: how far a model's bands lie from people's, in one number.

Index = mean over the features of W1(people, model) / sd(people), W1 the 1-Wasserstein distance of
the two distributions over two-bar windows (see `features`). 0 is the same distribution; there is no
upper limit. It has no unit and means little alone: read it beside its floor (people against other
people) and its ceiling (random notes). Below the floor it says nothing, and a copier games it, so
stand copies and diversity beside it. Windows come in song order: neighbours are alike, and interval
and floor take them in runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.ground.errors import BadScore
from studio.measures.distance import distances, redraw
from studio.measures.features import cut_windows, describe
from studio.music.score import STEP_TICKS, Note, Score, Track

_INTERVAL = (2.5, 97.5)  # per cent


@dataclass(frozen=True, slots=True)
class Similarity:
    """`index`, its bootstrap interval of 95 %, and the distance of each feature in sd of
    people's."""

    index: float
    low: float
    high: float
    features: dict[str, float]


def similarity(
    people: Sequence[Score], model: Sequence[Score], rounds: int = 200, seed: int = 0
) -> Similarity:
    """The index of two lists of two-bar windows (`cut_windows`) with the same parts; raises
    BadScore for an empty list or different parts.

    The interval redraws both lists in runs of neighbours `rounds` times. Redrawing alone moves the
    index up, so the interval is the spread of the redrawn ones around their mean, laid about the
    index.
    """
    a, b = describe(people), describe(model)
    if not np.array_equal(a.least_spread, b.least_spread):
        raise BadScore("These bands have different parts: compare those of the same parts.")
    rng = np.random.default_rng(seed)
    whole = distances(a, b, np.ones((1, len(people))), np.ones((1, len(model))))[0]
    drawn = distances(a, b, redraw(len(people), rounds, rng), redraw(len(model), rounds, rng))
    counted = ~np.isnan(whole)
    index = float(whole[counted].mean()) if counted.any() else 0.0
    spread = np.nan_to_num(drawn[:, counted]).mean(1) if counted.any() else np.zeros(rounds)
    low, high = np.percentile(spread - spread.mean(), _INTERVAL)
    features = {a.names[i]: float(whole[i]) for i in np.flatnonzero(counted)}
    return Similarity(index, max(index + float(low), 0.0), index + float(high), features)


def floor(people: Sequence[Score], rounds: int = 20) -> float:
    """The index of one half of people's windows against the other, over `rounds` ways to halve the
    list, each half a run of neighbours, so that (nearly) no song is on both sides. A half is half
    as many windows: set beside it an index of as many. Raises BadScore for under two windows."""
    if len(people) < 2:
        raise BadScore("Half of one window is nothing to compare: give more bars of music.")
    features = describe(people)
    size = len(people)
    starts = np.linspace(0, size / 2, rounds, endpoint=False).astype(int)
    place = (np.arange(size) - starts[:, None]) % size
    half = (place < size // 2).astype(float)
    apart = distances(features, features, half, 1 - half)
    indices = np.nan_to_num(apart[:, ~np.isnan(apart).all(axis=0)]).mean(axis=1)
    return float(indices.mean())


def ceiling(songs: Sequence[Score], seed: int = 0) -> Similarity:
    """The index of random notes in people's place: `songs` are whole pieces or excerpts."""
    rng = np.random.default_rng(seed)
    people = [window for song in songs for window in cut_windows(song)]
    noise = [window for song in songs for window in cut_windows(random_band(song, rng))]
    size = min(len(people), len(noise))
    return similarity(people[:size], noise[:size], seed=seed)


def random_band(score: Score, rng: np.random.Generator) -> Score:
    """The melody with as many random notes as each part has: onsets anywhere on the sixteenth grid,
    any pitch between the part's lowest and highest, durations dealt out anew."""
    end = max(score.bars * score.metre.bar_ticks, STEP_TICKS)

    def scatter(track: Track) -> Track:
        count = len(track.notes)
        if not count:
            return track
        pitches = [note.pitch for note in track.notes]
        starts = rng.integers(0, end // STEP_TICKS, count) * STEP_TICKS
        drawn = rng.integers(min(pitches), max(pitches) + 1, count)
        lengths = rng.permutation([note.duration_ticks for note in track.notes])
        rows = zip(starts.tolist(), drawn.tolist(), lengths.tolist(), strict=True)
        notes = [Note(start, pitch, min(long, end - start)) for start, pitch, long in rows]
        return replace(track, notes=tuple(notes))

    return score.with_tracks([score.tracks[0], *(scatter(track) for track in score.tracks[1:])])
