"""The techniques there are. Adding one is a line here and a folder beside this file."""

from __future__ import annotations

from studio.errors import BadModel
from studio.techniques import gan, textbook
from studio.techniques.technique import Technique

TECHNIQUES: dict[str, Technique] = {kind.id: kind for kind in (gan.TECHNIQUE, textbook.TECHNIQUE)}


def technique(id: str) -> Technique:
    """The technique of that id; raises BadModel where this version does not have it."""
    if id not in TECHNIQUES:
        raise BadModel(
            f"This version of Tutti has no technique called {id!r}: update Tutti to use this model."
        )
    return TECHNIQUES[id]
