"""What the one ASGI app is made of: Streamlit's script, our addresses, the guard, the door, the
workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.middleware import Middleware

from studio.queue import LocalEngine
from studio.ui import house
from studio.ui.door import Door
from studio.ui.guard import Guard
from studio.ui.routes import ROUTES

__all__ = ["MAIN", "MIDDLEWARE", "ROUTES", "lifespan"]

MAIN = Path(__file__).parent / "main.py"
MIDDLEWARE = [Middleware(Guard), Middleware(Door)]  # what the door answers has the policy, too


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, object]]:
    """The workers live as long as the server."""
    for each in house.engines():
        each.start()
    try:
        yield {}
    finally:
        with ThreadPoolExecutor(len(house.engines())) as pool:  # each takes a second or two
            list(pool.map(LocalEngine.stop, house.engines()))
