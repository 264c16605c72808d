"""The handlers of the training worker, with a training reduced to its words."""

from __future__ import annotations

from functools import partial

from jobs_tools import CHILD_TRAINING

from studio.jobs.training_handlers import train
from studio.queue.worker import Handler

HANDLERS: dict[str, Handler] = {"train": partial(train, program=(CHILD_TRAINING,))}
