"""The training worker, with a training reduced to its words and a short lease."""

from __future__ import annotations

import sys

from studio.jobs.workers import TRAINING
from studio.queue import serve

LEASE_SECONDS = 0.5

if __name__ == "__main__":
    serve(
        sys.argv[1:],
        "child_training_handlers",
        TRAINING.name,
        outlives=TRAINING.outlives,
        lease_seconds=LEASE_SECONDS,
    )
