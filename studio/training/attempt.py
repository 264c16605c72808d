"""A run under way: its steps, what is kept of it on the disk, and the model at its end."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.catalog.catalog import Card, write_model
from studio.errors import BadModel, TuttiError
from studio.machine import device_name
from studio.techniques.base import Weights
from studio.techniques.contract import choose, fields
from studio.techniques.registry import technique
from studio.training import checkpoint
from studio.training.best import Best
from studio.training.card_text import learned_from
from studio.training.checkpoint import Checkpoint, no_room
from studio.training.copies import index_of
from studio.training.curves import has_converged
from studio.training.drummers import Prepare, drummers
from studio.training.evaluation import CEILING, FLOOR, HIGH, INDEX, LOW, hearing
from studio.training.fine_tuning import learned_before
from studio.training.loop import Course, Event, TrainingSet
from studio.training.plan import Controls, Plan, Reins
from studio.training.progress import Pace
from studio.training.snapshots import MOST, forget_after, keep_weights, kept_epochs

_KEEP_EVERY = 12.0  # seconds between checkpoints within an epoch
_FIRST_FEW = 6
_WEIGHTS_SHARE = 0.1  # of a long training's time, for making ready the weights that are kept
_KEEP_BEFORE_HEARING = 3.0  # seconds since the last that are not to be lost while a model is heard
_PAUSED_EVERY = 0.1
HISTORY_FILE = "history.jsonl"

Said = tuple[str, dict[str, Any]]


class Attempt:
    """A course, its rows, and the folder they are kept in. Of several processes that learn
    together, the first alone listens and writes, and the others do what it was asked."""

    def __init__(self, plan: Plan, songs: TrainingSet, folder: Path | None, device: str) -> None:
        from studio.techniques.together import agreed, process

        self._agreed, self._leads = agreed, process() == 0
        self._writes = self._leads and folder is not None
        card, self._songs, self._folder, self._device = plan.card, songs, folder, device
        kind = technique(card.technique)
        settings = choose(kind.settings, card.settings)
        rates = {field.name: (field.low, field.high) for field in fields(kind.settings)}
        self._rates = rates["learning_rate"]
        self.card = _told(plan, songs)
        prepare: Prepare = list
        if plan.drums is not None:
            prepare = drummers(plan.drums, card.genre, card.parts, songs.by_rule, settings.seed)
        weights = plan.base.weights if plan.base is not None else None
        trainer = kind.trainer(card.parts, settings, device, weights)
        heard = hearing(kind, card.parts, settings, songs.held_out, device) if self._leads else None
        hear, self._scale = heard or (None, {})
        self.course = Course(
            trainer,
            songs,
            settings.epochs,
            settings.batch_size,
            settings.seed,
            hear,
            prepare,
            kind.window_bars,
        )
        self._parameters = _size(trainer.weights())
        self._before = [dict(row) for row in plan.rows]
        self._own: list[dict[str, Any]] = []
        self._best = Best()
        last = self._before[-1] if self._before else {}
        self._epochs_before = int(last.get("epoch", 0))
        self._seconds_before = float(last.get("seconds", 0))
        self._kept_at = self._weights_after = -math.inf

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, those of the run before included."""
        return self._before + self._own

    @property
    def epoch(self) -> int:
        """Epochs that are over, those of the run before included."""
        return self._epochs_before + self.course.epoch

    def facts(self) -> dict[str, Any]:
        """What "began" says."""
        return {
            "epoch": self.epoch,
            "epochs": self._epochs_before + self.course.epochs,
            "steps": self.course.steps,
            "songs": len({song.name for song in self._songs.songs}),
            "held_out": len({song.name for song in self._songs.held_out}),
            "windows": len(self.course.windows),
            "floor": self._scale.get(FLOOR),
            "ceiling": self._scale.get(CEILING),
            "device": device_name(self._device),
            "parameters": self._parameters,
            "settings": self.card.settings,
        }

    def go_on(self) -> None:
        """Goes on from the newest checkpoint, where there is one."""
        if self._folder is None:
            return
        found = checkpoint.read(self._folder)
        self._agreed(None)  # all have read it before the first writes the next
        if found is not None:
            if found.facts["settings"] != self.card.settings:
                raise BadModel("This training began with other settings: start it anew.")
            self._own = found.facts["rows"]
            self._best.restore(found.facts.get("best"), found.tensors)
            self.course.restore(found.facts["course"])
            self.course.trainer.restore(found.tensors)  # last: it sets torch's random numbers
        if self._writes:
            forget_after(self._folder, self.epoch if found else -1)
            self._write_history()
            if found is None:
                keep_weights(self._folder, self.epoch, self.course.trainer.weights())
                self.keep()

    def keep(self) -> None:
        """Writes a checkpoint."""
        if self._folder is None or not self._writes:
            return
        facts = {
            "settings": self.card.settings,
            "rows": self._own,
            "course": self.course.facts(),
            "best": self._best.facts(),
        }
        state = self.course.trainer.state() | self._best.state()
        _whole(state)
        checkpoint.write(self._folder, Checkpoint(facts, state))
        self._kept_at = time.monotonic()

    def kept(self) -> Iterator[Said]:
        """Which epochs' weights are kept."""
        if self._folder is not None and self._writes:
            epochs = kept_epochs(self._folder)
            yield "checkpoint", {"epoch": epochs[-1], "epochs": epochs}

    def learn(self, reins: Reins) -> Generator[Said, None, str]:
        """The steps that are left; returns why it ended."""
        course, pace = self.course, Pace(self.course, self._device, self._epochs_before)
        while True:
            asked = yield from self._steer(reins, pace)
            why = self._agreed(self._why(asked))
            if why:
                break
            if course.step < course.steps:
                course.advance()
                if time.monotonic() - self._kept_at > _KEEP_EVERY:
                    self.keep()
            if course.step == course.steps:
                yield from self._close(asked.stop_when_converged)
        if course.step:  # stopped within an epoch
            yield from self._close(False, last=True)
        return why

    def _why(self, asked: Controls) -> str:
        """Why it ends here; empty where it goes on."""
        if self.course.epoch == self.course.epochs:
            return "epochs"
        if asked.stop_when_converged and not self.course.step and has_converged(self._own):
            return "converged"
        return "stopped" if asked.stop else ""

    def _steer(self, reins: Reins, pace: Pace) -> Generator[Said, None, Controls]:
        """Does what the controls ask, waits while they ask for a pause, and returns them."""
        asked = reins.now()
        if asked.paused and not asked.stop:
            self.keep()
            self.course.watch.stop()
            while asked.paused and not asked.stop:
                if pace.due:
                    yield "progress", pace.progress(paused=True)
                time.sleep(_PAUSED_EVERY)
                asked = reins.look()
            self.course.watch.go_on()
        asked = self._agreed(asked)
        rate = asked.learning_rate
        if rate is not None and math.isfinite(rate):
            low, high = self._rates
            self.course.trainer.learning_rate = min(max(rate, low), high)
        if pace.due:
            yield "progress", pace.progress()
        return asked

    def _close(self, stops_itself: bool, last: bool = False) -> Iterator[Said]:
        """Ends the epoch: its row, the checkpoint that holds it, its weights."""
        course = self.course
        unkept = time.monotonic() - self._kept_at > _KEEP_BEFORE_HEARING
        if course.listens and unkept and course.step == course.steps:
            self.keep()
        row = self._row(course.close())
        self._own.append(row)
        self._best.look(row, course.trainer.weights)
        ends = last or (stops_itself and has_converged(self._own))
        if ends and INDEX not in row:
            row |= {name: round(value, 5) for name, value in course.heard().items()}
        if self._folder is not None and self._writes:
            if ends or self._is_worth_keeping():
                began = time.monotonic()
                keep_weights(self._folder, self.epoch, course.trainer.weights())
                took = time.monotonic() - began
                self._weights_after = began + took / _WEIGHTS_SHARE
            self.keep()
            self._write_history()
        yield "epoch", row
        yield from self.kept()

    def _is_worth_keeping(self) -> bool:
        """Whether an epoch's weights are kept: all of a short training's; of a long one the first
        few, when it learns most, then as many as a tenth of its time allows, for a GAN's take a
        second to make ready."""
        few = self.course.epochs <= MOST or self.course.epoch <= _FIRST_FEW
        due = time.monotonic() >= self._weights_after
        return few or due or self.course.epoch == self.course.epochs

    def _row(self, event: Event) -> dict[str, Any]:
        """An epoch as a line of the history; the first tells floor and ceiling of the index."""
        scale = self._scale if event.epoch == 1 else {}
        row: dict[str, Any] = replace(event, values=event.values | scale).flat()
        row["epoch"] += self._epochs_before
        row["seconds"] = round(row["seconds"] + self._seconds_before, 1)
        row["learning_rate"] = float(f"{self.course.trainer.learning_rate:.6g}")
        return row

    def _write_history(self) -> None:
        if self._folder is not None and self._writes:
            lines = "".join(json.dumps(row) + "\n" for row in self.rows)
            checkpoint.put(self._folder / HISTORY_FILE, lines.encode())

    def ship(self, into: Path) -> None:
        """Writes the model; the other processes wait until it is there."""
        if self._leads:
            self._ship(into)
        self._agreed(None)

    @property
    def shipped(self) -> int:
        """The epoch whose weights the model has: the best where that can be told, else the last."""
        return self.epoch if self._best.epoch is None else self._best.epoch

    def _ship(self, into: Path) -> None:
        learned: Weights = self._best.weights or self.course.trainer.weights()
        _whole(learned)
        row = next((row for row in self._own if row["epoch"] == self.shipped), {})
        heard = row if INDEX in row else self.course.heard(learned)
        index = {name: heard[name] for name in (INDEX, LOW, HIGH) if name in heard}
        measures = {name: round(value, 3) for name, value in {**index, **self._scale}.items()}
        card = replace(self.card, parameters=self._parameters, measures=measures)
        copies = index_of(self._songs.songs, self._songs.titles)
        try:
            write_model(into / card.id, card, learned, self.rows, copies)
        except OSError as error:
            raise no_room(into / card.id, error) from error


def _told(plan: Plan, songs: TrainingSet) -> Card:
    """The plan's card with what it says of its music made true."""
    files = [*plan.data, plan.drums] if plan.drums else plan.data
    learned, held_out = (
        len({song.name for song in some}) for some in (songs.songs, songs.held_out)
    )
    card = learned_from(plan.card, files, learned, held_out)
    if plan.base is not None and plan.base.card.data != card.data:
        card = learned_before(card, plan.base.card)
    return card


def _size(weights: Weights) -> int:
    return sum(value.size for value in weights.values())


def _whole(arrays: Mapping[str, Any]) -> None:
    """Raises TuttiError where a weight is no number any more."""
    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise TuttiError(
            "The weights are no numbers any more: train again with a quarter of the learning rate."
        )
