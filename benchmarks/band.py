"""How the shipped models play: the figures of RESULTS.md, in one command.

    python -m benchmarks.band --pop pop909_quantised.zip --chorales bach_chorales.zip

Each model plays to melodies it has not learned from: eight-bar windows of its data's held-out
songs. Without data, to the sample melodies. Beside each model stand two references on the same
melodies: the real accompaniment, and the band of another song moved to the key.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from studio import midi
from studio.catalog import SHIPPED, models
from studio.composing import Band, compose, load_band
from studio.corpus.layouts import LaidOut
from studio.measures.band import clash, coverage, difference, groove, notes_per_bar
from studio.samples import sample_melody, samples
from studio.score import Note, Score, Track, map_notes
from studio.training.loop import read_training_set

BARS = 8


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Eight bars of an unseen song: melody first, then what people played to it."""

    score: Score
    signature: int


def excerpts(songs: list[LaidOut], most: int) -> list[Excerpt]:
    """Eight-bar windows, eight bars apart, that hold at least eight melody notes."""
    found = []
    for song in songs:
        bar = song.score.metre.bar_ticks
        for start in range(0, song.score.bars - BARS + 1, BARS):
            tracks = [_window(t, start * bar, (start + BARS) * bar) for t in song.score.tracks]
            if len(tracks[0].notes) >= 8:
                score = replace(song.score.with_tracks(tracks), chords=(), key=None)
                found.append(Excerpt(score, song.signature))
    order = np.random.default_rng(0).permutation(len(found))
    return [found[i] for i in order[:most]]


def _window(track: Track, start: int, end: int) -> Track:
    notes = tuple(
        Note(n.start_tick - start, n.pitch, min(n.end_tick, end) - n.start_tick, n.velocity)
        for n in track.notes
        if start <= n.start_tick < end
    )
    return replace(track, notes=notes)


def borrowed(excerpt: Excerpt, other: Excerpt) -> Score:
    """The excerpt's melody over another song's accompaniment, moved to its signature."""
    semitones = (excerpt.signature - other.signature + 6) % 12 - 6

    def move(note: Note) -> Note:
        return replace(note, pitch=min(max(note.pitch + semitones, 0), 127))

    parts = [map_notes(track, move) for track in other.score.tracks[1:]]
    return excerpt.score.with_tracks([excerpt.score.tracks[0], *parts])


def measure(band: Band, melodies: list[Score]) -> dict[str, float]:
    """The figures of one model over some melodies."""
    first = [compose(band, melody, seed=1) for melody in melodies]
    again = [compose(band, melody, seed=1) for melody in melodies]
    other = [compose(band, melody, seed=2) for melody in melodies]
    kept = [
        midi.read(piece.midi).score.tracks[0].notes == melody.tracks[0].notes
        for piece, melody in zip(first, melodies, strict=True)
    ]
    same = [a.midi == b.midi for a, b in zip(first, again, strict=True)]
    seeds = [difference(a.score, b.score) for a, b in zip(first, other, strict=True)]
    neighbours = zip(first, [*first[1:], first[0]], strict=True)
    tunes = [difference(a.score, b.score) for a, b in neighbours]
    return {
        "melodies": len(melodies),
        "melody kept note for note": statistics.mean(kept),
        "bars with two parts": statistics.mean(coverage(p.score) for p in first),
        "clash": statistics.mean(clash(p.score) for p in first),
        "notes a bar": statistics.mean(notes_per_bar(p.score) for p in first),
        "groove": statistics.mean(groove(p.score) for p in first),
        "same seed, same bytes": statistics.mean(same),
        "least difference between seeds": min(seeds),
        "mean difference between seeds": statistics.mean(seeds),
        "least difference between melodies": min(tunes),
    }


def compose_seconds(band: Band) -> float:
    """Median time of eight bars, model warm."""
    melody = _first_bars(sample_melody("ode-to-joy"))
    compose(band, melody)
    times = []
    for seed in range(15):
        began = time.perf_counter()
        compose(band, melody, seed)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _first_bars(score: Score) -> Score:
    return score.with_tracks([_window(score.tracks[0], 0, BARS * score.metre.bar_ticks)])


def main(
    pop: Annotated[Path | None, typer.Option(help="The zip that pop-gan learned from.")] = None,
    chorales: Annotated[Path | None, typer.Option(help="The zip of bach-gan.")] = None,
    most: Annotated[int, typer.Option(help="Melodies for each model.")] = 100,
) -> None:
    """Prints a table for each shipped model."""
    data = {"pop": pop, "chorale": chorales}
    for card in models()[0]:
        band = load_band(SHIPPED / card.id, "cpu")
        path = data.get(card.layout)
        typer.echo(f"\n{card.id}")
        if path is None:
            melodies = [sample_melody(sample.id) for sample in samples()]
        else:
            unseen = excerpts(read_training_set(path, card.layout).held_out, most)
            melodies = [e.score.with_tracks(e.score.tracks[:1]) for e in unseen]
            for name, of in (("clash", clash), ("notes a bar", notes_per_bar), ("groove", groove)):
                real = statistics.mean(of(e.score) for e in unseen)
                typer.echo(f"  {name + ', real accompaniment':<36} {real:.3f}")
            others = zip(unseen, [*unseen[1:], unseen[0]], strict=True)
            floor = statistics.mean(clash(borrowed(a, b)) for a, b in others)
            typer.echo(f"  {'clash, another song in this key':<36} {floor:.3f}")
        for name, value in measure(band, melodies).items():
            typer.echo(f"  {name:<36} {value:.3f}")
        typer.echo(f"  {'seconds for 8 bars, median':<36} {compose_seconds(band):.3f}")


if __name__ == "__main__":
    typer.run(main)
