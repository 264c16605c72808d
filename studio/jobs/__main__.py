"""A worker process: see `studio.jobs.workers`."""

import sys

from studio.jobs.workers import main

main(sys.argv[1:])
