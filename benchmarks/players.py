"""Who plays to the excerpts: people, models and baselines, each as bands and chord plans."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.baselines import bass_index, block_chords, parallel_motion
from benchmarks.chord_measures import ends_on_tonic
from benchmarks.interval import Figure
from benchmarks.measures import Playing
from benchmarks.retrieval import Library, moved_to, revoiced, with_drums
from studio.catalog import GENRES, models
from studio.chords import load
from studio.composing import Band, Composition, Request, load_band
from studio.composing.quantised_melody import QuantisedMelody
from studio.measures import CopyIndex
from studio.measures.similarity_index import random_band
from studio.music.harmony import ChordPlan, write_chords
from studio.music.instruments import Part
from studio.music.melody import sample_melody, samples
from studio.music.score import Note, Score
from studio.music.swing import is_swung, straighten_swing
from studio.training.excerpts import BARS, Excerpt, between

_TIMES = {"seconds for 8 bars, median": (BARS, 9), "seconds for 64 bars, median": (64, 5)}


def people(unseen: Sequence[Excerpt], library: Library) -> list[Playing]:
    """What people played, and what they played to any training song, moved to the excerpt's key."""
    rng = np.random.default_rng(0)
    borrowed = []
    for excerpt in unseen:
        song = library.any_passage(excerpt.melody, rng)
        borrowed.append(
            moved_to(song, excerpt.melody, excerpt.signature) if song else _silent(excerpt)
        )
    return [
        Playing("people", [e.score for e in unseen], [e.plan for e in unseen]),
        Playing("any song", borrowed),
    ]


def of_models(genre: str, folder: Path, unseen: Sequence[Excerpt]) -> list[Playing]:
    """Each model of the genre as a user hears it, and on people's chords."""
    found = []
    for model in models([folder])[0]:
        if model.genre == genre:
            band = load_band(folder / model.id, "cpu")
            # a seed for each: with one for all, a lucky draw would speak for the model
            first = [_played(band, e.melody, 2 * i) for i, e in enumerate(unseen)]
            again = [_played(band, e.melody, 2 * i + 1) for i, e in enumerate(unseen)]
            further = _ends(band) | _times(band)
            found.append(_playing(model.id, first, again, further))
            told = [
                _played(band, e.melody, 2 * i, _as_text(e.plan, e.score))
                for i, e in enumerate(unseen)
            ]
            found.append(_playing(f"{model.id} on people's chords", told))
    return found


def learned_before(genre: str, folder: Path, titles: set[str]) -> dict[str, int]:
    """How many of the titles are among the songs that a model of the genre learned from, by model,
    where any is and the model says: the data given is not the data it held out."""
    found = {}
    for model in models([folder])[0]:
        if model.genre == genre and (folder / model.id / CopyIndex.FILES[0]).exists():
            learned = titles & set(CopyIndex.load(folder / model.id).songs)
            if learned:
                found[model.id] = len(learned)
    return found


def _playing(
    name: str,
    pieces: Sequence[Composition],
    again: Sequence[Composition] = (),
    further: dict[str, Figure] | None = None,
) -> Playing:
    plans = [p.plan for p in pieces]
    return Playing(name, [_even(p) for p in pieces], plans, [_even(p) for p in again], further)


def _even(piece: Composition) -> Score:
    """The piece with its band made even again: people's excerpts are, and the measures count
    sixteenths."""
    melody, *parts = piece.score.tracks
    if not is_swung([note for part in parts for note in part.notes]):
        return piece.score
    return piece.score.with_tracks([melody, *map(straighten_swing, parts)])


def _played(band: Band, melody: Score, seed: int = 0, chords: str = "") -> Composition:
    return band.compose(Request(melody, band.card.id, seed, chords=chords))


def _as_text(plan: ChordPlan, score: Score) -> str:
    return write_chords(plan, score.metre).replace("N.C.", "?")


