"""What a training says on its way from the trainer to the chart: a small class for each kind.

In a pipe, in the store and to `studio.train(watch=…)` an event is its kind and a JSON object; kinds
and keys stay as they are, for data folders of earlier versions hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from studio.queue import JsonObject
from studio.training.rows import Number, Row


@dataclass(frozen=True, slots=True)
class Stage:
    """It makes ready, or writes the model: what it does, and how far it is, 0 to 1."""

    text: str
    share: float
    kind: Literal["stage"] = "stage"


@dataclass(frozen=True, slots=True)
class Began:
    """What is learned from what: numbers of songs and of windows, floor and ceiling of the index
    where it can be measured. `epoch` of `epochs` are over, each has so many `steps`."""

    epoch: int
    epochs: int
    steps: int
    songs: int
    held_out: int
    windows: int
    floor: float | None
    ceiling: float | None
    device: str
    parameters: int
    settings: Mapping[str, Number]
    kind: Literal["began"] = "began"


@dataclass(frozen=True, slots=True)
class History:
    """All rows that there are already, those of the run before included."""

    rows: tuple[Row, ...]
    kind: Literal["history"] = "history"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where it is, at most once a second: `epoch` is the one under way, from 1, and `share` how far
    it is, 0 to 1; `seconds_left` of all epochs, None where nobody knows yet."""

    epoch: int
    share: float
    seconds_left: float | None
    learning_rate: float
    memory_mb: int
    steps_per_second: float
    paused: bool
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch is over."""

    row: Row
    kind: Literal["epoch"] = "epoch"

    @property
    def epoch(self) -> int:
        """Which, from 1."""
        return int(self.row["epoch"])


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The epochs whose weights are kept by now, the newest last; 0 is before the first."""

    epoch: int
    epochs: tuple[int, ...]
    kind: Literal["checkpoint"] = "checkpoint"


@dataclass(frozen=True, slots=True)
class Done:
    """The model is there, by its id. It ended after so many `epochs`, `why`: "epochs", "stopped" or
    "converged"; `best` is the epoch whose weights it has, where that is not the last."""

    model: str
    epochs: int
    why: str
    best: int | None = None
    kind: Literal["done"] = "done"


Event = Stage | Began | History | Progress | Epoch | Snapshots | Done
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def to_json(event: Event) -> tuple[str, JsonObject]:
    """The kind of an event, and its data as JSON can say them but for what is no number."""
    if isinstance(event, Epoch):
        return event.kind, dict(event.row)  # the row itself, as a line of `history.jsonl` has it
    return event.kind, _EVENTS.dump_python(event, mode="json", exclude_defaults=True)


def from_json(kind: str, data: JsonObject) -> Event | None:
    """The event again; None for a kind that a training does not say, and for broken data."""
    known = {"row": data} if kind == "epoch" else data
    try:
        return _EVENTS.validate_python({**known, "kind": kind})
    except ValidationError:
        return None
