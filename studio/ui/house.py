"""What all sessions of one server share: settings, the store and the engine that works off jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from studio.jobs.engines.local import LocalEngine
from studio.jobs.store import Store
from studio.settings import Settings
from studio.sound.synth import synth_status


@cache
def settings() -> Settings:
    """The studio's settings, read once."""
    return Settings()


@cache
def store() -> Store:
    """The job store of the data directory."""
    return Store.in_folder(settings().data_dir)


@cache
def engine() -> LocalEngine:
    """The engine that starts and watches the worker."""
    return LocalEngine(settings().data_dir)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """The worker lives as long as the server."""
    engine().start()
    try:
        yield {}
    finally:
        engine().stop()


@cache
def sound_name() -> str:
    """What plays, engine and soundfont; names the folder of the keyboard's sprites."""
    status = synth_status(settings().soundfont_folders)
    return f"{status.engine} · {settings().soundfont or status.soundfont or ''}"
