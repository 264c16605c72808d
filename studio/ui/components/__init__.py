"""What the pages draw themselves: a component is a folder of ES modules and a function to show it.

The page fetches the modules from `/components/`, where `studio.ui.routes` mounts this folder; the
browser does the rest. Data go in as JSON, what people did comes back as JSON; `mount.js` and
`mount.py` are what all components share.
"""

from studio.ui.components.arranger import show_arranger
from studio.ui.components.changes import show_changes
from studio.ui.components.download import start_download
from studio.ui.components.frame import show_frame
from studio.ui.components.keyboard import show_keyboard
from studio.ui.components.listener import show_listener
from studio.ui.components.scrubber import show_scrubber
from studio.ui.components.title import show_title

__all__ = [
    "show_arranger", "show_changes", "show_frame", "show_keyboard", "show_listener",
    "show_scrubber", "show_title", "start_download",
]  # fmt: skip
