"""The techniques there are. Adding one is a line here and a folder beside this file."""

from __future__ import annotations

from studio.errors import BadModel
from studio.techniques import gan, textbook, transformer
from studio.techniques.base import Technique

KINDS = (gan.TECHNIQUE, textbook.TECHNIQUE, transformer.TECHNIQUE)
TECHNIQUES: dict[str, Technique] = {kind.id: kind for kind in KINDS}


def technique(id: str) -> Technique:
    """The technique of that id; raises BadModel where this version does not have it."""
    if id not in TECHNIQUES:
        raise BadModel(
            f"This version of Tutti has no technique called {id!r}: update Tutti to use this model."
        )
    return TECHNIQUES[id]
