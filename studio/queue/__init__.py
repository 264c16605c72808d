"""Jobs that survive a kill: a store, its workers, and the engines that keep them alive.

Pages enter at `Store`: they submit a `Job` and read its `JobEvent`s. A worker process is `serve`,
which hands each job to a handler with a `Context`; a `LocalEngine` keeps it alive. What may die on
its own is a process that `Context.follow` starts and that does its work in `speak`. The room knows
no music: kinds of jobs, their payloads and what else lies in the store's file are others' affairs.
"""

from studio.queue.context import Context
from studio.queue.engine import LocalEngine
from studio.queue.records import Job, JobEvent, JsonObject
from studio.queue.speaking import speak
from studio.queue.store import Store
from studio.queue.worker import serve

__all__ = ["Context", "Job", "JobEvent", "JsonObject", "LocalEngine", "Store", "serve", "speak"]
