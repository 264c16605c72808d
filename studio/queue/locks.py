"""Files that one process holds at a time: the system takes them back when it ends, however."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO


def _locker() -> Callable[[IO[bytes]], None]:
    if sys.platform == "win32":
        import msvcrt

        return lambda file: msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    import fcntl

    return lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(file: IO[bytes]) -> bool:
    """Take the file for this holder alone, until it is closed or its process ends."""
    try:
        _locker()(file)
    except OSError:
        return False
    return True


def sign(file: IO[bytes]) -> None:
    """Write into a file that is held who holds it."""
    file.truncate(0)
    file.write(str(os.getpid()).encode())
    file.flush()


def holder(path: Path) -> int | None:
    """The process that holds the file and has signed it; None where nobody does."""
    try:
        with path.open("rb") as file:
            return None if try_lock(file) else int(file.read())
    except (OSError, ValueError):
        return None
