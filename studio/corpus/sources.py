"""Where sets of music come from that Tutti can make: music21's corpus, and public sites.

A set is one entry, in `builtin.toml` or in `public.toml`, and is called `builtin:KEY` or
`public:KEY`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from studio.corpus.builtin import BUILTIN, Tell, gather_builtin
from studio.corpus.public import PUBLIC, gather_public
from studio.corpus.sets import MusicSet, Source
from studio.ground.errors import BadKnob

__all__ = ["Source", "Tell", "gather", "is_source", "sources"]


def sources() -> dict[str, Source]:
    """What can be made a set, by its name."""
    tables: dict[str, Mapping[str, Source]] = {"builtin": BUILTIN, "public": PUBLIC}
    return {f"{kind}:{key}": one for kind, table in tables.items() for key, one in table.items()}


def is_source(name: str) -> bool:
    """Whether a name is meant for a set that can be made, rather than for a file."""
    kind, _, key = name.partition(":")
    return kind in ("builtin", "public") and bool(key)


def gather(folder: Path, name: str, tell: Tell) -> MusicSet:
    """Makes a set under `folder`; `tell` hears what is done and the share (0-1) that is through.

    Raises BadKnob for a set there is not, BadMidi where it cannot be fetched or is not what was
    pinned; then nothing is kept.
    """
    kind, _, key = name.partition(":")
    if name not in sources():
        names = ", ".join(each for each in sources() if each.startswith(f"{kind}:"))
        if not names:
            raise BadKnob("There is no such kind of music: choose a built-in or a public set.")
        raise BadKnob(f"There is no set called {name}: choose one of {names}.")
    folder.mkdir(parents=True, exist_ok=True)
    return (gather_builtin if kind == "builtin" else gather_public)(folder, key, tell)
