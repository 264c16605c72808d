"""Seconds that a training took: without its pauses, over all its attempts, and whatever the wall
clock is set to on the way."""

from __future__ import annotations

import time


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
