"""What a training says, on its way through JSON and back."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from studio.training.events import (
    Began,
    Done,
    Epoch,
    Event,
    History,
    Progress,
    Snapshots,
    Stage,
    from_json,
    to_json,
)

ROW = {"epoch": 3, "seconds": 12.5, "note_loss": 1.25, "learning_rate": 0.0006}
# What an earlier version wrote into a store, by kind.
STORED: dict[str, tuple[Event, dict[str, Any]]] = {
    "stage": (Stage("Reading the songs", 0.5), {"text": "Reading the songs", "share": 0.5}),
    "began": (
        Began(0, 40, 6, 5, 1, 30, 0.3, None, "CPU, 2 cores", 120_000, {"epochs": 40}),
        {
            "epoch": 0, "epochs": 40, "steps": 6, "songs": 5, "held_out": 1, "windows": 30,
            "floor": 0.3, "ceiling": None, "device": "CPU, 2 cores", "parameters": 120_000,
            "settings": {"epochs": 40},
        },
    ),
    "history": (History((ROW,)), {"rows": [ROW]}),
    "progress": (
        Progress(4, 0.25, None, 0.0006, 412, 3.1, paused=False),
        {
            "epoch": 4, "share": 0.25, "seconds_left": None, "learning_rate": 0.0006,
            "memory_mb": 412, "steps_per_second": 3.1, "paused": False,
        },
    ),
    "epoch": (Epoch(ROW), ROW),
    "checkpoint": (Snapshots(4, (0, 2, 4)), {"epoch": 4, "epochs": [0, 2, 4]}),
    "done": (Done("my-gan", 40, "epochs"), {"model": "my-gan", "epochs": 40, "why": "epochs"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", STORED)
def test_an_event_is_stored_as_ever_and_read_again(kind: str) -> None:
    event, data = STORED[kind]
    assert to_json(event) == (kind, data)
    assert list(to_json(event)[1]) == list(data)
    assert from_json(kind, json.loads(json.dumps(data))) == event


def test_whole_numbers_stay_whole() -> None:
    event = from_json("epoch", ROW)
    assert isinstance(event, Epoch)
    assert json.dumps(event.row) == json.dumps(ROW)


def test_the_best_epoch_is_told_where_it_is_not_the_last() -> None:
    data = {"model": "my-gan", "epochs": 40, "why": "stopped", "best": 12}
    assert from_json("done", data) == Done("my-gan", 40, "stopped", 12)
    assert to_json(Done("my-gan", 40, "stopped", 12)) == ("done", data)


def test_what_is_no_number_in_json_is_none_as_a_float() -> None:
    event = from_json("epoch", {**ROW, "note_loss": None})
    assert isinstance(event, Epoch)
    assert math.isnan(event.row["note_loss"])


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("telepathy", {}),
        ("epoch", {"note_loss": 1.0}),
        ("epoch", {"epoch": 1, "note_loss": "<b>"}),
        ("history", {"rows": [[1, 2]]}),
        ("progress", {"epoch": 1}),
        ("done", {"kind": "stage", "text": "", "share": 0.0}),
    ],
)
def test_what_no_training_says_is_passed_over(kind: str, data: dict[str, Any]) -> None:
    assert from_json(kind, data) is None
