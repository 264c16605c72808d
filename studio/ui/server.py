"""What the one ASGI app is made of: Streamlit's script, our addresses, the guard, the door, the
workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread

from starlette.middleware import Middleware

from studio.ground import assets
from studio.queue import LocalEngine
from studio.ui import house
from studio.ui.door import Door
from studio.ui.guard import Guard
from studio.ui.pages import find_pages
from studio.ui.routes import ROUTES

__all__ = ["MAIN", "MIDDLEWARE", "ROUTES", "lifespan"]

MAIN = Path(__file__).parent / "main.py"
PATIENCE_SECONDS = 5.0  # where nobody opens a page
MIDDLEWARE = [Middleware(Guard), Middleware(Door)]  # what the door answers has the policy, too


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, object]]:
    """The workers live as long as the server. They begin when the first page has been drawn, which
    needs the machine until then; its modules are loaded while a browser loads its own."""
    end = Event()
    beginning = Thread(target=_begin, args=(end,), daemon=True)
    beginning.start()
    try:
        yield {}
    finally:
        end.set()
        house.first_page.set()
        beginning.join()
        with ThreadPoolExecutor(len(house.engines())) as pool:  # each takes a second or two
            list(pool.map(LocalEngine.stop, house.engines()))


def _begin(end: Event) -> None:
    first = find_pages(assets.ROOT / "pages")[0]
    with suppress(ModuleNotFoundError):
        import_module(f"studio.ui.{first.title.lower()}")
    house.first_page.wait(PATIENCE_SECONDS)
    for each in house.engines():
        if not end.is_set():
            each.start()
