"""A file as streamlit-pianoroll draws it, in two colours: the melody and the rest.

Its page asks a public host for a stylesheet and for a player, and fails without them. So it is
served from a copy whose page asks for nothing and has a player that stays silent: sound is ours.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from functools import cache
from importlib.metadata import distribution, version
from pathlib import Path

import streamlit.components.v1 as components

from studio.ground import files
from studio.ui import house
from studio.ui.components import show_frame

_PAGE_SECONDS = 39  # of longer pieces the component shows a page; ours are to be seen as a whole
REST, MELODY = 0, 1  # blue and orange, as the component numbers them
_FROM_OUTSIDE = re.compile(
    r"""<(?:link|script)\b[^>]*\b(?:href|src)="https?:[^>]*>(?:</script>)?"""
)
_LINK = re.compile(r"""<a\b[^>]*href="https?:.*?</a>""", re.DOTALL)
_OWN = """
<style>
  body { margin: 0; background: #12161c; }
  .pianoroll-svg-wrapper { border: 0 !important; background: #12161c !important; }
  .pianoroll-svg { aspect-ratio: auto !important; height: 220px; display: block; }
  .line-separator { stroke: #1b2129; }
  .note-rect { fill: #0b0e12; }
  svg text, #time-indicator { display: none; }
</style>
<script>
  window.parent = { postMessage() {} }; // Streamlit does not know this frame, and would say so
  customElements.define("midi-player", class extends HTMLElement {
    playing = false;
    duration = 0;
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = `<style></style><div part="control-panel">
        <div part="play-button"><i class="icon play-icon"></i><i class="icon stop-icon"></i>
        <i class="icon error-icon"></i></div><div part="time"></div></div>`;
    }
    addVisualizer() {}
    stop() {}
  });
</script>
"""


def show(
    notes: Sequence[tuple[float, float, int, int, bool]], seconds: float, title: str, key: str
) -> None:
    """Notes (start and end in seconds, pitch, velocity, whether it is the melody's) of a piece that
    is so long."""
    scale = min(_PAGE_SECONDS / seconds, 1.0) if seconds else 1.0
    rows = [
        {
            "startTime": scale * start,
            "endTime": scale * end,
            "pitch": pitch,
            "velocity": velocity,
            "colorId": MELODY if is_melody else REST,
        }
        for start, end, pitch, velocity, is_melody in notes
    ]
    midi = {"notes": rows, "totalTime": scale * seconds}
    args = {"midi_data": midi, "show_bird_view": False, "sound_font_url": None}
    show_frame(key=key, src=f"/component/{_served()}/index.html", title=title, args=args)


@cache
def _served() -> str:
    """Has Streamlit serve our copy; the name under which it does."""
    folder = house.settings().data_dir / "frontend" / f"pianoroll-{version('streamlit-pianoroll')}"
    if not folder.exists():
        _copy(folder)
    return components.declare_component("streamlit_pianoroll", path=str(folder)).name


def _copy(folder: Path) -> None:
    """The installed frontend with a page of ours, whole or not at all."""
    build = distribution("streamlit-pianoroll").locate_file("streamlit_pianoroll/frontend/build")
    with files.whole_folder(folder) as made:
        kept = shutil.ignore_patterns("*.map", ".*")
        shutil.copytree(str(build), made, ignore=kept, dirs_exist_ok=True)
        page = made / "index.html"
        page.write_text(patched(page.read_text(encoding="utf-8")), encoding="utf-8")


def patched(page: str) -> str:
    """The component's page without what it asks of other hosts, and with our silent player."""
    bare = _LINK.sub("", _FROM_OUTSIDE.sub("", page))
    return bare.replace("<head>", f"<head>{_OWN}", 1)
