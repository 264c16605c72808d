"""How loud people play: accents within the bar, the drums of a kit against each other, and how a
part's loudness goes with the melody's and over a song. All in MIDI velocity, 1-127.

    python -m benchmarks.dynamics POP909_ZIP GROOVE_ZIP

prints what is measured: the accents of `studio.music.instruments` and the constants of
`studio.techniques.dynamics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.surroundings import Quick, say_surroundings
from studio.corpus.bands_of import is_flat, mean_velocity
from studio.corpus.grooves import JAZZ_STYLES, ROCK_STYLES, DrumPerformance, read_performances
from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import LAYOUTS
from studio.corpus.reading import read_songs
from studio.music.instruments import ACCENTS, KIT, accent_step
from studio.music.score import Note

_DOUBT = 50  # strokes that a sixteenth must outweigh to differ from its drum's mean


def accents(songs: Iterable[LaidOut], part: int) -> tuple[int, ...]:
    """By sixteenth of a 4/4 bar, how much louder than its mean the song's track `part` (0 is the
    melody) is played there; sixteen numbers. Songs whose part is flat say nothing."""
    sums, counts = np.zeros(ACCENTS), np.zeros(ACCENTS)
    for song in songs:
        notes = song.score.tracks[part].notes
        if is_flat(notes):
            continue
        places = [accent_step(note.start_tick, song.score.metre) for note in notes]
        np.add.at(sums, places, _above_mean(notes))
        np.add.at(counts, places, 1)
    return _rounded(sums / (counts + _DOUBT))


def kit_accents(performances: Iterable[DrumPerformance]) -> dict[int, tuple[int, ...]]:
    """For each drum of the kit what `accents` is for a part: against the mean of all the drummer's
    strokes, so that a drum that is played softer than the kit has negative numbers all through.
    Where a drum is hardly struck, its own mean stands."""
    sums, counts = np.zeros((len(KIT), ACCENTS)), np.zeros((len(KIT), ACCENTS))
    for performance in performances:
        notes = performance.track.notes
        drums = [KIT.index(note.pitch) for note in notes]
        places = [accent_step(note.start_tick, performance.metre) for note in notes]
        np.add.at(sums, (drums, places), _above_mean(notes))
        np.add.at(counts, (drums, places), 1)
    own = sums.sum(axis=1, keepdims=True) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    table = (sums + _DOUBT * own) / (counts + _DOUBT)
    return {drum: _rounded(row) for drum, row in zip(KIT, table, strict=True)}


def follows_melody(songs: Iterable[LaidOut], part: int) -> float:
    """How many steps of velocity the part's mean in a bar rises for one of the melody's: the slope
    of a regression over all bars in which both begin a note, each song about its own means."""
    products, squares = 0.0, 0.0
    for song in songs:
        melody, other = _by_bar(song, 0), _by_bar(song, part)
        both = ~np.isnan(melody) & ~np.isnan(other)
        if both.any():
            x, y = melody[both] - melody[both].mean(), other[both] - other[both].mean()
            products += float((x * y).sum())
            squares += float((x * x).sum())
    return products / squares if squares else 0.0


def over_the_song(songs: Iterable[LaidOut], part: int, stretches: int) -> tuple[float, ...]:
    """How much louder than its mean over the song the part is in each of `stretches` equal spans of
    bars, on average over the songs; 0 where it never plays."""
    found: list[list[float]] = [[] for _ in range(stretches)]
    for song in songs:
        bars = _by_bar(song, part)
        if np.isnan(bars).all():
            continue
        spans = np.array_split(bars - np.nanmean(bars), stretches)
        for span, heard in zip(spans, found, strict=True):
            heard += span[~np.isnan(span)].tolist()
    return tuple(float(np.mean(heard)) if heard else 0.0 for heard in found)


def _by_bar(song: LaidOut, part: int) -> NDArray[np.float64]:
    """The mean velocity of the notes that begin in each bar, NaN where none does."""
    notes, bar_ticks = song.score.tracks[part].notes, song.score.metre.bar_ticks
    bars = np.array([note.start_tick // bar_ticks for note in notes], int)
    sums = np.bincount(bars, [note.velocity for note in notes], song.score.bars)
    counts = np.bincount(bars, minlength=song.score.bars)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _above_mean(notes: Sequence[Note]) -> NDArray[np.float64]:
    velocities = np.array([note.velocity for note in notes], float)
    return np.asarray(velocities - velocities.mean())


def _rounded(values: NDArray[np.float64]) -> tuple[int, ...]:
    return tuple(int(value) for value in np.rint(values))


def main(pop: Path, drums: Path, quick: Quick = False) -> None:
    """Prints the figures of POP909's accompaniments and of the Groove MIDI Dataset's drummers; a
    quick run, of two songs."""
    say_surroundings()
    layout = LAYOUTS["pop"]
    found = [layout.lay_out(song) for song in read_songs(pop)[0][: 2 if quick else None]]
    songs = [song for song in found if isinstance(song, LaidOut)]
    for part, name in enumerate(layout.parts, 1):
        typer.echo(f"{name}: mean velocity {mean_velocity(songs, part)}")
        typer.echo(f"  accents {accents(songs, part)}")
        typer.echo(f"  follows the melody by {follows_melody(songs, part):.2f}")
        over = ", ".join(f"{value:+.1f}" for value in over_the_song(songs, part, 10))
        typer.echo(f"  over the song in tenths {over}")
    for name, styles in (("rock", ROCK_STYLES), ("jazz", JAZZ_STYLES)):
        performances = read_performances(drums, styles)
        typer.echo(f"{name}: {len(performances)} performances")
        for drum, row in kit_accents(performances).items():
            typer.echo(f"  {drum} {row}")


if __name__ == "__main__":
    typer.run(main)
