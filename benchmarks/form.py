"""How far a band has people's form: fills, sections that come back, and how chords are voiced.

    python -m benchmarks.form --genre pop --data pop909_quantised.zip --drums groove_drums.zip

Whole held-out songs, and bands as they are usually arranged to their melodies.

- fills: the share of four-bar phrases whose last bar has less than half of its strokes in common
  with the bar before; people's are those of the drummers' takes.
- returns: where a section comes back, as it is heard in the melody, the share of onsets that a
  part's bar has in common with its first time, and the share of notes that are others.
- any two bars: the same share of onsets of two bars of a part that are drawn by chance.
- seconds: the share of neighbours in chords that are a semitone or a tone apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.surroundings import Quick, say_surroundings
from studio.arrangement import Form, form_of
from studio.catalog import GENRES, models
from studio.composing import Request, load_band
from studio.corpus.grooves import read_takes
from studio.ground import assets
from studio.music.instruments import KIT
from studio.music.score import STEP_TICKS, Score, Track
from studio.training.songs import read_training_set

_PHRASE, _FILL = 4, 0.5
_LEAST_BARS = 24
Cells = dict[int, set[tuple[int, int]]]  # the steps and pitches that begin in each bar


def main(
    genre: Annotated[str, typer.Option(help=f"One of {', '.join(GENRES)}.")],
    data: Annotated[list[Path], typer.Option(help="The zip or folder the genre learned from.")],
    drums: Annotated[Path, typer.Option(help="People's drumming.")],
    most: Annotated[int, typer.Option(help="Songs.")] = 12,
    quick: Quick = False,
) -> None:
    """Prints a row for people and for each model."""
    say_surroundings()
    songs = [
        song.score
        for song in read_training_set(data, GENRES[genre].layout).held_out
        if quick or song.score.bars >= _LEAST_BARS
    ][: 1 if quick else most]
    forms = [form_of(song.tracks[0].notes, song.bars, song.metre.bar_ticks) for song in songs]
    takes = [take for take in read_takes(drums) if not take.is_fill and take.bars >= 2 * _PHRASE]
    played = [(_cells(take.track, take.bar_steps * STEP_TICKS), take.bars) for take in takes]
    typer.echo(f"{'':<24}fills  returns: onsets  other notes  any two bars  seconds")
    typer.echo(
        _row(
            "people",
            songs,
            forms,
            _mean([f for c, b in played for f in _fills(c, range(_PHRASE - 1, b - 1, _PHRASE))]),
        )
    )
    for card in models([assets.SHIPPED])[0]:
        if card.genre == genre:
            band = load_band(assets.SHIPPED / card.id, "cpu")
            asked = [
                Request(song.with_tracks(song.tracks[:1]), card.id, seed)
                for seed, song in enumerate(songs)
            ]
            bands = [band.compose(band.arranged(one, {})) for one in asked]
            own = [piece.recipe.form or form for piece, form in zip(bands, forms, strict=True)]
            scores = [piece.score for piece in bands]
            fills = [f for two in zip(scores, own, strict=True) for f in _drums(*two)]
            typer.echo(_row(card.id, scores, own, _mean(fills)))


def _row(name: str, songs: Sequence[Score], forms: Sequence[Form], fills: float) -> str:
    onsets, others, chance, seconds = [], [], [], []
    rng = np.random.default_rng(0)
    for song, form in zip(songs, forms, strict=True):
        for track in song.tracks[1:]:
            if track.is_drum:
                continue
            cells = _cells(track, song.metre.bar_ticks)
            times = enumerate(form.first_time)
            firsts = [(first, bar) for bar, first in times if first is not None]
            onsets += [1 - _apart(_steps(cells, a), _steps(cells, b)) for a, b in firsts]
            others += [_apart(cells.get(a, set()), cells.get(b, set())) for a, b in firsts]
            two = rng.integers(song.bars, size=(song.bars, 2)).tolist()
            chance += [1 - _apart(_steps(cells, a), _steps(cells, b)) for a, b in two]
            seconds += list(_seconds(track))
    figures = (fills, _mean(onsets), _mean(others), _mean(chance), _mean(seconds))
    return f"{name:<24}" + "".join(f"{figure:<13.3f}" for figure in figures)


def _cells(track: Track, bar_ticks: int) -> Cells:
    found: Cells = {}
    for note in track.notes:
        tick = round(note.start_tick / STEP_TICKS) * STEP_TICKS
        found.setdefault(tick // bar_ticks, set()).add((tick % bar_ticks, note.pitch))
    return found


def _steps(cells: Cells, bar: int) -> set[int]:
    return {step for step, _ in cells.get(bar, set())}


def _apart(one: set[int] | set[tuple[int, int]], other: set[int] | set[tuple[int, int]]) -> float:
    """The share that only one of two has; not a number where both are empty."""
    return len(one ^ other) / len(one | other) if one | other else np.nan


def _drums(score: Score, form: Form) -> Iterator[bool]:
    for track in score.tracks:
        if track.is_drum:
            yield from _fills(_cells(track, score.metre.bar_ticks), sorted(form.ends)[:-1])


def _fills(cells: Cells, lasts: Iterable[int]) -> Iterator[bool]:
    """Whether the last bar of each phrase is a fill, where that and the bar before are played."""
    for last in lasts:
        two = [{c for c in cells.get(bar, set()) if c[1] in KIT} for bar in (last - 1, last)]
        if all(two):
            yield _apart(*two) > 1 - _FILL


def _seconds(track: Track) -> Iterator[bool]:
    struck: dict[int, list[int]] = {}
    for note in track.notes:
        struck.setdefault(round(note.start_tick / STEP_TICKS), []).append(note.pitch)
    for pitches in struck.values():
        yield from (high - low <= 2 for low, high in pairwise(sorted(set(pitches))))


def _mean(values: Sequence[float]) -> float:
    known = np.array(values, float)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else np.nan


if __name__ == "__main__":
    typer.run(main)
