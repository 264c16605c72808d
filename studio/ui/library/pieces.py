"""What the page knows of each piece, and what is done to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from studio.ground.errors import TuttiError
from studio.library import Library, Piece
from studio.ui import Flash, desk, house, say

CHOSEN, PROBLEM = "library_chosen", Flash("library")
_DRAWN_KEPT = 400


@dataclass(frozen=True, slots=True)
class Look:
    """What a card shows of a version: its roll's address, its length, its model, and which `tune`
    it plays, the same for all bands to one melody."""

    roll: str
    bars: int
    model: str
    tune: str


def show_head(count: int) -> None:
    """The line above the page, and what went wrong at the last click."""
    st.html(Path(__file__).with_name("library.css"))
    st.html(
        '<div class="tutti-title"><h1>Library</h1><span class="tutti-quiet">'
        f"{say.counted(count, 'piece')} · every version is kept</span></div>"
    )
    PROBLEM.show()


def look_of(piece: Piece) -> Look:
    """The look of a piece's newest version; raises TuttiError where it is damaged."""
    return _look(house.library(), piece.id, piece.head)


@lru_cache(maxsize=_DRAWN_KEPT)
def _look(library: Library, piece: str, version: str) -> Look:
    """A version never changes, so its look is made once; a damaged one is tried again."""
    found = library.opened(piece, version)
    model = found.facts.get("model")
    roll, by = f"/rolls/{piece}/{version}.svg", model if isinstance(model, str) else ""
    # the melody's pitches and where they begin, whoever plays it
    melody = [track for track in found.score.tracks[:1] if not track.is_drum]
    notes = [(note.start_tick, note.pitch) for track in melody for note in track.notes]
    return Look(roll, found.score.bars, by, str(notes) if notes else piece)


def tunes(pieces: Sequence[Piece], most: int) -> list[list[Piece]]:
    """The pieces by name and tune, as they come, of `most` tunes: bands to one melody lie together,
    but for one that was given a name of its own. A damaged one stays alone."""
    found: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        try:
            tune = piece.name, look_of(piece).tune
        except TuttiError:
            tune = piece.name, piece.id
        if tune not in found and len(found) == most:
            break
        found.setdefault(tune, []).append(piece)
    return list(found.values())


def mine() -> list[Piece]:
    """This owner's pieces, the last changed first."""
    return house.library().pieces(house.owner())


def tags_known() -> list[str]:
    """All tags of these pieces, in alphabetical order."""
    return sorted({tag for piece in mine() for tag in piece.tags}, key=str.casefold)


def act(change: Callable[..., object], *values: object) -> None:
    """Does to a piece of this owner what may fail: what went wrong is shown on top of the page."""
    with PROBLEM.catch():
        made = change(*values, house.owner())
        if isinstance(made, Piece) and made.deleted_at is None:
            st.session_state[CHOSEN] = made.id


def rename(piece: str, name: str) -> None:
    """Gives a piece another name."""
    act(house.library().rename, piece, name)


def open_on_compose(piece: str, version: str) -> None:
    """Goes to the Compose page with this version; a damaged one is a sentence here."""
    try:
        opened = house.library().opened(piece, version, house.owner())
    except TuttiError as error:
        PROBLEM.tell(error)
        st.rerun()
    desk.open_piece(piece, opened)
    desk.visit()
