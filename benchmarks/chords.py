"""How well the chord planner guesses people's chords: the figures of RESULTS.md, in one command.

    python -m benchmarks.chords --pop ZIP --folk ZIP --leadsheets ZIP --chorales ZIP

On held-out songs, in stretches of sixteen chords whose melody has at least eight notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from studio.composing import PLANNER
from studio.corpus.chords import PER_BEAT, ChordSong, read_chord_songs
from studio.corpus.layouts import REGULAR_DOWNBEATS
from studio.corpus.windows import split
from studio.device import prepare_torch
from studio.harmony import ChordPlan
from studio.planner.plan import Planner, load, plan
from studio.theory import NO_CHORD, triad_tones

STRETCH, LEAST_NOTES = 16, 8
GIVEN = 0.25


def planned(planner: Planner, song: ChordSong, known: dict[int, int] | None = None) -> ChordPlan:
    """The planner's chords for a song, its key not told."""
    per_beat = song.style in PER_BEAT
    bars = -(-len(song.triads) * song.unit_ticks // song.metre.bar_ticks)
    return plan(
        planner, song.notes, bars, song.metre, style=song.style, per_beat=per_beat, known=known
    )


def stretches(song: ChordSong) -> list[int]:
    """The units that count."""
    units: list[int] = []
    length = STRETCH * song.unit_ticks
    for first in range(0, len(song.triads) - STRETCH + 1, STRETCH):
        start = first * song.unit_ticks
        if sum(start <= note.start_tick < start + length for note in song.notes) >= LEAST_NOTES:
            units += range(first, first + STRETCH)
    return units


def agreement(pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Share of equal triads, and mean share of the true triad's tones that were hit."""
    heard = [(mine, true) for mine, true in pairs if true != NO_CHORD]
    exact = np.mean([mine == true for mine, true in heard])
    shared = [len(set(triad_tones(a)) & set(triad_tones(b))) / 3 for a, b in heard]
    return float(exact), float(np.mean(shared))


def measure(planner: Planner, songs: Sequence[ChordSong]) -> dict[str, float]:
    """The figures of one collection."""
    pairs, free, helped, keys, tonic = [], [], [], [], []
    for song in songs:
        alone = planned(planner, song)
        pairs += [(alone.triads[unit], song.triads[unit]) for unit in stretches(song)]
        keys.append(alone.key.signature == song.signature)
        tonic.append(alone.triads[-1] == alone.key.tonic + 12 * alone.key.minor)
        groups = np.random.default_rng(1).random(len(song.triads) // 4 + 1) < GIVEN
        given = np.repeat(groups, 4)[: len(song.triads)]
        known = {u: t for u, t in enumerate(song.triads) if given[u] and t != NO_CHORD}
        told = planned(planner, song, known)
        rest = [unit for unit in range(len(song.triads)) if not given[unit]]
        free += [(alone.triads[unit], song.triads[unit]) for unit in rest]
        helped += [(told.triads[unit], song.triads[unit]) for unit in rest]
    exact, covered = agreement(pairs)
    return {
        "songs": len(songs),
        "exact": exact,
        "chord tones covered": covered,
        "signature right": float(np.mean(keys)),
        "ends on the tonic": float(np.mean(tonic)),
        "gain by a quarter given": agreement(helped)[0] - agreement(free)[0],
    }


def main(
    pop: Annotated[Path, typer.Option(help="POP909.")],
    folk: Annotated[Path, typer.Option(help="The Nottingham tunes.")],
    leadsheets: Annotated[Path, typer.Option(help="OpenEWLD.")],
    chorales: Annotated[Path, typer.Option(help="Bach's chorales.")],
) -> None:
    """Prints a table for each collection."""
    prepare_torch()
    planner = load(PLANNER)
    paths = {"pop": pop, "folk": folk, "leadsheets": leadsheets, "chorales": chorales}
    for style, path in paths.items():
        held_out = split(read_chord_songs(path, style))[1]
        regular = [song for song in held_out if song.regular >= REGULAR_DOWNBEATS]
        typer.echo(f"\n{style}")
        for name, value in measure(planner, regular).items():
            typer.echo(f"  {name:<28} {value:.3f}")


if __name__ == "__main__":
    typer.run(main)
