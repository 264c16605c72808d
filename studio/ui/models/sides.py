"""Two models side by side: their facts, their curves, and the same melody from both."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from studio.catalog import Card
from studio.techniques import technique
from studio.ui.models import curves_panel, draft, sample
from studio.ui.models.drawings import index_bar
from studio.ui.models.shelf import Shelf, band_of, names, stands


def show(known: Shelf, chosen: Card) -> None:
    """Two choices, then what they share and where they differ."""
    cards = _choose(known, chosen)
    called = names(known.cards)
    st.html(facts(cards))
    curves_panel.compare(cards)
    st.html('<p class="tutti-step">The same melody from both</p>')
    sample.panel([card.id for card in cards], [called[card.id] for card in cards])


def _choose(known: Shelf, chosen: Card) -> list[Card]:
    """The two that were chosen last; at first the one that is looked at and one of its genre."""
    called = names(known.cards)
    saved = [id for id in draft.draft().sides if id in called]
    if len(saved) != 2:
        others = [card for card in known.cards if card.id != chosen.id]
        kin = [card for card in others if card.genre == chosen.genre]
        saved = [chosen.id, (kin or others or [chosen])[0].id]
    picked = [
        column.selectbox(
            "The first model" if place == 0 else "The second model",
            list(called),
            index=list(called).index(saved[place]),
            format_func=called.__getitem__,
            key=f"models-side-{place}",
            label_visibility="collapsed",
        )
        for place, column in enumerate(st.columns(2, gap="medium"))
    ]
    if picked != draft.draft().sides:
        draft.change(sides=picked)
    return [card for id in picked if (card := known.get(id))]


def facts(cards: Sequence[Card]) -> str:
    """What is known of some models, a column each, as HTML."""
    texts = {
        "Good at": [card.description for card in cards],
        "Plays": [band_of(card) for card in cards],
        "Technique": [
            f"{technique(card.technique).title}, {card.parameters:,} parameters" for card in cards
        ],
        "Learned from": [_short(card.data) for card in cards],
        "Licence": [_short(card.licence) for card in cards],
    }
    bars = "".join(f"<td>{_index(card, i)}</td>" for i, card in enumerate(cards))
    rows = "".join(
        f"<tr><th>{title}</th>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>"
        for title, row in texts.items()
    )
    return f'<table class="models-table two"><tr><th>Index</th>{bars}</tr>{rows}</table>'


def _index(card: Card, place: int) -> str:
    bar = index_bar(card, curves_panel.colour(place), labels=False)
    if not bar:
        return "Was not measured."
    return f"{bar}<div>{stands(card)}</div>"


def _short(text: str, most: int = 160) -> str:
    """The beginning of a long text."""
    return text if len(text) <= most else text[: text.rfind(" ", 0, most)] + " …"
