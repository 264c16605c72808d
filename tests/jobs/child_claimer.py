"""Claims jobs in competition with its like until there are none, and prints their ids."""

from __future__ import annotations

import sys
from pathlib import Path

from jobs_tools import wait_until

from studio.queue.store import Store

if __name__ == "__main__":
    folder, name, competitors = sys.argv[1:]
    store = Store.in_folder(Path(folder))
    store.register(name, 1, {})
    wait_until(lambda: len(store.workers()) == int(competitors))
    while job := store.claim(name, lease_seconds=60):
        print(job.id)
        store.finish(job.id, name, {"by": name})
