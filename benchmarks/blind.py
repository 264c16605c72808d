"""Whether bands can be told from people's: two small judges listen blind.

    python -m benchmarks.blind --genre pop --data pop909_quantised.zip

For each band the judges of `benchmarks.blind_classifier` learn from excerpts of eight bars, once
with what people played and once with what the band plays to the same melody, and then say of each
band in excerpts of other songs whether people play. Accuracy is the share of right answers: .5
where nothing tells them apart, 1 where all does, with the interval over songs. That of the judge
who does better counts; being the better of two, it lies a little over .5 even where there is no
difference.

- Tested on held-out songs, of these only on those that the judged model has not learned from. The
  judges learn from songs of the training set, which the model may have learned from, too.
- They learn from every second song; the others are what the baselines of `benchmarks.band` borrow
  from, so that nobody plays the very song that the judge hears.
- People's excerpts are cut out of songs, so the models' are, too: they play to the melody from two
  bars before to two bars after. An ending that stands where people go on would give them away.
- All stands on the sixteenth grid, in C by people's key, at one loudness; what sounds in from
  before is left out and what sounds on is cut, for both. The melody is heard with the band.
- "People, at random" calls every second of people's bands somebody else's and should give .5;
  "any song" is people's band of another song, moved to the key; "random", random notes, should give
  nearly 1.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.blind_classifier import SHORT, Case, Heard, by_features, by_roll, hear, pairs
from benchmarks.interval import Figure, figure, mean, song_weights
from benchmarks.players import baselines, people
from benchmarks.retrieval import Library
from benchmarks.surroundings import Quick, say_surroundings, surroundings
from studio.catalog import GENRES
from studio.catalog import models as cards_in
from studio.composing import Band, Request, load_band
from studio.corpus.laid_out import LaidOut
from studio.ground import assets
from studio.ground.device import prepare_torch
from studio.music.score import Score
from studio.training.excerpts import (
    BARS,
    Excerpt,
    excerpts,
    out_of_context,
    song_of,
    with_context,
)
from studio.training.songs import TrainingSet, read_training_set

LEARN = 2  # excerpts to learn from for each to test on
BY_ROLL, BY_FEATURES = "by roll", "by features"
AT_RANDOM = "people, at random"


@dataclass(frozen=True, slots=True)
class Played:
    """A band's name and what it plays to the excerpts that the judges learn from, and to those of
    the test that are `kept`."""

    name: str
    learn: Sequence[Score]
    test: Sequence[Score]
    kept: Sequence[int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The accuracy of the better judge, that of each, and on how much it stands."""

    name: str
    accuracy: Figure
    judges: dict[str, float]
    excerpts: int
    songs: int


def main(
    genre: Annotated[str, typer.Option(help=f"One of {', '.join(GENRES)}.")],
    data: Annotated[list[Path], typer.Option(help="The zip or folder the genre learned from.")],
    models: Annotated[Path, typer.Option(help="A folder of models.")] = assets.SHIPPED,
    most: Annotated[int, typer.Option(help="Excerpts to test on; twice as many to learn.")] = 150,
    into: Annotated[Path | None, typer.Option("--json", help="Write all numbers here.")] = None,
    quick: Quick = False,
) -> None:
    """Prints a row a band: how often the judges are right."""
    if genre not in GENRES:
        raise typer.BadParameter(f"There is no genre called {genre!r}.", param_hint="--genre")
    say_surroundings()
    most = 4 if quick else most
    prepare_torch()
    began = time.process_time()
    order = list(GENRES[genre].files)  # which songs are held out hangs on the order of the files
    known = sorted(data, key=lambda path: order.index(path.name) if path.name in order else -1)
    songs = read_training_set(known, GENRES[genre].layout)
    lessons, borrowed = apart(songs)
    learn, test = excerpts(lessons, LEARN * most), excerpts(songs.held_out, most)
    if not learn or not test or not borrowed:
        raise typer.BadParameter("Too few songs have eight bars of melody.", param_hint="--data")
    typer.echo(
        f"{genre}: tested on {_size(test)}, learned from {_size(learn)}\n\n"
        f"{'':<24}{'accuracy':>16}{BY_ROLL:>14}{BY_FEATURES:>14}{'excerpts':>10}{'songs':>8}"
    )
    verdicts = []
    for verdict in judge_all(genre, models, songs, learn, test, Library(borrowed), quick):
        typer.echo(_row(verdict))
        verdicts.append(verdict)
    seconds = time.process_time() - began
    typer.echo(f"\n{seconds:.0f} s of one core")
    if into is not None:
        facts = {"genre": genre} | surroundings()
        sizes = {"learned from": len(learn), "cpu seconds": round(seconds)}
        bands = {verdict.name: _as_json(verdict) for verdict in verdicts}
        text = json.dumps(facts | sizes | {"bands": bands}, indent=2, ensure_ascii=False)
        into.write_text(text + "\n", encoding="utf-8")


def apart(songs: TrainingSet) -> tuple[list[LaidOut], list[LaidOut]]:
    """The songs that the judges learn from and those that the baselines borrow from: of the
    training songs every second each, by title; none has the title of a held-out song."""
    held_out = {songs.titles[song.name] for song in songs.held_out}
    titles = dict.fromkeys(songs.titles[song.name] for song in songs.songs)
    free = [title for title in titles if title not in held_out]
    first, second = (
        [song for song in songs.songs if songs.titles[song.name] in set(free[start::2])]
        for start in (0, 1)
    )
    return first, second


