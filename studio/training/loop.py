"""Training: songs in, one event an epoch out, a model folder at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.catalog import Card, write_model
from studio.corpus.layouts import LAYOUTS, LaidOut, lay_out_all
from studio.corpus.reading import Refusal, read_songs
from studio.corpus.windows import SongRolls, Windows, as_waltz, song_rolls, split
from studio.errors import BadModel
from studio.techniques.contract import choose
from studio.techniques.registry import technique
from studio.techniques.technique import Trainer
from studio.window import WINDOW_STEPS

_HELD_OUT_WINDOWS = 64
_THREE_BEATS, _FOUR_BEATS = 12, 16  # sixteenths a bar


@dataclass(frozen=True, slots=True)
class Event:
    """What training says after an epoch: mean losses and the time since it began, in seconds."""

    epoch: int
    seconds: float
    values: dict[str, float]

    def flat(self) -> dict[str, float]:
        """One row of `history.jsonl`."""
        rounded = {name: round(value, 5) for name, value in self.values.items()}
        return {"epoch": self.epoch, "seconds": round(self.seconds, 1), **rounded}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Laid-out songs of one collection, every twelfth held out, and what was refused."""

    songs: list[LaidOut]
    held_out: list[LaidOut]
    refusals: list[Refusal]


def read_training_set(data: Path | Sequence[Path], layout: str) -> TrainingSet:
    """The songs of a zip or folder, or of several, that the layout can use; the pieces of one song
    are all learned from or all held out. Raises BadModel where fewer than two songs are left."""
    found, refusals = read_songs(data)
    songs: list[list[LaidOut]] = []
    for song in found:
        pieces, reasons = lay_out_all(song, LAYOUTS[layout])
        if pieces:
            songs.append(pieces)
        else:
            refusals.append(Refusal(song.name, reasons[0]))
    if len(songs) < 2:
        raise BadModel(f"{_names(data)} holds no songs that the {layout} layout can learn from.")
    training, held_out = split(songs)
    return TrainingSet(
        [piece for song in training for piece in song],
        [piece for song in held_out for piece in song],
        refusals,
    )


def train(
    trainer: Trainer, songs: TrainingSet, epochs: int, batch: int, seed: int
) -> Iterator[Event]:
    """Trains for `epochs` and yields an Event after each; an epoch draws as many windows as the
    songs hold without overlap."""
    windows = Windows(_with_waltzes([song_rolls(song) for song in songs.songs]))
    unseen = Windows([song_rolls(song) for song in songs.held_out])
    if not len(windows):
        raise BadModel("No eight bars of these songs have a melody and every part: add music.")
    rng = np.random.default_rng(seed)
    check = unseen.batch(_HELD_OUT_WINDOWS, np.random.default_rng(seed)) if len(unseen) else []
    bars_a_window = WINDOW_STEPS // 16
    steps = max(len(windows) // (bars_a_window * batch), 1)
    began = time.monotonic()
    for epoch in range(1, epochs + 1):
        reports: dict[str, list[float]] = {}
        for step in range(steps):
            progress = (epoch - 1 + step / steps) / epochs
            report = trainer.step(lambda: windows.batch(batch, rng), progress)
            for name, value in report.items():
                reports.setdefault(name, []).append(value)
        values = {name: float(np.mean(column)) for name, column in reports.items()}
        if check:
            values |= trainer.held_out(check)
        yield Event(epoch, time.monotonic() - began, values)


def _names(data: Path | Sequence[Path]) -> str:
    return " and ".join(path.name for path in ([data] if isinstance(data, Path) else data))


def _learned_from(card: Card, data: Path | Sequence[Path], songs: TrainingSet) -> Card:
    """The card with what it says of its data made true, where it is not the data that the genre's
    own text describes."""
    counts = f"{len(songs.songs)}", f"{len(songs.held_out)}"
    if all(count in card.data for count in counts):
        return card
    return replace(
        card,
        data=f"{_names(data)}: {counts[0]} songs were learned from, {counts[1]} held out.",
        licence="That of these files, which Tutti does not know.",
        follows="Your music is yours, as far as the licence of these files allows.",
    )


def _with_waltzes(songs: list[SongRolls]) -> list[SongRolls]:
    """The songs; where fewer than one in twenty has three beats a bar, every fourth once more as a
    waltz."""
    in_three = sum(song.bar_steps == _THREE_BEATS for song in songs)
    in_four = [song for song in songs if song.bar_steps == _FOUR_BEATS]
    if 20 * in_three >= len(songs):
        return songs
    return songs + [as_waltz(song) for song in in_four[::4]]


def train_model(
    card: Card, data: Path | Sequence[Path], device: str, into: Path
) -> Iterator[Event]:
    """Trains the model that `card` describes and writes its folder under `into` at the end."""
    settings = choose(technique(card.technique).settings, card.settings)
    songs = read_training_set(data, card.layout)
    trainer = technique(card.technique).trainer(card.parts, settings, device)
    history: list[dict[str, float]] = []
    for event in train(trainer, songs, settings.epochs, settings.batch_size, settings.seed):
        history.append(event.flat())
        yield event
    weights = trainer.weights()
    parameters = sum(value.size for value in weights.values())
    card = replace(_learned_from(card, data, songs), parameters=parameters)
    write_model(into / card.id, card, weights, history)
