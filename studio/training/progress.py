"""How quick a training is: steps a second over the last minute, what is left, memory.

What is left is told by the work that is done, for steps may become heavier on the way, and without
the seconds of measuring, which come often at first and later take a fixed share."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from studio.training.events import Progress
from studio.training.loop import EVALUATION_SHARE, Loop

_EVERY = 1.0  # seconds between two words
_LOOKS_BACK = 60  # words


class ProgressMeter:
    """Says how a loop goes on, at most once a second."""

    def __init__(
        self, loop: Loop, device: str, epochs_before: int,
        work: Callable[[float], float] = lambda progress: progress,
    ) -> None:  # fmt: skip
        """`work` is the share that is done after a share of the steps, see `Technique.work`."""
        self._loop, self._device, self._epochs_before = loop, device, epochs_before
        self._work = work
        self._said = -_EVERY
        self._past: deque[tuple[float, int]] = deque(maxlen=_LOOKS_BACK)

    @property
    def due(self) -> bool:
        """Whether a second has passed."""
        return time.monotonic() - self._said >= _EVERY

    def progress(self, paused: bool = False) -> Progress:
        """Where the loop is."""
        self._said = time.monotonic()
        loop = self._loop
        steps = loop.epoch * loop.steps + loop.step
        seconds = loop.watch.seconds - loop.evaluation_seconds
        self._past.append((seconds, steps))
        since, before = self._past[0]
        rate = (steps - before) / (seconds - since) if seconds > since else 0.0
        whole = loop.epochs * loop.steps
        done, begun = self._work(steps / whole), self._work(before / whole)
        pace = (done - begun) / (seconds - since) if seconds > since else 0.0
        return Progress(
            epoch=self._epochs_before + min(loop.epoch + 1, loop.epochs),
            share=loop.step / loop.steps if loop.epoch < loop.epochs else 1.0,
            seconds_left=round((1 - done) / pace * (1 + EVALUATION_SHARE)) if pace else None,
            learning_rate=loop.trainer.learning_rate,
            memory_mb=round(memory_bytes(self._device) / 1e6),
            steps_per_second=round(rate, 2),
            paused=paused,
        )


def memory_bytes(device: str) -> int:
    """What the training holds: on a GPU its memory, else the process's."""
    if device == "cuda":
        import torch

        return int(torch.cuda.memory_reserved())
    import psutil

    return int(psutil.Process().memory_info().rss)
