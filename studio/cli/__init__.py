"""The command line. Enter at `commands`; `train` holds the commands of training."""

from __future__ import annotations

from studio.cli.commands import main

__all__ = ["main"]
