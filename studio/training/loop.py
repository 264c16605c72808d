"""Training: songs in, one event an epoch out, a model folder at the end."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.catalog import Card, Model, write_model
from studio.corpus.layouts import LAYOUTS, LaidOut, lay_out_all
from studio.corpus.reading import Refusal, read_songs
from studio.corpus.windows import SongRolls, Windows, as_waltz, song_rolls, split
from studio.errors import BadModel
from studio.techniques.contract import choose
from studio.techniques.registry import technique
from studio.techniques.technique import Trainer
from studio.training.copies import index_of
from studio.training.drummers import Prepare, drummers
from studio.training.files import FILES
from studio.training.fine_tuning import learned_before
from studio.training.genres import GENRES
from studio.training.hearing import HIGH, INDEX, LOW, Hear, hearing
from studio.window import WINDOW_STEPS

_HELD_OUT_WINDOWS = 64
_HEARING_SHARE = 0.05  # of the training's time
_THREE_BEATS, _FOUR_BEATS = 12, 16  # sixteenths a bar


@dataclass(frozen=True, slots=True)
class Event:
    """What training says after an epoch: mean losses, the similarity index where it was measured,
    and the time since it began, in seconds."""

    epoch: int
    seconds: float
    values: dict[str, float]

    def flat(self) -> dict[str, float]:
        """One row of `history.jsonl`."""
        rounded = {name: round(value, 5) for name, value in self.values.items()}
        return {"epoch": self.epoch, "seconds": round(self.seconds, 1), **rounded}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Laid-out songs of one collection, every twelfth held out, what was refused, the songs'
    titles by name, and which of them were arranged by rule, as their manifest says."""

    songs: list[LaidOut]
    held_out: list[LaidOut]
    refusals: list[Refusal]
    titles: dict[str, str]
    by_rule: frozenset[str] = frozenset()


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
        {song.name: song.title for song in found},
        frozenset(song.name for song in found if song.facts.get("accompaniment")),
    )


def train(
    trainer: Trainer,
    songs: TrainingSet,
    epochs: int,
    batch: int,
    seed: int,
    hear: Hear | None = None,
    prepare: Prepare = list,
    window_bars: int | None = None,
) -> Iterator[Event]:
    """Trains for `epochs` and yields an Event after each; an epoch draws as many windows as the
    songs hold without overlap.

    `hear` measures the weights after the first epoch, the last, and between as often as a
    twentieth of the time allows; `prepare` may change the songs' rolls before they are learned
    from. Windows are of `window_bars`, or of the usual length.
    """
    rolls = _with_waltzes(prepare([song_rolls(song) for song in songs.songs]))
    windows = Windows(rolls, window_bars)
    unseen = Windows([song_rolls(song) for song in songs.held_out], window_bars)
    if not len(windows):
        raise BadModel("No eight bars of these songs have a melody and every part: add music.")
    rng = np.random.default_rng(seed)
    check = unseen.batch(_HELD_OUT_WINDOWS, np.random.default_rng(seed)) if len(unseen) else []
    bars_a_window = window_bars or WINDOW_STEPS // 16
    steps = max(len(windows) // (bars_a_window * batch), 1)
    began = time.monotonic()
    listen_after = began
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
        now = time.monotonic()
        if hear is not None and (epoch == epochs or now >= listen_after):
            values |= hear(trainer.weights())
            heard = time.monotonic()
            listen_after = heard + (heard - now) / _HEARING_SHARE
        yield Event(epoch, time.monotonic() - began, values)


def _names(data: Path | Sequence[Path]) -> str:
    return " and ".join(path.name for path in ([data] if isinstance(data, Path) else data))


def _learned_from(card: Card, files: Sequence[Path], songs: TrainingSet) -> Card:
    """The card with what it says of its data made true: the genre's own text, with the numbers of
    songs in place of `{songs}` and `{held_out}`, where these files are the genre's own, byte for
    byte; else their names."""
    counts = {
        "{songs}": str(len({song.name for song in songs.songs})),
        "{held_out}": str(len({song.name for song in songs.held_out})),
    }
    own = {FILES[name] for name in GENRES[card.genre].files} if card.genre in GENRES else set()
    if own and own == {_digest(file) for file in files}:
        text = card.data
        for place, count in counts.items():
            text = text.replace(place, count)
        return replace(card, data=text)
    learned, held_out = counts.values()
    return replace(
        card,
        data=f"{_names(files)}: {learned} songs were learned from, {held_out} held out.",
        licence="That of these files, which Tutti does not know.",
        follows="Your music is yours, as far as the licence of these files allows.",
    )


def _digest(path: Path) -> str:
    """SHA-256 of a file; of a folder none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_waltzes(songs: list[SongRolls]) -> list[SongRolls]:
    """The songs; where fewer than one in twenty has three beats a bar, every fourth once more as a
    waltz."""
    in_three = sum(song.bar_steps == _THREE_BEATS for song in songs)
    in_four = [song for song in songs if song.bar_steps == _FOUR_BEATS]
    if 20 * in_three >= len(songs):
        return songs
    return songs + [as_waltz(song) for song in in_four[::4]]


def train_model(
    card: Card,
    data: Path | Sequence[Path],
    device: str,
    into: Path,
    drums: Path | None = None,
    base: Model | None = None,
) -> Iterator[Event]:
    """Trains the model that `card` describes and writes its folder under `into` at the end.

    It goes on from the model `base` where there is one. `drums` is a set of grooves that people
    played, which take the place of drums written by rule.
    The first event bears the floor and ceiling of the similarity index.
    """
    kind = technique(card.technique)
    settings = choose(kind.settings, card.settings)
    songs = read_training_set(data, card.layout)
    files = [data] if isinstance(data, Path) else list(data)
    card = _learned_from(card, [*files, drums] if drums else files, songs)
    if base is not None:
        card = learned_before(card, base.card)
    prepare: Prepare = list
    if drums is not None:
        prepare = drummers(drums, card.genre, card.parts, songs.by_rule, settings.seed)
    weights = base.weights if base is not None else None
    trainer = kind.trainer(card.parts, settings, device, weights)
    hear, scale = hearing(kind, card.parts, settings, songs.held_out, device) or (None, {})
    history: list[dict[str, float]] = []
    for event in train(
        trainer,
        songs,
        settings.epochs,
        settings.batch_size,
        settings.seed,
        hear,
        prepare,
        kind.window_bars,
    ):
        values = event.values | (scale if event.epoch == 1 else {})
        event = replace(event, values=values)
        history.append(event.flat())
        yield event
    learned = trainer.weights()
    last = {name: event.values[name] for name in (INDEX, LOW, HIGH) if hear}
    card = replace(
        card,
        parameters=sum(value.size for value in learned.values()),
        measures={name: round(value, 3) for name, value in {**last, **scale}.items()},
    )
    copies = index_of(songs.songs, songs.titles)
    write_model(into / card.id, card, learned, history, copies)
