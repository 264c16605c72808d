"""What this machine has, and where things lie on it.

Enter at `Settings`, what a user may set for the whole studio. `assets` says where the things lie
that come with Tutti, `files` writes them whole or not at all, `choose_device` says where models
run. Nothing here knows music; torch is loaded by the functions that need it.
"""

from studio.machine import assets, files
from studio.machine.device import (
    choose_device,
    device_name,
    prepare_torch,
    threads_for_training,
)
from studio.machine.quiet import quiet_import
from studio.machine.settings import Settings

__all__ = [
    "Settings", "assets", "choose_device", "device_name", "files", "prepare_torch", "quiet_import",
    "threads_for_training",
]  # fmt: skip
