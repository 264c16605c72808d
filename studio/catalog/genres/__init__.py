"""The shipped genres, one file each: a file here with a `GENRE` is one, without another line."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from studio.catalog.genre import Genre
from studio.ground.errors import BadKnob


class _Genres(dict[str, Genre]):
    def __missing__(self, id: str) -> Genre:
        raise BadKnob(f"There is no genre called {id!r}: choose one of {', '.join(self)}.")


def _place(genre: Genre) -> tuple[float, str]:
    """The styles of the shared transformer in their order, then the others by name."""
    return (genre.shared.style if genre.shared else float("inf"), genre.id)


_found: list[Genre] = [
    import_module(f"{__name__}.{module.name}").GENRE for module in pkgutil.iter_modules(__path__)
]

# `GENRES[id]` raises BadKnob, naming those there are
GENRES = _Genres({genre.id: genre for genre in sorted(_found, key=_place)})
