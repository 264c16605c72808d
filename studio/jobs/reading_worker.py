"""The worker that makes music ready to learn from. The reading itself is done in processes of its
own, so that it is small while there is nothing to read.

    python -m studio.jobs.reading_worker DATA_DIR [PARENT_PID]
"""

from __future__ import annotations

import sys

NAME = "reading"

if __name__ == "__main__":
    from studio.queue.worker import main

    main(sys.argv[1:], handlers_module="studio.jobs.reading_handlers", name=NAME)
