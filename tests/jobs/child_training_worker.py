"""The training worker, with a training reduced to its words and a short lease."""

from __future__ import annotations

import sys

from studio.jobs.training_worker import main

LEASE_SECONDS = 0.5

if __name__ == "__main__":
    main(sys.argv[1:], handlers_module="child_training_handlers", lease_seconds=LEASE_SECONDS)
