"""Has the process that started us gone? A worker must not outlive its studio."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

if sys.platform == "win32":
    import ctypes

    def parent_watch(parent_pid: int) -> Callable[[], bool]:
        """A question that is answered with True from the parent's end on."""
        synchronize, timeout = 0x00100000, 0x102
        # The handle keeps the pid from being given to a new process.
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, parent_pid)
        wait = ctypes.windll.kernel32.WaitForSingleObject
        return lambda: handle == 0 or wait(handle, 0) != timeout

else:

    def parent_watch(parent_pid: int) -> Callable[[], bool]:
        """A question that is answered with True from the parent's end on."""
        return lambda: os.getppid() != parent_pid
