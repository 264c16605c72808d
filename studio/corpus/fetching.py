"""Fetches one file over HTTP, with an end to its size; the only place where training music comes
from outside, and only when someone asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from studio.ground.errors import BadMidi

MAX_BYTES = 1_000_000_000
_TIMEOUT_SECONDS = 30
_SAY_EVERY_BYTES = 500_000


def fetch(url: str, folder: Path, bytes_due: int, tell: Callable[[float], None]) -> Path:
    """The file at `url`, kept in `folder`; `tell` hears what share of it is here, where the site
    says how long it is, else of `bytes_due`.

    Raises BadMidi where it cannot be fetched or is longer than `MAX_BYTES`.
    """
    import pooch  # type: ignore[import-untyped]
    from requests import RequestException

    pooch.get_logger().setLevel("ERROR")
    limit = _Limit(bytes_due, tell)
    download = pooch.HTTPDownloader(progressbar=limit, timeout=_TIMEOUT_SECONDS)
    try:
        path = pooch.retrieve(url, None, "fetched", folder, downloader=download)
    except (RequestException, OSError) as error:
        host = urlsplit(url).hostname or "the site"
        raise BadMidi(f"{host} did not send it: check the connection and try again.") from error
    return Path(path)


class _Limit:
    """Stands where pooch wants a progress bar: counts what has come."""

    def __init__(self, bytes_due: int, tell: Callable[[float], None]) -> None:
        self.total = 0
        self._due, self._tell = bytes_due, tell
        self._come = self._told = 0

    def update(self, count: int) -> None:
        self._come += count
        if max(self._come, self.total or 0) > MAX_BYTES:
            raise BadMidi("What the site sends is far larger than it should be: nothing was kept.")
        if self._come - self._told >= _SAY_EVERY_BYTES:
            self._told = self._come
            self._tell(min(self._come / (self.total or self._due), 1.0))

    def reset(self) -> None:
        """Called at the end, before pooch counts the last bytes once more."""
        self._come = 0

    def close(self) -> None:
        """Nothing is open."""
