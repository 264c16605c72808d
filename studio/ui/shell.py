"""The document in which Streamlit draws each page, with what we add to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

# Told where the server is, Streamlit does not ask for it below each page's own address first, which
# costs two requests and two errors in the console.
_OURS = """
    <script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin }</script>
    <script type="module" src="/components/page.js"></script>
  </head>"""


def document(_request: Request) -> Response:
    """Streamlit's own `index.html` and our script."""
    return HTMLResponse(_html(), headers={"cache-control": "no-cache"})


@cache
def _html() -> str:
    own = Path(streamlit.__file__).parent / "static" / "index.html"
    text = own.read_text("utf-8").replace("<title>Streamlit</title>", "<title>Tutti</title>")
    return text.replace("</head>", _OURS.lstrip(), 1)
