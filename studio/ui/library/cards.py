"""The pieces as cards: a small roll, the name, a star, and what is known of it."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import streamlit as st

from studio.ground.errors import TuttiError
from studio.library import Piece
from studio.ui import fields, house, say
from studio.ui.library import card_sound
from studio.ui.library.pieces import CHOSEN, act, look_of, rename, tags_known, tunes

_AT_ONCE = 24
_SHOWN = "library_cards_shown"


def find() -> list[Piece]:
    """The search, and the pieces that it finds."""
    known = tags_known()
    with st.container(horizontal=True, vertical_alignment="center", key="library-find"):
        search = st.text_input(
            "Search", key="library-search", placeholder="Search names and tags",
            label_visibility="collapsed", icon=":material/search:", width=280,
        )  # fmt: skip
        tag = None
        if known:
            tag = st.selectbox(
                "Tag", known, index=None, key="library-tag", placeholder="Any tag",
                label_visibility="collapsed", width=170,
            )  # fmt: skip
        favourites = st.toggle("Favourites", key="library-favourites")
    return house.library().pieces(house.owner(), search or "", tag or "", favourites)


def show(pieces: Sequence[Piece], chosen: Piece | None, models: Mapping[str, str]) -> None:
    """A card for each tune, the last changed first, with its newest band or the one looked at; a
    click looks at one, and on the name of that one changes it. `models` are their names by id."""
    most = int(st.session_state.get(_SHOWN, _AT_ONCE))
    shown = tunes(pieces, most)
    with st.container(key="library-cards"):
        for bands in shown:
            piece = next((band for band in bands if band == chosen), bands[0])
            with st.container(border=True, key=f"library-card-{piece.id}"):
                _card(piece, piece == chosen, models)
                _others([band for band in bands if band.id != piece.id], models)
    if sum(map(len, shown)) < len(pieces):
        more = {_SHOWN: most + _AT_ONCE}
        st.button(f"Show more of {say.counted(len(pieces), 'piece')}", key="library-more",
                  on_click=st.session_state.update, args=(more,))  # fmt: skip


def _others(bands: Sequence[Piece], models: Mapping[str, str]) -> None:
    """The other bands to the same tune, a line each."""
    if not bands:
        return
    with st.popover(
        f"{say.counted(len(bands), 'other band')} to this tune", type="tertiary", width="stretch"
    ):
        for band in bands:
            with suppress(TuttiError):
                by = look_of(band).model
                words = (band.name, models.get(by, by), say.minute(band.changed_at, time.time()))
                st.button(
                    say.plain(" · ".join(filter(None, words))), key=f"library-band-{band.id}",
                    type="tertiary", on_click=st.session_state.update,
                    args=({CHOSEN: band.id},),
                )  # fmt: skip


def _card(piece: Piece, chosen: bool, models: Mapping[str, str]) -> None:
    facts = [say.day(piece.changed_at, time.time())]
    try:
        look = look_of(piece)
    except TuttiError as error:
        st.html(f'<p class="library-damaged">{html.escape(str(error))}</p>')
    else:
        st.html(f'<img class="library-roll" alt="" src="{look.roll}">')
        by = models.get(look.model, look.model)
        facts = [text for text in (say.counted(look.bars, "bar"), by, *facts) if text]
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        if chosen:
            fields.show_title(
                key="library-look-chosen", of="card", name=piece.name, id=piece.id,
                rename=rename,
            )  # fmt: skip
        else:
            st.button(
                say.plain(piece.name), key=f"library-look-{piece.id}", type="tertiary",
                width="stretch", on_click=st.session_state.update, args=({CHOSEN: piece.id},),
            )  # fmt: skip
        st.button(
            f"{'★' if piece.favourite else '☆'} :gray[{say.plain(piece.name)}]",  # name: unseen
            key=f"library-star-{piece.id}",
            type="tertiary",
            help="Remove from favourites" if piece.favourite else "Add to favourites",
            on_click=act,
            args=(house.library().favourite, piece.id, not piece.favourite),
        )
    card_sound.show(piece)
    tags = "".join(f"<i>{html.escape(tag)}</i>" for tag in piece.tags)
    said = html.escape(" · ".join(facts))
    st.html(f'<p class="tutti-quiet">{said}</p><p class="library-tags">{tags}</p>')
