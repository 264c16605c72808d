"""One training from songs to a model, which may be killed, paused, steered and gone on with.

A run's folder holds its checkpoints, `history.jsonl` and `epochs/`. The checkpoint is the truth:
what else lies there is made again from it, so that a kill at any moment loses at most the last
seconds of work, and no row comes twice.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from studio.catalog import Card, Model
from studio.ground.device import device_name
from studio.ground.errors import BadModel, TuttiError
from studio.techniques import Trainer, technique
from studio.training import checkpoint
from studio.training.best import Best
from studio.training.cards import learned_before, learned_from
from studio.training.checkpoint import Checkpoint, no_room
from studio.training.controls import Controls, Reins
from studio.training.copies import index_of
from studio.training.curves import has_converged
from studio.training.drummers import Prepare, drummers
from studio.training.evaluation import evaluator
from studio.training.events import Began, Done, Epoch, Event, History, Snapshots, Stage
from studio.training.folder import HISTORY_FILE, MOST, RunFolder
from studio.training.loop import Loop
from studio.training.progress import ProgressMeter
from studio.training.resolve import RunInputs
from studio.training.rows import CEILING, FLOOR, HIGH, INDEX, LOW, Row
from studio.training.songs import TrainingSet, read_training_set

_KEEP_EVERY = 12.0  # seconds between checkpoints within an epoch
_FIRST_FEW = 6
_WEIGHTS_SHARE = 0.1  # of a long training's time, for making ready the weights that are kept
_KEEP_BEFORE_EVALUATION = 3.0  # seconds that are not to be lost while a model is measured
_PAUSED_EVERY = 0.1


def train(
    inputs: RunInputs,
    folder: Path | None,
    into: Path,
    device: str,
    controls: Callable[[], Controls] = Controls,
) -> Iterator[Event]:
    """Trains, writes the model's folder under `into`, and says what happens: stages, what began,
    the rows that there are already, then progress, epochs and snapshots, and at last that it is
    done.

    It goes on from the newest checkpoint of `folder`, bit for bit on a CPU; without a folder
    nothing is kept on the way. Raises TuttiError, with a sentence, where it cannot go on.

    Under `torchrun` all processes learn together, and only the first says anything.
    """
    Trainer.join(device)
    for event in _train(inputs, folder, into, device, controls):
        if Trainer.process() == 0:
            yield event


def _train(
    inputs: RunInputs,
    folder: Path | None,
    into: Path,
    device: str,
    controls: Callable[[], Controls],
) -> Iterator[Event]:
    yield Stage("Reading the songs", 0.0)
    data = inputs.data[0] if len(inputs.data) == 1 else inputs.data
    songs = read_training_set(data, inputs.card.layout, inputs.only)
    yield Stage("Measuring what people played", 0.5)
    run = Run(inputs, songs, folder, device)
    run.go_on()
    yield run.began()
    yield History(tuple(run.rows))
    yield from run.snapshots()
    why = yield from run.learn(Reins(controls))
    yield Stage("Writing the model", 1.0)
    run.ship(into)
    best = None if run.shipped == run.epoch else run.shipped
    yield Done(inputs.card.id, run.epoch, why, best)


class Run:
    """A loop, its rows, and the folder they are kept in. Of several processes that learn
    together, the first alone measures and writes, and the others do what it was asked."""

    def __init__(
        self, inputs: RunInputs, songs: TrainingSet, folder: Path | None, device: str
    ) -> None:
        self._agreed, self._leads = Trainer.agreed, Trainer.process() == 0
        self._kept_in = RunFolder(folder) if folder and self._leads else None
        card, self._songs, self._folder, self._device = inputs.card, songs, folder, device
        kind = technique(card.technique)
        settings = kind.Settings.parse(card.settings)
        rates = {field.name: (field.low, field.high) for field in kind.Settings.fields()}
        self._rates = rates["learning_rate"]
        self.card = _card_of(inputs, songs)
        prepare: Prepare = list
        if inputs.drums is not None:
            prepare = drummers(inputs.drums, card.genre, card.parts, songs.by_rule, settings.seed)
        weights = inputs.base.weights if inputs.base is not None else None
        if reason := kind.unfit(card.parts):
            raise BadModel(reason)
        trainer = kind.trainer(card.parts, settings, device, weights)
        evaluation = (
            evaluator(kind, card.parts, settings, songs.held_out, device) if self._leads else None
        )
        evaluate, self._scale = evaluation or (None, {})
        self.loop = Loop(
            trainer,
            songs,
            settings.epochs,
            settings.batch_size,
            settings.seed,
            evaluate,
            prepare,
            kind.window_bars,
        )
        self._parameters = sum(value.size for value in trainer.weights().values())
        self._before = list(inputs.rows)
        self._own: list[Row] = []
        self._kind, self._settings, self._best = kind, settings, Best(kind.judged_by)
        last: Row = self._before[-1] if self._before else {}
        self._epochs_before = int(last.get("epoch", 0))
        self._seconds_before = float(last.get("seconds", 0))
        self._kept_at = self._weights_after = -math.inf

    @property
    def rows(self) -> list[Row]:
        """All rows, those of the run before included."""
        return self._before + self._own

    @property
    def epoch(self) -> int:
        """Epochs that are over, those of the run before included."""
        return self._epochs_before + self.loop.epoch

    def began(self) -> Began:
        """What is learned from what."""
        return Began(
            epoch=self.epoch,
            epochs=self._epochs_before + self.loop.epochs,
            steps=self.loop.steps,
            songs=len({song.name for song in self._songs.songs}),
            held_out=len({song.name for song in self._songs.held_out}),
            windows=len(self.loop.windows),
            floor=self._scale.get(FLOOR),
            ceiling=self._scale.get(CEILING),
            device=device_name(self._device),
            parameters=self._parameters,
            settings=self.card.settings,
        )

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
            self.loop.restore(found.facts["course"])
            self.loop.trainer.restore(found.tensors)  # last: it sets torch's random numbers
        if self._kept_in is not None:
            self._kept_in.forget_after(self.epoch if found else -1)
            self._write_history()
            if found is None:
                self._kept_in.keep_weights(self.epoch, self.loop.trainer.weights())
                self.keep()

    def keep(self) -> None:
        """Writes a checkpoint."""
        if self._kept_in is None:
            return
        facts = {
            "settings": self.card.settings,
            "rows": self._own,
            "course": self.loop.facts(),
            "best": self._best.facts(),
        }
        state = self.loop.trainer.state() | self._best.state()
        _whole(state)
        checkpoint.write(self._kept_in.path, Checkpoint(facts, state))
        self._kept_at = time.monotonic()

    def snapshots(self) -> Iterator[Snapshots]:
        """Which epochs' weights are kept."""
        if self._kept_in is not None:
            epochs = self._kept_in.epochs()
            yield Snapshots(epochs[-1], tuple(epochs))

    def learn(self, reins: Reins) -> Generator[Event, None, str]:
        """The steps that are left; returns why it ended."""
        loop = self.loop
        work = partial(self._kind.work, self._settings)
        meter = ProgressMeter(loop, self._device, self._epochs_before, work)
        while True:
            asked = yield from self._steer(reins, meter)
            why = self._agreed(self._why(asked))
            if why:
                break
            if loop.step < loop.steps:
                loop.advance()
                if time.monotonic() - self._kept_at > _KEEP_EVERY:
                    self.keep()
            if loop.step == loop.steps:
                yield from self._close(asked.stop_when_converged)
        if loop.step:  # stopped within an epoch
            yield from self._close(False, last=True)
        return why

    def _why(self, asked: Controls) -> str:
        """Why it ends here; empty where it goes on."""
        if self.loop.epoch == self.loop.epochs:
            return "epochs"
        if (
            asked.stop_when_converged
            and not self.loop.step
            and has_converged(self._own, self._kind)
        ):
            return "converged"
        return "stopped" if asked.stop else ""

    def _steer(self, reins: Reins, meter: ProgressMeter) -> Generator[Event, None, Controls]:
        """Does what the controls ask, waits while they ask for a pause, and returns them."""
        asked = reins.now()
        if asked.paused and not asked.stop:
            self.keep()
            self.loop.watch.stop()
            while asked.paused and not asked.stop:
                if meter.due:
                    yield meter.progress(paused=True)
                time.sleep(_PAUSED_EVERY)
                asked = reins.look()
            self.loop.watch.go_on()
        asked = self._agreed(asked)
        rate = asked.learning_rate
        if rate is not None and math.isfinite(rate):
            low, high = self._rates
            self.loop.trainer.learning_rate = min(max(rate, low), high)
        if meter.due:
            yield meter.progress()
        return asked

    def _close(self, stops_itself: bool, last: bool = False) -> Iterator[Event]:
        """Ends the epoch: its row, the checkpoint that holds it, its weights."""
        loop = self.loop
        unkept = time.monotonic() - self._kept_at > _KEEP_BEFORE_EVALUATION
        if loop.is_evaluated and unkept and loop.step == loop.steps:
            self.keep()
        row = self._row(loop.close())
        self._own.append(row)
        self._best.look(row, loop.trainer.weights)
        ends = last or (stops_itself and has_converged(self._own, self._kind))
        if ends and INDEX not in row:
            row |= {name: round(value, 5) for name, value in loop.evaluate().items()}
        if self._kept_in is not None:
            if ends or self._is_worth_keeping():
                began = time.monotonic()
                self._kept_in.keep_weights(self.epoch, loop.trainer.weights())
                took = time.monotonic() - began
                self._weights_after = began + took / _WEIGHTS_SHARE
            self.keep()
            self._write_history()
        yield Epoch(row)
        yield from self.snapshots()

    def _is_worth_keeping(self) -> bool:
        """Whether an epoch's weights are kept: all of a short training's; of a long one the first
        few, when it learns most, then as many as a tenth of its time allows, for a GAN's take a
        second to make ready."""
        few = self.loop.epochs <= MOST or self.loop.epoch <= _FIRST_FEW
        due = time.monotonic() >= self._weights_after
        return few or due or self.loop.epoch == self.loop.epochs

    def _row(self, row: dict[str, float]) -> dict[str, float]:
        """An epoch as a line of the history; the first tells floor and ceiling of the index."""
        if row["epoch"] == 1:
            row |= {name: round(value, 5) for name, value in self._scale.items()}
        row["epoch"] += self._epochs_before
        row["seconds"] = round(row["seconds"] + self._seconds_before, 1)
        row["learning_rate"] = float(f"{self.loop.trainer.learning_rate:.6g}")
        return row

    def _write_history(self) -> None:
        if self._kept_in is not None:
            lines = "".join(json.dumps(row) + "\n" for row in self.rows)
            checkpoint.put(self._kept_in.path / HISTORY_FILE, lines.encode())

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
        learned: Trainer.Weights = self._best.weights or self.loop.trainer.weights()
        _whole(learned)
        row = next((row for row in self._own if row["epoch"] == self.shipped), {})
        measured = row if INDEX in row else self.loop.evaluate(learned)
        index = {name: measured[name] for name in (INDEX, LOW, HIGH) if name in measured}
        measures = {name: round(value, 3) for name, value in {**index, **self._scale}.items()}
        card = replace(self.card, parameters=self._parameters, measures=measures)
        copies = index_of(self._songs.songs, self._songs.titles)
        opponent = self.loop.trainer.opponent()
        try:
            Model(card, learned, copies, opponent=opponent).write(into / card.id, self.rows)
        except OSError as error:
            raise no_room(into / card.id, error) from error


def _card_of(inputs: RunInputs, songs: TrainingSet) -> Card:
    """The inputs' card with what it says of its music made true."""
    files = [*inputs.data, inputs.drums] if inputs.drums else inputs.data
    learned, held_out = (
        len({song.name for song in some}) for some in (songs.songs, songs.held_out)
    )
    card = learned_from(inputs.card, files, learned, held_out)
    if inputs.base is not None and inputs.base.card.data != card.data:
        card = learned_before(card, inputs.base.card)
    return card


def _whole(arrays: Trainer.Weights) -> None:
    """Raises TuttiError where a weight is no number any more."""
    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise TuttiError(
            "The weights are no numbers any more: train again with a quarter of the learning rate."
        )