def baselines(genre: str, unseen: Sequence[Excerpt], library: Library) -> list[Playing]:
    """Rules and retrieval on the same chord plan as the models read, and random notes."""
    wanted = GENRES[genre].card("gan", {})
    parts = wanted.parts
    planner = Band(wanted, load(), None, "", "cpu")
    melodies = [e.melody for e in unseen]
    plans = [_planned(planner, melody) for melody in melodies]
    rhythms = [library.alike_in_rhythm(melody) for melody in melodies]
    songs = [
        library.alike(melody, plan.key.signature)
        for melody, plan in zip(melodies, plans, strict=True)
    ]
    blocks, textures, nearest, parallel, noise = [], [], [], [], []
    rng = np.random.default_rng(0)
    for excerpt, plan, alike, song in zip(unseen, plans, rhythms, songs, strict=True):
        melody = excerpt.melody
        silent = _silent(excerpt)
        blocks.append(with_drums(block_chords(melody, plan, parts), alike))
        parallel.append(with_drums(parallel_motion(melody, plan.key, parts), alike))
        textures.append(revoiced(alike, melody, plan, parts) if alike else silent)
        nearest.append(moved_to(song, melody, plan.key.signature) if song else silent)
        noise.append(random_band(excerpt.score, rng))
    return [
        Playing("block chords", blocks, plans, further=_block_ends(planner, parts)),
        Playing("texture", textures, plans),
        Playing("nearest song", nearest),
        Playing("parallel", parallel),
        Playing("random", noise),
    ]


def _silent(excerpt: Excerpt) -> Score:
    """Where no training song is in the metre, borrowers have nothing to play."""
    melody, *parts = excerpt.score.tracks
    return excerpt.score.with_tracks([melody, *(replace(part, notes=()) for part in parts)])


def _planned(band: Band, melody: Score) -> ChordPlan:
    return QuantisedMelody.of(melody).plan(band.planner, band.card)


# Endings, on whole melodies


def _ends(band: Band) -> dict[str, Figure]:
    tunes = [sample_melody(sample.id) for sample in samples()]
    pieces = [_played(band, tune, seed) for seed, tune in enumerate(tunes)]
    return _endings([(p.score, p.plan) for p in pieces], band.card.parts)


def _block_ends(band: Band, parts: Sequence[Part]) -> dict[str, Figure]:
    tunes = [sample_melody(sample.id) for sample in samples()]
    pairs = [(tune, _planned(band, tune)) for tune in tunes]
    return _endings([(block_chords(tune, plan, parts), plan) for tune, plan in pairs], parts)


def _endings(pieces: Sequence[tuple[Score, ChordPlan]], parts: Sequence[Part]) -> dict[str, Figure]:
    """Shares of the sample melodies whose last bass note is the tonic, and whose last chord is."""
    bass = 1 + bass_index(parts)
    lasts = [(_last(score.tracks[bass].notes), plan.key.tonic) for score, plan in pieces]
    return {
        "sample melodies: bass ends on the tonic": Figure(
            statistics.mean(last is not None and last % 12 == tonic for last, tonic in lasts)
        ),
        "sample melodies: last chord the tonic's": Figure(
            statistics.mean(ends_on_tonic(plan) for _, plan in pieces)
        ),
    }


def _last(notes: Sequence[Note]) -> int | None:
    return max(notes, key=lambda note: (note.end_tick, note.start_tick)).pitch if notes else None


# Time


def _times(band: Band) -> dict[str, Figure]:
    """Median times, planning included, the model warm."""
    return {name: Figure(_seconds(band, *how)) for name, how in _TIMES.items()}


def _seconds(band: Band, bars: int, runs: int) -> float:
    melody = many_times(sample_melody("ode-to-joy"), bars)
    _played(band, melody)
    times = []
    for seed in range(runs):
        began = time.perf_counter()
        _played(band, melody, seed)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def many_times(tune: Score, bars: int) -> Score:
    """A tune from its beginning again until it has so many bars."""
    bar = tune.metre.bar_ticks
    notes = [
        replace(note, start_tick=note.start_tick + round_ * tune.bars * bar)
        for round_ in range(-(-bars // tune.bars))
        for note in tune.tracks[0].notes
    ]
    return tune.with_tracks([between(replace(tune.tracks[0], notes=tuple(notes)), 0, bars * bar)])
