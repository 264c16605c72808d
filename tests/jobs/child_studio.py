"""A studio reduced to one engine: runs until it is killed, or stops it when told to."""

from __future__ import annotations

import sys
from pathlib import Path

from jobs_tools import CHILD_WORKER

from studio.queue.engine import LocalEngine

if __name__ == "__main__":
    folder, *program = sys.argv[1:]
    engine = LocalEngine(Path(folder), program=program or (CHILD_WORKER,))
    engine.start()
    if sys.stdin.readline():
        engine.stop()
