"""Importing a library that prints while it is imported, as pyfluidsynth does where CI is set.

stdout is for answers: the JSON lines that one process of Tutti says to another, and what a command
prints for the next one to read.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from importlib import import_module
from types import ModuleType


def quiet_import(name: str) -> ModuleType:
    """The module, with whatever it prints on stderr; raises what its import raises."""
    with redirect_stdout(sys.stderr):
        return import_module(name)
