"""A worker process with the handlers of the tests and a short lease."""

from __future__ import annotations

import sys

from studio.queue import serve

LEASE_SECONDS = 0.5

if __name__ == "__main__":
    serve(sys.argv[1:], "child_handlers", "worker", lease_seconds=LEASE_SECONDS)
