"""The listener: takes of one melody, heard one at a time, each at the same place in the tune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.ui.components.mount import component

_listener = component("listener")


def show_listener(*, key: str, takes: Sequence[Mapping[str, str]], start: str | None) -> set[str]:
    """Shows takes (`name`, `src`: the sound's address), and returns the names of those that were
    heard for a while. Whatever `start` names plays the first of them at once, one time."""
    data = {"takes": [dict(take) for take in takes], "start": start}
    result = _listener(key=key, data=data, default={"heard": []}, on_heard_change=lambda: None)
    return set(result.heard or [])
