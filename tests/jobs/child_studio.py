"""A studio reduced to its engine: runs until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

from jobs_tools import CHILD_WORKER

from studio.jobs.engines.local import LocalEngine

if __name__ == "__main__":
    LocalEngine(Path(sys.argv[1]), program=(CHILD_WORKER,)).start()
    sys.stdin.read()
