"""What every room stands on: errors, settings, files, and where things lie on this machine.

Enter at `Settings`, what a user may set for the whole studio, and at `errors`, the sentences that
people read. `assets` says where the things lie that come with Tutti, `files` writes them whole or
not at all, `device` says where models run, `payload` reads as JSON what was asked for. Nothing here
knows music; torch is loaded by the functions that need it. What is in the five modules that the
door names may be asked for.
"""

from studio.ground import assets, device, errors, files, payload
from studio.ground.quiet import quiet_import
from studio.ground.settings import Settings

__all__ = ["Settings", "assets", "device", "errors", "files", "payload", "quiet_import"]
