"""A file that the browser takes as soon as it is there: a click asked for it, and it took time."""

from __future__ import annotations

from studio.ui.components.mount import component

_download = component("download")


def start_download(*, key: str, url: str, name: str) -> None:
    """Downloads what lies at `url` on this server, once, under `name`."""
    _download(key=key, data={"url": url, "name": name}, height=1)
