"""The loop of a training: songs in, a row an epoch out; and where it is, to go on from there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from studio.corpus.windows import SongRolls, Windows, as_waltz, song_rolls
from studio.ground.errors import BadModel, TuttiError
from studio.music.roll import WINDOW_STEPS
from studio.techniques import Trainer
from studio.training.drummers import Prepare
from studio.training.evaluation import Evaluate
from studio.training.rows import row_of
from studio.training.songs import TrainingSet

_HELD_OUT_WINDOWS = 64
EVALUATION_SHARE = 0.2  # of the training's time
_THREE_BEATS, _FOUR_BEATS = 12, 16  # sixteenths a bar


class Stopwatch:
    """Runs from the beginning, from the `seconds` there were before."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._before = seconds
        self._since: float | None = time.monotonic()

    @property
    def seconds(self) -> float:
        """While it ran."""
        return self._before + (0.0 if self._since is None else time.monotonic() - self._since)

    def stop(self) -> None:
        """Stands still from now on."""
        self._before, self._since = self.seconds, None

    def go_on(self) -> None:
        """Runs again."""
        if self._since is None:
            self._since = time.monotonic()


class Loop:
    """A training between two steps: what it learns from, where it is, and what the epoch under way
    reported so far.

    An epoch draws as many windows as the songs hold without overlap. `evaluate` measures the
    weights after the first epoch, the last, and between as often as a fifth of the time allows;
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
        evaluate: Evaluate | None = None,
        prepare: Prepare = list,
        window_bars: int | None = None,
    ) -> None:
        rolls = with_waltzes(prepare([song_rolls(song) for song in songs.songs]))
        self.windows = Windows(rolls, window_bars)
        unseen = Windows([song_rolls(song) for song in songs.held_out], window_bars)
        if not len(self.windows):
            raise BadModel("No eight bars of these songs have a melody and every part: add music.")
        self._check = (
            unseen.batch(_HELD_OUT_WINDOWS, np.random.default_rng(seed)) if len(unseen) else []
        )
        self.trainer, self.epochs, self._batch = trainer, epochs, batch
        self._evaluate = evaluate
        self._rng = np.random.default_rng(seed)
        bars_a_window = window_bars or WINDOW_STEPS // 16
        self.steps = max(len(self.windows) // (bars_a_window * batch), 1)
        self.epoch = self.step = 0
        self._reports: dict[str, list[float]] = {}
        self._evaluate_after = 0.0  # seconds of training
        self.evaluation_seconds = 0.0  # since this loop began or went on
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
    def is_evaluated(self) -> bool:
        """Whether the weights are measured when this epoch is over."""
        due = self.epoch + 1 == self.epochs or self.watch.seconds >= self._evaluate_after
        return self._evaluate is not None and due

    def close(self) -> dict[str, float]:
        """Ends the epoch, early where steps are left: a row of what it reported, and of what
        held-out songs and the evaluation say."""
        values = {name: float(np.mean(column)) for name, column in self._reports.items()}
        if self._check:
            values |= self.trainer.held_out(self._check)
        if self.is_evaluated:
            values |= self.evaluate()
        self._check_finite(values)
        self.epoch, self.step, self._reports = self.epoch + 1, 0, {}
        return row_of(self.epoch, self.watch.seconds, values)

    def evaluate(self, weights: Trainer.Weights | None = None) -> dict[str, float]:
        """The similarity index of some weights, or of the trainer's as they are; nothing where none
        can be measured."""
        if self._evaluate is None:
            return {}
        began = self.watch.seconds
        found = self._evaluate(self.trainer.weights() if weights is None else weights)
        now = self.watch.seconds
        self.evaluation_seconds += now - began
        self._evaluate_after = now + (now - began) / EVALUATION_SHARE
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
            "listen_after": self._evaluate_after,
            "reports": self._reports,
            "rng": self._rng.bit_generator.state,
        }

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Goes on from there. Raises BadModel where the songs are not the same any more."""
        if facts["windows"] != len(self.windows):
            raise BadModel("The music of this training is another than it was: start it anew.")
        self.epoch, self.step = facts["epoch"], facts["step"]
        self._evaluate_after, self._reports = facts["listen_after"], dict(facts["reports"])
        self._rng.bit_generator.state = facts["rng"]
        self.watch = Stopwatch(facts["seconds"])


def with_waltzes(songs: list[SongRolls], one_in: int = 4) -> list[SongRolls]:
    """The songs; where fewer than one in twenty has three beats a bar, one in so many of those in
    four once more as a waltz."""
    in_three = sum(song.bar_steps == _THREE_BEATS for song in songs)
    in_four = [song for song in songs if song.bar_steps == _FOUR_BEATS]
    if 20 * in_three >= len(songs):
        return songs
    return songs + [as_waltz(song) for song in in_four[::one_in]]
