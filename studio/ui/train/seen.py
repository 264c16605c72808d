"""What is known of a training from its events; a page that was away reads them all and is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from studio.queue import JobEvent

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One training as far as it was followed: `after` is the last event that was read, `rows` its
    history, `kept` the epochs whose weights are there; the rest is the newest event of its kind."""

    attempt: int = 0
    after: int = 0
    stage: Row = field(default_factory=dict)
    began: Row = field(default_factory=dict)
    progress: Row = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    kept: tuple[int, ...] = ()
    done: Row = field(default_factory=dict)


def follow(seen: Seen, events: Iterable[JobEvent]) -> Seen:
    """What is known after some more events. A new attempt begins anew and tells its history
    again; until it does, the curves stay as they were."""
    rows = {row["epoch"]: row for row in seen.rows}
    for event in events:
        if event.attempt != seen.attempt:
            seen = replace(Seen(event.attempt), rows=seen.rows, kept=seen.kept)
        if event.kind == "history":
            rows = {row["epoch"]: row for row in event.data["rows"]}
        elif event.kind == "epoch":
            rows[event.data["epoch"]] = event.data
        elif event.kind == "checkpoint":
            seen = replace(seen, kept=tuple(event.data["epochs"]))
        elif event.kind in ("stage", "began", "progress", "done"):
            newest: dict[str, Any] = {event.kind: event.data}
            seen = replace(seen, **newest)
        seen = replace(seen, after=event.sequence)
    return replace(seen, rows=tuple(rows[epoch] for epoch in sorted(rows)))
