"""What a card says of the music that its model learned from, made true by the files themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studio.catalog import GENRES, Card

_SONGS, _HELD_OUT = "{songs}", "{held_out}"


def learned_from(card: Card, files: Sequence[Path], songs: int, held_out: int) -> Card:
    """The card with numbers of songs in place of `{songs}` and `{held_out}`, where its text is of
    just these files: a shipped genre's own, byte for byte, or a set of the user's. Else the files'
    names are all that is known."""
    genre = GENRES.get(card.genre)
    own = set(genre.files.values()) if genre is not None else set()
    shipped = bool(own) and own == {_digest(file) for file in files}
    of_a_set = _SONGS in card.data and not (genre is not None and card.data == genre.data)
    if shipped or of_a_set:
        text = card.data.replace(_SONGS, str(songs)).replace(_HELD_OUT, str(held_out))
        return replace(card, data=text)
    return replace(
        card,
        data=f"{names(files)}: {songs} songs were learned from, {held_out} held out.",
        licence="That of these files, which Tutti does not know.",
        follows="Your music is yours, as far as the licence of these files allows.",
    )


def names(files: Sequence[Path]) -> str:
    """Files as a sentence names them."""
    return " and ".join(path.name for path in files)


def _digest(path: Path) -> str:
    """SHA-256 of a file; of a folder none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
