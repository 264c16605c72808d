"""Training: songs in, one event an epoch out; and where it is, so that it can go on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.corpus.layouts import LAYOUTS, LaidOut, lay_out_all
from studio.corpus.reading import Refusal, read_songs
from studio.corpus.windows import SongRolls, Windows, as_waltz, song_rolls, split
from studio.errors import BadModel, TuttiError
from studio.music.roll import WINDOW_STEPS
from studio.techniques.base import Trainer, Weights
from studio.training.card_text import names
from studio.training.drummers import Prepare
from studio.training.evaluation import Hear
from studio.training.stopwatch import Stopwatch

_HELD_OUT_WINDOWS = 64
_HEARING_SHARE = 0.2  # of the training's time
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


def read_training_set(
    data: Path | Sequence[Path], layout: str, only: frozenset[str] | None = None
) -> TrainingSet:
    """The songs of a zip or folder, or of several, that the layout can use, `only` those of these
    names where it is given; the pieces of one song are all learned from or all held out. Raises
    BadModel where fewer than two songs are left."""
    found, refusals = read_songs(data)
    songs: list[list[LaidOut]] = []
    for song in found:
        if only is not None and song.name not in only:
            continue
        pieces, reasons = lay_out_all(song, LAYOUTS[layout])
        if pieces:
            songs.append(pieces)
        else:
            refusals.append(Refusal(song.name, reasons[0]))
    if len(songs) < 2:
        where = names([data] if isinstance(data, Path) else data)
        if songs:
            raise BadModel(
                f"{where} holds only one song that can be learned from, and one more is needed to "
                "listen to: add music."
            )
        raise BadModel(f"{where} holds no songs that the {layout} layout can learn from.")
    training, held_out = split(songs)
    return TrainingSet(
        [piece for song in training for piece in song],
        [piece for song in held_out for piece in song],
        refusals,
        {song.name: song.title for song in found},
        frozenset(song.name for song in found if song.facts.get("accompaniment")),
    )


class Course:
    """A training between two steps: what it learns from, where it is, and what the epoch under way
    reported so far.

    An epoch draws as many windows as the songs hold without overlap. `hear` measures the weights
    after the first epoch, the last, and between as often as a fifth of the time allows;
    `prepare` may change the songs' rolls before they are learned from. Windows are of
    `window_bars`, or of the usual length.

    `epoch` counts those that are over, `step` the steps since. Its `facts` and the trainer's state
    are all that it needs to go on from.
    """

    def __init__(
        self,
        trainer: Trainer,
        songs: TrainingSet,
        epochs: int,
        batch: int,
        seed: int,
        hear: Hear | None = None,
        prepare: Prepare = list,
        window_bars: int | None = None,
    ) -> None:
        rolls = _with_waltzes(prepare([song_rolls(song) for song in songs.songs]))
        self.windows = Windows(rolls, window_bars)
        unseen = Windows([song_rolls(song) for song in songs.held_out], window_bars)
        if not len(self.windows):
            raise BadModel("No eight bars of these songs have a melody and every part: add music.")
        self._check = (
            unseen.batch(_HELD_OUT_WINDOWS, np.random.default_rng(seed)) if len(unseen) else []
        )
        self.trainer, self.epochs, self._batch, self._hear = trainer, epochs, batch, hear
        self._rng = np.random.default_rng(seed)
        bars_a_window = window_bars or WINDOW_STEPS // 16
        self.steps = max(len(self.windows) // (bars_a_window * batch), 1)
        self.epoch = self.step = 0
        self._reports: dict[str, list[float]] = {}
        self._listen_after = 0.0  # seconds of training
        self.watch = Stopwatch()

    def advance(self) -> None:
        """One step. Raises TuttiError where a loss is no number any more."""
        progress = (self.epoch + self.step / self.steps) / self.epochs
        report = self.trainer.step(lambda: self.windows.batch(self._batch, self._rng), progress)
        self._check_finite(report)
        for name, value in report.items():
            self._reports.setdefault(name, []).append(value)
        self.step += 1

    @property
    def listens(self) -> bool:
        """Whether the weights are to be heard when this epoch is over."""
        due = self.epoch + 1 == self.epochs or self.watch.seconds >= self._listen_after
        return self._hear is not None and due

    def close(self) -> Event:
        """Ends the epoch, early where steps are left: what it reported, and what held-out songs
        and the hearing say."""
        values = {name: float(np.mean(column)) for name, column in self._reports.items()}
        if self._check:
            values |= self.trainer.held_out(self._check)
        if self.listens:
            values |= self.heard()
        self._check_finite(values)
        self.epoch, self.step, self._reports = self.epoch + 1, 0, {}
        return Event(self.epoch, self.watch.seconds, values)

    def heard(self, weights: Weights | None = None) -> dict[str, float]:
        """The similarity index of some weights, or of the trainer's as they are; nothing where none
        can be measured."""
        if self._hear is None:
            return {}
        began = self.watch.seconds
        found = self._hear(self.trainer.weights() if weights is None else weights)
        now = self.watch.seconds
        self._listen_after = now + (now - began) / _HEARING_SHARE
        return found

    def _check_finite(self, report: Mapping[str, float]) -> None:
        if not np.isfinite(list(report.values())).all():
            rate = self.trainer.learning_rate
            raise TuttiError(
                "The losses are no numbers any more: train again with a learning rate under "
                f"{rate:.2g}, such as {rate / 4:.2g}."
            )

    def facts(self) -> dict[str, Any]:
        """Where it is, as JSON can say it."""
        return {
            "windows": len(self.windows),
            "epoch": self.epoch,
            "step": self.step,
            "seconds": self.watch.seconds,
            "listen_after": self._listen_after,
            "reports": self._reports,
            "rng": self._rng.bit_generator.state,
        }

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Goes on from there. Raises BadModel where the songs are not the same any more."""
        if facts["windows"] != len(self.windows):
            raise BadModel("The music of this training is another than it was: start it anew.")
        self.epoch, self.step = facts["epoch"], facts["step"]
        self._listen_after, self._reports = facts["listen_after"], dict(facts["reports"])
        self._rng.bit_generator.state = facts["rng"]
        self.watch = Stopwatch(facts["seconds"])


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
    """A whole `Course`, an event after each epoch."""
    course = Course(trainer, songs, epochs, batch, seed, hear, prepare, window_bars)
    while course.epoch < epochs:
        while course.step < course.steps:
            course.advance()
        yield course.close()


def _with_waltzes(songs: list[SongRolls]) -> list[SongRolls]:
    """The songs; where fewer than one in twenty has three beats a bar, every fourth once more as a
    waltz."""
    in_three = sum(song.bar_steps == _THREE_BEATS for song in songs)
    in_four = [song for song in songs if song.bar_steps == _FOUR_BEATS]
    if 20 * in_three >= len(songs):
        return songs
    return songs + [as_waltz(song) for song in in_four[::4]]
