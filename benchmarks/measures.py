"""Every figure of a band over some excerpts, each with its interval over songs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks import chord_measures as chords
from benchmarks.band_measures import (
    copied_bars,
    copied_passages,
    difference,
    qualified_note_rate,
    used_pitch_classes,
)
from benchmarks.interval import Array, Figure, around, figure, mean, median, song_weights
from studio.ground.errors import BadScore
from studio.measures import CopyIndex, evaluate
from studio.measures.distance import distances
from studio.measures.features import Features, cut_windows, describe
from studio.music.harmony import ChordPlan
from studio.music.score import STEP_TICKS, Score, Track
from studio.music.theory import NO_CHORD, triad_tones
from studio.training.excerpts import Excerpt

_EIGHTH = 2 * STEP_TICKS
_REDRAWN, _HALVES, _WORST = 200, 20, 4

QUALIFIED, CLASSES = "qualified notes", "pitch classes"


@dataclass(frozen=True, slots=True)
class Playing:
    """What a band plays to each excerpt; its chord plans and another seed's bands, if it has them;
    figures measured elsewhere."""

    name: str
    scores: Sequence[Score]
    plans: Sequence[ChordPlan] | None = None
    again: Sequence[Score] | None = None
    further: dict[str, Figure] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a band by name, and the features in which it is least like people's, worst
    first, in standard deviations of people's."""

    name: str
    figures: dict[str, Figure]
    worst: tuple[tuple[str, float], ...]


def measure(playing: Playing, unseen: Sequence[Excerpt], index: CopyIndex) -> Measured:
    """All figures of one band; raises BadScore where its parts are not people's."""
    _check_parts(playing, unseen)
    weights = song_weights([excerpt.song for excerpt in unseen])
    figures: dict[str, Figure | None] = {}
    people = [excerpt.score for excerpt in unseen]
    measured = [
        evaluate(score, excerpt.score, excerpt.signature)
        for score, excerpt in zip(playing.scores, unseen, strict=True)
    ]
    for name in measured[0]:
        figures[name] = figure(mean(np.array([values[name] for values in measured]), weights))
    figures |= _of_parts(playing.scores, people, weights)
    figures |= _of_copies(playing.scores, unseen, index, weights)
    if playing.again:
        pairs = zip(playing.scores, playing.again, strict=True)
        figures["two seeds, share of different"] = figure(
            mean(np.array([difference(a, b) for a, b in pairs]), weights)
        )
    if playing.plans:
        for name, of_plan in _OF_PLAN.items():
            planned = zip(playing.plans, unseen, strict=True)
            values = [of_plan(plan, excerpt) for plan, excerpt in planned]
            figures[name] = figure(mean(np.array(values), weights))
    alike, worst = _similarity(playing.scores, unseen)
    figures |= alike | (playing.further or {})
    return Measured(playing.name, {n: f for n, f in figures.items() if f is not None}, worst)


def _check_parts(playing: Playing, unseen: Sequence[Excerpt]) -> None:
    wanted = [(t.name, t.is_drum) for t in unseen[0].score.tracks[1:]]
    for score in playing.scores:
        parts = [(t.name, t.is_drum) for t in score.tracks[1:]]
        if parts != wanted:
            raise BadScore(f"{playing.name} plays {parts}, people {wanted}: give its own data.")


# The plan


def _exact(plan: ChordPlan, excerpt: Excerpt) -> float:
    return _over_chords(plan, excerpt, lambda mine, true: float(mine == true))


def _covered(plan: ChordPlan, excerpt: Excerpt) -> float:
    def share(mine: int, true: int) -> float:
        return len(set(triad_tones(mine)) & set(triad_tones(true))) / 3

    return _over_chords(plan, excerpt, share)


def _over_chords(plan: ChordPlan, excerpt: Excerpt, of: Callable[[int, int], float]) -> float:
    true = excerpt.plan
    pairs = [(plan.triad_at(u * true.unit_ticks), t) for u, t in enumerate(true.triads)]
    values = [of(mine, people) for mine, people in pairs if people != NO_CHORD]
    return sum(values) / len(values) if values else math.nan


_OF_PLAN: dict[str, Callable[[ChordPlan, Excerpt], float]] = {
    "plan: signature right": lambda plan, e: float(plan.key.signature == e.signature),
    "plan: triad as people's": _exact,
    "plan: chord tones covered": _covered,
    "CTnCTR": lambda plan, e: chords.chord_tone_ratio(e.score.tracks[0].notes, plan),
    "PCS": lambda plan, e: chords.pitch_consonance(e.score.tracks[0].notes, plan),
    "MCTD": lambda plan, e: chords.melody_chord_distance(e.score.tracks[0].notes, plan),
    "CTD": lambda plan, _: chords.chord_tonal_distance(plan.triads),
    "CHE": lambda plan, _: chords.chord_histogram_entropy(plan.triads),
}


