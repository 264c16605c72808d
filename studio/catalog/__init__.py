"""Models on disk: cards, weights, one file to give away, and what each genre is.

Enter at `find` and `models`, which models there are; a `Card` says what one is, a `Model` has its
weights too; both read and write themselves. `pack` and `unpack` are a model as one file: what comes
in is not believed. `GENRES` holds what is known of each genre, one file a genre in `genres/`.
"""

from studio.catalog.card import Card
from studio.catalog.folders import find, models
from studio.catalog.genre import Genre
from studio.catalog.genres import GENRES
from studio.catalog.model import Model
from studio.catalog.packing import pack, unpack

__all__ = ["GENRES", "Card", "Genre", "Model", "find", "models", "pack", "unpack"]
