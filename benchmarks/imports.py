"""How often what is believed of a file is right: the key of tunes that a program wrote C major
over, and the bars of tunes whose upbeat begins at tick 0.

    python -m benchmarks.imports --folk ZIP
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer

from benchmarks.surroundings import Quick, say_surroundings
from studio.catalog import Card
from studio.chords import Planner, load
from studio.composing.quantised_melody import QuantisedMelody
from studio.corpus import reading
from studio.ground.assets import SHIPPED
from studio.ground.device import prepare_torch
from studio.music import midi
from studio.music.harmony import implied_triads, unit_ticks
from studio.music.melody import from_file
from studio.music.score import TICKS_PER_BEAT, Metre, Note, Score, Track, map_notes
from studio.music.theory import NO_CHORD, Key

IRISH = "oneills1850"  # of music21's corpus
TUNES, LEAST_NOTES = 145, 24
_FEW = 2


class Printed(NamedTuple):
    """A tune and the triads that are printed over it, one a half bar."""

    melody: Score
    triads: tuple[int, ...]
    ticks: int


def main(
    folk: Annotated[Path, typer.Option(help="Tunes with chords as a second track (Nottingham).")],
    quick: Quick = False,
) -> None:
    """Prints both tables; a quick run, of two tunes each."""
    say_surroundings()
    prepare_torch()
    planner, card = load(), Card.read(SHIPPED / "pop-gan")
    count = _FEW if quick else TUNES
    told: dict[str, list[bool]] = {"none": [], "C major": [], "its own": []}
    for tune, key in irish(count):
        for name, marked in zip(told, (None, "C major", str(key)), strict=True):
            file = midi.read(midi.write(replace(tune, key=marked)))
            melody = QuantisedMelody.of(from_file(file).score)
            told[name].append(melody.plan(planner, card).key.signature == key.signature)
    typer.echo(
        f"\n{len(told['none'])} Irish tunes: signature right, by the key that the file names"
    )
    for name, right in told.items():
        typer.echo(f"  {name:<40} {np.mean(right):.3f}")
    tunes = printed(folk)[: 2 * _FEW if quick else None]
    typer.echo(f"\n{len(tunes)} folk tunes: chords as printed, upbeat at tick 0")
    for name, value in pickups(planner, card, tunes).items():
        typer.echo(f"  {name:<40} {value:.3f}")


def irish(count: int) -> Iterator[tuple[Score, Key]]:
    """Tunes of the corpus that stay in one key and metre, with the key that their source names."""
    import music21

    folder = Path(music21.__path__[0]) / "corpus" / IRISH
    for path in sorted(folder.glob("*.abc")):
        parsed: Any = music21.converter.parse(path)
        for score in parsed.scores:
            found = _tune(score)
            if found is not None:
                yield found
                count -= 1
            if not count:
                return


def _tune(score: Any) -> tuple[Score, Key] | None:
    flat = score.flatten()
    keys = {sign.sharps for sign in flat.getElementsByClass("KeySignature")}
    metres = {sign.ratioString for sign in flat.getElementsByClass("TimeSignature")}
    if len(keys) != 1 or len(metres) != 1:
        return None
    notes = [
        Note(round(n.offset * TICKS_PER_BEAT), n.pitches[-1].midi,
             max(round(n.quarterLength * TICKS_PER_BEAT), 1))
        for n in flat.notes if n.pitches and n.quarterLength
    ]  # fmt: skip
    if len(notes) < LEAST_NOTES:
        return None
    beats, unit = (int(number) for number in metres.pop().split("/"))
    tune = Score((Track("Melody", tuple(notes)),), metre=Metre(beats, unit))
    return tune, Key.of_signature(keys.pop())


def printed(folk: Path) -> list[Printed]:
    """Tunes of a collection in one metre, their bars as they are printed."""
    found = []
    for song in reading.read_songs(folk)[0]:
        tracks = song.score.tracks
        if len(tracks) < 2 or len(song.metres) > 1 or len(tracks[0].notes) < LEAST_NOTES:
            continue
        metre = song.score.metre
        ticks = unit_ticks(metre, per_beat=False)
        units = song.score.bars * metre.bar_ticks // ticks
        melody = Score(tracks[:1], metre=metre)
        found.append(Printed(melody, implied_triads(tracks[1].notes, units, ticks), ticks))
    return found


def pickups(planner: Planner, card: Card, tunes: list[Printed]) -> dict[str, float]:
    """Shares of half bars with the printed triad, and of tunes whose bars were found."""
    agree: dict[str, list[bool]] = {"bars as printed": [], "heard": [], "as the file has them": []}
    found: list[bool] = []
    moved: list[bool] = []
    for tune in tunes:
        notes, bar = tune.melody.tracks[0].notes, tune.melody.metre.bar_ticks
        first = notes[0].start_tick
        cut = map_notes(tune.melody.tracks[0], lambda n, by=first: _earlier(n, by))  # type: ignore[misc]
        file = midi.read(midi.write(tune.melody.with_tracks([cut])))
        heard = from_file(file).score
        right = heard.tracks[0].notes[0].start_tick == first % bar
        if first % bar == 0:
            moved.append(not right)
            continue
        found.append(right)
        ways = (tune.melody, heard, from_file(file, pickup=0).score)
        for name, melody in zip(agree, ways, strict=True):
            agree[name] += _agreement(planner, card, melody, tune)
    return {
        **{name: float(np.mean(pairs)) for name, pairs in agree.items() if pairs},
        "tunes whose upbeat was found": float(np.mean(found) if found else np.nan),
        "tunes without one that were moved": float(np.mean(moved) if moved else np.nan),
    }


def _earlier(note: Note, ticks: int) -> Note:
    return replace(note, start_tick=note.start_tick - ticks)


def _agreement(planner: Planner, card: Card, melody: Score, tune: Printed) -> list[bool]:
    plan = QuantisedMelody.of(melody).plan(planner, replace(card, harmony="folk"))
    late = melody.tracks[0].notes[0].start_tick - tune.melody.tracks[0].notes[0].start_tick
    middles = ((unit * tune.ticks + tune.ticks // 2, t) for unit, t in enumerate(tune.triads))
    return [plan.triad_at(tick + late) == triad for tick, triad in middles if triad != NO_CHORD]


if __name__ == "__main__":
    typer.run(main)