# Parts against people's


def _of_parts(
    scores: Sequence[Score], people: Sequence[Score], weights: Array
) -> dict[str, Figure | None]:
    """Qualified notes (an eighth or longer) and pitch classes a bar of each pitched part, and their
    mean gap to people's, as a share of what people have."""
    found: dict[str, Figure | None] = {}
    gaps: list[Array] = []
    for place, track in enumerate(people[0].tracks[1:], start=1):
        if track.is_drum:
            continue
        for name, of in ((QUALIFIED, _qualified), (CLASSES, _classes)):
            ours = mean(np.array([of(score, place) for score in scores]), weights)
            theirs = mean(np.array([of(score, place) for score in people]), weights)
            found[f"{track.name}: {name}"] = figure(ours)
            gaps.append(np.abs(np.nan_to_num(ours) - theirs) / theirs)
    gap = np.mean(gaps, axis=0)
    return {"gap in qualified notes, pitch classes": around(gap), **found}


def _qualified(score: Score, place: int) -> float:
    notes = score.tracks[place].notes
    return qualified_note_rate(notes, _EIGHTH) if notes else math.nan


def _classes(score: Score, place: int) -> float:
    notes = score.tracks[place].notes
    metre = score.metre
    return used_pitch_classes(notes, score.bars, metre.bar_ticks) if notes else math.nan


# Copies


def _of_copies(
    scores: Sequence[Score], unseen: Sequence[Excerpt], index: CopyIndex, weights: Array
) -> dict[str, Figure | None]:
    signatures = [excerpt.signature for excerpt in unseen]
    pairs = list(zip(scores, signatures, strict=True))
    bars = np.array([copied_bars(index, score, signature) for score, signature in pairs])
    passages = np.array([copied_passages(index, score, signature) for score, signature in pairs])
    near = [index.nearest(score, signature) for score, signature in pairs]
    likeness = np.array([found.likeness if found else math.nan for found in near])
    return {
        "bars equal to a training bar": figure(mean(bars, weights)),
        "two bars equal to training ones": figure(mean(passages, weights)),
        "nearest training passage, median": figure(median(likeness, weights)),
    }


# Similarity


def _similarity(
    scores: Sequence[Score], unseen: Sequence[Excerpt]
) -> tuple[dict[str, Figure | None], tuple[tuple[str, float], ...]]:
    """The similarity index of `studio.measures.similarity`, its windows redrawn by song; once with
    both sides on the same songs, once with one half of the songs against the other."""
    people, songs = _windows([excerpt.score for excerpt in unseen], unseen)
    ours, own_songs = _windows(scores, unseen)
    found: dict[str, Figure | None] = {}
    worst: tuple[tuple[str, float], ...] = ()
    if songs != own_songs:
        raise BadScore("These bands play to other melodies: compare those of the same ones.")
    if not np.array_equal(people.values, ours.values, equal_nan=True):
        weights = song_weights(songs, _REDRAWN)
        apart = distances(people, ours, weights, weights)
        counted = ~np.isnan(apart[0])
        found["similarity index"] = around(np.nan_to_num(apart[:, counted]).mean(1))
        ranked = sorted(zip(ours.names, apart[0].tolist(), strict=True), key=lambda item: -item[1])
        worst = tuple((n, v) for n, v in ranked if not math.isnan(v))[:_WORST]
    half = _halves(songs)
    apart = distances(people, ours, half, 1 - half)
    counted = ~np.isnan(apart).all(axis=0)
    indices = np.nan_to_num(apart[:, counted]).mean(1)
    found["similarity index, other half"] = figure(np.concatenate([[indices.mean()], indices]))
    return found, worst


def _windows(scores: Sequence[Score], unseen: Sequence[Excerpt]) -> tuple[Features, list[str]]:
    cuts = [cut_windows(score) for score in scores]
    songs = [excerpt.song for cut, excerpt in zip(cuts, unseen, strict=True) for _ in cut]
    return describe([window for cut in cuts for window in cut]), songs


def _halves(songs: Sequence[str]) -> Array:
    """Which windows are in the first half of the songs, (halving, window), 0 or 1."""
    names, of = np.unique(songs, return_inverse=True)
    rng = np.random.default_rng(0)
    order = np.stack([rng.permutation(len(names)) for _ in range(_HALVES)])
    return np.asarray((order < len(names) / 2)[:, of].astype(float))


def _pitched(score: Score) -> list[Track]:
    return [track for track in score.tracks[1:] if not track.is_drum]