def judge_all(
    genre: str,
    folder: Path,
    songs: TrainingSet,
    learn: Sequence[Excerpt],
    test: Sequence[Excerpt],
    library: Library,
    short: bool = False,
) -> Iterator[Verdict]:
    """A verdict on people themselves, on each baseline and on each model of the genre; `short`
    judges learn next to nothing."""
    listen = _Listening(learn, test, short)
    yield listen.at_random()
    for played in rules(genre, learn, test, library):
        yield listen.to(played)
    for played in of_models(genre, folder, songs, learn, test):
        if played.kept:
            yield listen.to(played)


class _Listening:
    """People's bands of both sides, heard once."""

    def __init__(self, learn: Sequence[Excerpt], test: Sequence[Excerpt], short: bool) -> None:
        self._learn, self._test, self._short = learn, test, short
        self._people = [_heard([e.score for e in side], side) for side in (learn, test)]

    def to(self, played: Played) -> Verdict:
        """How well a band can be told from people."""
        tested = [self._test[i] for i in played.kept]
        known, unknown = self._people[0], self._people[1].take(played.kept)
        return judge(
            played.name,
            pairs(known, _heard(played.learn, self._learn), _songs(self._learn)),
            pairs(unknown, _heard(played.test, tested), _songs(tested)),
            self._short,
        )

    def at_random(self) -> Verdict:
        """How well people can be told from people: every second excerpt drawn is said not to be
        theirs."""
        rng = np.random.default_rng(0)
        known, unknown = (
            Case(heard, rng.permutation(np.arange(len(heard)) % 2).astype(float), _songs(side))
            for heard, side in zip(self._people, (self._learn, self._test), strict=True)
        )
        return judge(AT_RANDOM, known, unknown, self._short)


def judge(name: str, learn: Case, test: Case, short: bool = False) -> Verdict:
    """The better judge's accuracy on the test, each having learned from the other bands; raises
    ValueError where a song is on both sides."""
    if set(learn.songs) & set(test.songs):
        raise ValueError("A song is on both sides: test on songs that were not learned from.")
    weights = song_weights(test.songs)
    found = {}
    for how, of in ((BY_ROLL, by_roll), (BY_FEATURES, by_features)):
        odds = of(learn, test, SHORT) if short else of(learn, test)
        right = (odds > 0) == (test.labels > 0)
        accuracy = figure(mean(right.astype(float), weights))
        if accuracy is not None:  # there is an excerpt
            found[how] = accuracy
    best = max(found.values(), key=lambda accuracy: accuracy.value)
    excerpts_ = len(test.songs)
    judges = {how: accuracy.value for how, accuracy in found.items()}
    return Verdict(name, best, judges, excerpts_, len(set(test.songs)))


# Who plays


def rules(
    genre: str, learn: Sequence[Excerpt], test: Sequence[Excerpt], library: Library
) -> Iterator[Played]:
    """People's band of another song, and the baselines."""
    sides = [[people(side, library)[1], *baselines(genre, side, library)] for side in (learn, test)]
    for known, unknown in zip(*sides, strict=True):
        yield Played(known.name, known.scores, unknown.scores, range(len(test)))


def of_models(
    genre: str,
    folder: Path,
    songs: TrainingSet,
    learn: Sequence[Excerpt],
    test: Sequence[Excerpt],
) -> Iterator[Played]:
    """Each model of the genre as a user hears it, a seed for each excerpt."""
    pieces = [*songs.songs, *songs.held_out]
    for card in cards_in([folder])[0]:
        if card.genre == genre:
            band = load_band(folder / card.id, "cpu")
            learned = set(band.copies.songs) if band.copies else set()
            kept = [i for i, e in enumerate(test) if songs.titles[e.song] not in learned]
            played = [
                play(band, excerpt, pieces, seed)
                for seed, excerpt in enumerate([*learn, *(test[i] for i in kept)])
            ]
            yield Played(card.id, played[: len(learn)], played[len(learn) :], kept)


def play(band: Band, excerpt: Excerpt, pieces: Sequence[LaidOut], seed: int) -> Score:
    """The band's eight bars to an excerpt, cut out of what it plays from two bars before to two
    bars after, as far as the excerpt's song among `pieces` goes."""
    line = with_context(excerpt, song_of(excerpt, pieces))
    return out_of_context(band.compose(Request(line, band.card.id, seed)).score, excerpt)


def _heard(scores: Sequence[Score], side: Sequence[Excerpt]) -> Heard:
    return hear(scores, [excerpt.signature for excerpt in side], BARS)


def _songs(side: Sequence[Excerpt]) -> tuple[str, ...]:
    return tuple(excerpt.song for excerpt in side)


# What is printed


def _size(side: Sequence[Excerpt]) -> str:
    return f"{len(side)} excerpts of {len(set(_songs(side)))} songs"


def _row(verdict: Verdict) -> str:
    accuracy = verdict.accuracy
    half = ((accuracy.high or 0.0) - (accuracy.low or 0.0)) / 2
    value = f"{accuracy.value:.3f} ±{half:.3f}"
    judges = "".join(f"{verdict.judges[how]:>14.3f}" for how in (BY_ROLL, BY_FEATURES))
    return f"{verdict.name:<24}{value:>16}{judges}{verdict.excerpts:>10}{verdict.songs:>8}"


def _as_json(verdict: Verdict) -> dict[str, Any]:
    accuracy = verdict.accuracy
    return {
        "accuracy": [accuracy.value, accuracy.low, accuracy.high],
        **verdict.judges,
        "excerpts": verdict.excerpts,
        "songs": verdict.songs,
    }


if __name__ == "__main__":
    typer.run(main)
