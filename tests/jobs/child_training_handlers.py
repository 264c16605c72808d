"""The handlers of the training worker, with a training reduced to its words."""

from __future__ import annotations

from functools import partial

from jobs_tools import CHILD_TRAINING

from studio.jobs.train import KIND, run
from studio.queue.worker import Handler

HANDLERS: dict[str, Handler] = {KIND: partial(run, program=(CHILD_TRAINING,))}
