"""What is known of a training from its events; a page that was away reads them all and is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from studio.queue import JobEvent
from studio.training import events
from studio.training.curves import Row
from studio.training.events import Began, Done, Progress, Stage


@dataclass(frozen=True, slots=True)
class RunState:
    """One training as far as it was followed: `after` is the last event that was read, `rows` its
    history, `snapshots` the epochs whose weights are kept; the rest is the newest event of its
    kind."""

    attempt: int = 0
    after: int = 0
    stage: Stage | None = None
    began: Began | None = None
    progress: Progress | None = None
    rows: tuple[Row, ...] = ()
    snapshots: tuple[int, ...] = ()
    done: Done | None = None


def follow(state: RunState, news: Iterable[JobEvent]) -> RunState:
    """What is known after some more events. A new attempt begins anew and tells its history
    again; until it does, the curves stay as they were."""
    rows = {row["epoch"]: row for row in state.rows}
    for told in news:
        if told.attempt != state.attempt:
            state = replace(RunState(told.attempt), rows=state.rows, snapshots=state.snapshots)
        match event := events.from_json(told.kind, told.data):
            case events.History():
                rows = {row["epoch"]: row for row in event.rows}
            case events.Epoch():
                rows[event.row["epoch"]] = event.row
            case events.Snapshots():
                state = replace(state, snapshots=event.epochs)
            case events.Stage():
                state = replace(state, stage=event)
            case events.Began():
                state = replace(state, began=event)
            case events.Progress():
                state = replace(state, progress=event)
            case events.Done():
                state = replace(state, done=event)
        state = replace(state, after=told.sequence)
    return replace(state, rows=tuple(rows[epoch] for epoch in sorted(rows)))
