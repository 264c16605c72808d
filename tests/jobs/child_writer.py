"""Appends events to a job of its own, then dies in the middle of a transaction."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

from studio.queue.store import FILE_NAME, Store

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    store = Store.in_folder(folder)
    job_id = store.submit("compose", {}, "ada")
    store.claim("writer", lease_seconds=60)
    for step in range(50):
        store.append(job_id, "writer", "step", {"step": step})
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE jobs SET state = 'done'")
    os.kill(os.getpid(), signal.SIGKILL)
