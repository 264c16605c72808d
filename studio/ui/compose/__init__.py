"""The Compose page: a melody, a band for it, and the piece among the arranger.

Enter at `read_table`: what is worked on now. The panel on the left chooses a melody and a band and
generates; the stage shows what came of it. What the arranger asks for is a message (`messages`) and
has its answer (`answers`) before the page is drawn. Nothing here changes a note but by the library.
"""

from studio.ui.compose.band_panel import generate
from studio.ui.compose.band_panel import show as choose_band
from studio.ui.compose.header import show as show_header
from studio.ui.compose.melody_panel import current as current_melody
from studio.ui.compose.melody_panel import keys as show_keys
from studio.ui.compose.melody_panel import show as choose_melody
from studio.ui.compose.stage import show as show_stage
from studio.ui.compose.table import read_table

__all__ = [
    "choose_band", "choose_melody", "current_melody", "generate", "read_table", "show_header",
    "show_keys", "show_stage",
]  # fmt: skip
