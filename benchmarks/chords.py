"""How well the chord planner guesses people's chords: the figures of RESULTS.md, in one command.

    python -m benchmarks.chords --pop ZIP --folk ZIP --leadsheets ZIP --chorales ZIP

On held-out songs, the key not told, in stretches of sixteen chords whose melody has at least eight
notes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.surroundings import Quick, say_surroundings
from studio.chords import Planner, load, plan
from studio.chords.examples import left_hand
from studio.corpus.chords import PER_BEAT, ChordSong, read_chord_songs
from studio.corpus.layouts import REGULAR_DOWNBEATS
from studio.corpus.windows import split
from studio.ground.device import prepare_torch
from studio.music.harmony import ChordPlan
from studio.music.score import Note
from studio.music.theory import NO_CHORD, PLAIN, Key, transpose_triad, triad_tones

STRETCH, LEAST_NOTES = 16, 8
GIVEN = 0.25
FEWEST = 5  # songs of a kind that make a figure
SHORT_BARS, STAYS = 8, 0.5
UP = 2  # semitones by which a tune is moved for its second half
CHROMATIC = 0.95  # a tune with less of its notes in the scale
Pairs = list[tuple[int, int]]


def planned(
    planner: Planner,
    song: ChordSong,
    known: Mapping[int, int] | None = None,
    notes: Sequence[Note] | None = None,
) -> ChordPlan:
    """The planner's chords for a song, its key not told, or for other notes of its length."""
    per_beat = song.style in PER_BEAT
    bars = -(-len(song.triads) * song.unit_ticks // song.metre.bar_ticks)
    notes = song.notes if notes is None else notes
    return plan(planner, notes, bars, song.metre, style=song.style, per_beat=per_beat, known=known)


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
    plans = [planned(planner, song) for song in songs]
    exact, covered = agreement(_pairs(plans, songs))
    right = [
        found.key.signature == song.signature for found, song in zip(plans, songs, strict=True)
    ]
    tonic = [found.triads[-1] == found.key.tonic + 12 * found.key.minor for found in plans]
    return {
        "songs": len(songs),
        "exact": exact,
        "chord tones covered": covered,
        "signature right": float(np.mean(right)),
        f"signature right, {SHORT_BARS} bars alone": short_keys(planner, songs),
        "ends on the tonic": float(np.mean(tonic)),
        **given_a_quarter(planner, songs, plans),
        **sevenths(plans, songs),
        **cases(planner, songs, plans),
    }


def _pairs(plans: Sequence[ChordPlan], songs: Sequence[ChordSong]) -> Pairs:
    return [
        (found.triads[unit], song.triads[unit])
        for found, song in zip(plans, songs, strict=True)
        for unit in stretches(song)
    ]


def given_a_quarter(
    planner: Planner, songs: Sequence[ChordSong], plans: Sequence[ChordPlan]
) -> dict[str, float]:
    """How the rest fares when a quarter of the chords is given, in groups of four."""
    free: Pairs = []
    helped: Pairs = []
    for song, alone in zip(songs, plans, strict=True):
        groups = np.random.default_rng(1).random(len(song.triads) // 4 + 1) < GIVEN
        given = np.repeat(groups, 4)[: len(song.triads)]
        known = {u: t for u, t in enumerate(song.triads) if given[u] and t != NO_CHORD}
        told = planned(planner, song, known)
        rest = [unit for unit in range(len(song.triads)) if not given[unit]]
        free += [(alone.triads[unit], song.triads[unit]) for unit in rest]
        helped += [(told.triads[unit], song.triads[unit]) for unit in rest]
    before, after = agreement(free), agreement(helped)
    return {
        "a quarter given: exact on the rest": after[0],
        "  gain, exact": after[0] - before[0],
        "  gain, covered": after[1] - before[1],
    }


def short_keys(planner: Planner, songs: Sequence[ChordSong]) -> float:
    """How often eight bars alone, every such passage of each song, tell its signature; without the
    passages that have left it, where less than half of people's chords lie in its scale."""
    right = []
    for song in songs:
        length = SHORT_BARS * song.metre.bar_ticks
        scale = Key(song.signature).scale
        for start in range(0, len(song.triads) * song.unit_ticks - length + 1, length):
            notes = [
                replace(note, start_tick=note.start_tick - start)
                for note in song.notes
                if start <= note.start_tick < start + length
            ]
            units = slice(start // song.unit_ticks, (start + length) // song.unit_ticks)
            chords = [triad for triad in song.triads[units] if triad != NO_CHORD]
            inside = [scale.issuperset(triad_tones(triad)) for triad in chords]
            if len(notes) >= LEAST_NOTES and chords and np.mean(inside) >= STAYS:
                per_beat = song.style in PER_BEAT
                found = plan(
                    planner, notes, SHORT_BARS, song.metre, style=song.style, per_beat=per_beat
                )
                right.append(found.key.signature == song.signature)
    return float(np.mean(right))


def sevenths(plans: Sequence[ChordPlan], songs: Sequence[ChordSong]) -> dict[str, float]:
    """Where the triad is right: how often what stands on it is, and plain throughout would be."""
    pairs = [
        (found.sevenths[unit], song.sevenths[unit])
        for found, song in zip(plans, songs, strict=True)
        for unit in stretches(song)
        if found.triads[unit] == song.triads[unit] != NO_CHORD
    ]
    shown = [mine == true for mine, true in pairs if mine != PLAIN]
    every = [seventh != PLAIN for found in plans for seventh in found.sevenths]
    return {
        "sevenths right": float(np.mean([mine == true for mine, true in pairs])),
        "  if all were plain": float(np.mean([true == PLAIN for _, true in pairs])),
        "  of those shown": float(np.mean(shown)) if shown else float("nan"),
        "  chords shown with one": float(np.mean(every)),
    }


def cases(
    planner: Planner, songs: Sequence[ChordSong], plans: Sequence[ChordPlan]
) -> dict[str, float]:
    """Exactness on kinds of song, and on songs that we change."""
    kinds: dict[str, Callable[[ChordSong], bool]] = {
        "three beats": lambda song: song.metre.beats == 3,
        "minor": _minor,
        "chromatic": lambda song: _in_scale(song) < CHROMATIC,
        "begins off the downbeat": lambda song: _first(song) % song.metre.bar_ticks > 0,
    }
    found = {}
    for name, belongs in kinds.items():
        some = [i for i, song in enumerate(songs) if belongs(song)]
        if len(some) >= FEWEST:
            pairs = _pairs([plans[i] for i in some], [songs[i] for i in some])
            found[f"exact, {name} ({len(some)} songs)"] = agreement(pairs)[0]
    two_hands = [
        planned(planner, song, notes=(*song.notes, *left_hand(song, np.random.default_rng(i))))
        for i, song in enumerate(songs)
    ]
    right = [a.key.signature == song.signature for a, song in zip(two_hands, songs, strict=True)]
    return found | {
        "exact, with a left hand": agreement(_pairs(two_hands, songs))[0],
        "  signature right": float(np.mean(right)),
        **modulated(planner, songs, plans),
    }


def modulated(
    planner: Planner, songs: Sequence[ChordSong], plans: Sequence[ChordPlan]
) -> dict[str, float]:
    """Songs moved up a tone for their second half, where that is twelve bars or more: how many of
    that half's chords lie in the scale of the new key, and how many are right; and how many songs
    are heard to move that were left alone."""
    inside, pairs, before = [], [], []
    for song, alone in zip(songs, plans, strict=True):
        units = len(song.triads)
        half = units // 2 // 4 * 4
        if half * song.unit_ticks < 12 * song.metre.bar_ticks:
            continue
        turn = half * song.unit_ticks
        notes = [
            replace(note, pitch=note.pitch + UP) if note.start_tick >= turn else note
            for note in song.notes
        ]
        found = planned(planner, song, notes=notes)
        later = [unit for unit in stretches(song) if unit >= half]
        scale = Key((song.signature + UP) % 12).scale
        inside += [scale.issuperset(triad_tones(found.triads[unit])) for unit in later]
        pairs += [(found.triads[u], transpose_triad(song.triads[u], UP)) for u in later]
        before += [(alone.triads[u], song.triads[u]) for u in later]
    if not pairs:
        return {}
    return {
        "second half a tone higher: in its scale": float(np.mean(inside)),
        "  exact there": agreement(pairs)[0],
        "  exact there, tune not moved": agreement(before)[0],
    }


def _minor(song: ChordSong) -> bool:
    last = [triad for triad in song.triads if triad != NO_CHORD][-1]
    return last == (song.signature + 9) % 12 + 12


def _in_scale(song: ChordSong) -> float:
    scale = Key(song.signature).scale
    return float(np.mean([note.pitch % 12 in scale for note in song.notes]))


def _first(song: ChordSong) -> int:
    return min(note.start_tick for note in song.notes)


def main(
    pop: Annotated[Path, typer.Option(help="POP909.")],
    folk: Annotated[Path, typer.Option(help="The Nottingham tunes.")],
    leadsheets: Annotated[Path, typer.Option(help="OpenEWLD.")],
    chorales: Annotated[Path, typer.Option(help="Bach's chorales.")],
    quick: Quick = False,
) -> None:
    """Prints a table for each collection; a quick run, of two songs each."""
    say_surroundings()
    prepare_torch()
    planner = load()
    paths = {"pop": pop, "folk": folk, "leadsheets": leadsheets, "chorales": chorales}
    for style, path in paths.items():
        held_out = split(read_chord_songs(path, style))[1]
        regular = [song for song in held_out if song.regular >= REGULAR_DOWNBEATS]
        typer.echo(f"\n{style}")
        for name, value in measure(planner, regular[: 2 if quick else None]).items():
            typer.echo(f"  {name:<40} {value:.3f}")


if __name__ == "__main__":
    typer.run(main)
