"""Who plays against whom: a small drawing of a technique, and what it means."""

from __future__ import annotations

import html

import streamlit as st

from studio.techniques import Technique


def show(kind: Technique) -> None:
    """The drawing and its story, folded away."""
    game = kind.game
    hears, player, plays, judge, played = map(
        html.escape, (game.hears, game.player, game.plays, game.judge, game.played)
    )
    learns = " who learns, too" if game.learns else ""
    with st.expander("How it learns"):
        st.html(
            f'<div class="train-game" role="img" aria-label="{player} hears {hears} and plays '
            f'{plays}; {judge}{learns} sets it beside {played}">'
            f"<span>{hears}</span><i>\N{DOWNWARDS ARROW}</i><b>{player}</b>"
            f"<i>\N{DOWNWARDS ARROW}</i><span>{plays}</span>"
            f'<i>\N{UP DOWN ARROW}</i><b class="judge">{judge}</b><i>\N{UP DOWN ARROW}</i>'
            f"<span>{played}</span></div>"
            f'<p class="tutti-quiet">{html.escape(game.story)}</p>'
        )
