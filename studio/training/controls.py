"""What a training is asked for on its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_LOOK_EVERY = 0.25  # seconds between two looks at the controls


@dataclass(frozen=True, slots=True)
class Controls:
    """What its owner asks of a training on the way; no `learning_rate` leaves it as it is."""

    paused: bool = False
    stop: bool = False
    learning_rate: float | None = None
    stop_when_converged: bool = True


class Reins:
    """The controls, looked at a few times a second."""

    def __init__(self, controls: Callable[[], Controls]) -> None:
        self._controls = controls
        self.look()

    def look(self) -> Controls:
        """The controls as they are now."""
        self._asked, self._at = self._controls(), time.monotonic()
        return self._asked

    def now(self) -> Controls:
        """The controls as they were a moment ago."""
        late = time.monotonic() - self._at > _LOOK_EVERY
        return self.look() if late else self._asked
