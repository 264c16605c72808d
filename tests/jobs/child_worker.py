"""A worker process with the handlers of the tests and a short lease."""

from __future__ import annotations

import sys

from studio.queue.worker import main

LEASE_SECONDS = 0.5

if __name__ == "__main__":
    main(sys.argv[1:], handlers_module="child_handlers", lease_seconds=LEASE_SECONDS)
