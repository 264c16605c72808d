"""What the worker that composes can do: all of `studio.jobs.kinds`, with tools that stay warm.

This is what the worker loads: torch and the soundfont live in its process, never in the pages'.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from studio.jobs import kinds
from studio.jobs.tools import Tools
from studio.queue import Context, JsonObject

_OLDER = {"regenerate": "rewrite"}  # what a kind was called in data folders of before

tools = cache(Tools)


def warm_up(data_dir: Path) -> JsonObject:
    """Loads what the jobs need; what the worker says of itself."""
    return tools(data_dir).warm_up()


def _handler(kind: ModuleType) -> Callable[[Context], JsonObject]:
    def handle(context: Context) -> JsonObject:
        request = kind.Request.from_json(context.job.payload)
        result: JsonObject = kind.run(request, context, tools(context.data_dir))
        return result

    return handle


def _handlers() -> dict[str, Callable[[Context], JsonObject]]:
    files = pkgutil.iter_modules(kinds.__path__)
    found = [import_module(f"{kinds.__name__}.{file.name}") for file in files]
    handlers = {kind.KIND: _handler(kind) for kind in found}
    return handlers | {name: handlers[kind] for name, kind in _OLDER.items()}


HANDLERS = _handlers()
