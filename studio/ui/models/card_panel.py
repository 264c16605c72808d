"""A model's card in plain words, and what one can do with the model."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import streamlit as st

from studio.catalog import Card
from studio.techniques import technique
from studio.training.curves import as_csv, label
from studio.ui import say
from studio.ui.models import draft, exchange, shelf
from studio.ui.models.drawings import face, index_bar
from studio.ui.models.shelf import CEILING, FLOOR, HIGH, INDEX, LOW


def heading(card: Card) -> None:
    """Picture, name, what it is good at, and where its index stands."""
    with st.container(horizontal=True, wrap=False, gap="small"):
        st.image(face(card), width=76, alt="")
        st.html(
            f'<h2 class="models-name">{html.escape(shelf.name(card))}</h2>'
            f'<p class="tutti-quiet" style="margin:0.2rem 0 0">{html.escape(card.description)}</p>'
        )
    sentence = shelf.stands(card)
    if sentence:
        st.html(f'<p class="tutti-says">{sentence}</p>{index_bar(card)}')
        with st.container(key="models-ears", horizontal=True, vertical_alignment="center"):
            st.caption("The index compares a dozen statistics, two bars at a time. It cannot hear.")
            st.button("Use your ears", key="models-to-ears", type="tertiary", on_click=_to_ears)


def facts(card: Card) -> None:
    """The card, a line a fact."""
    kind = technique(card.technique)
    rows = {
        "Plays": shelf.band_of(card),
        "Technique": f"{kind.title}, {card.parameters:,} parameters. {kind.description}",
        "Learned from": card.data,
        "Licence": card.licence,
        "For you": card.follows,
        "Settings": _settings(card),
        "Measures": _measures(card.measures),
        "Critic": _critic(card),
        "Weights": f"Shared with {card.shares}" if card.shares else "",
    }
    body = "".join(
        f"<dt>{title}</dt><dd>{html.escape(text)}</dd>" for title, text in rows.items() if text
    )
    again = f"<dt>Train it again</dt><dd><code>{html.escape(card.reproduce)}</code></dd>"
    st.html(f'<dl class="models-facts">{body}{again}</dl>')


def actions(card: Card) -> None:
    """Export, and for one's own model delete."""
    with st.container(horizontal=True, key="models-actions"):
        st.download_button(
            "Export",
            data=lambda: exchange.export(card),
            file_name=f"{card.id}.zip",
            mime="application/zip",
            on_click="ignore",
            key=f"models-export-{card.id}",
            help="The whole model as one file, to keep or to give to somebody.",
        )
        st.download_button(
            "Curves as CSV",
            data=lambda: as_csv(shelf.rows_of(card)),
            file_name=f"{card.id}-history.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"models-csv-{card.id}",
            help="Every epoch's losses and index as a table.",
        )
        if shelf.is_own(card):
            with st.popover("Delete"):
                st.write("The model is deleted from this machine. An export stays.")
                st.button(
                    "Delete for good",
                    key=f"models-delete-{card.id}",
                    type="primary",
                    on_click=_delete,
                    args=(card,),
                )


def _to_ears() -> None:
    st.session_state["models-view"] = draft.EARS
    draft.change(view=draft.EARS)


def _delete(card: Card) -> None:
    with draft.PROBLEM.catch():
        exchange.delete(card)
        draft.change(shown=None)


def _settings(card: Card) -> str:
    known = {field.name: field for field in technique(card.technique).Settings.fields()}
    said = [
        f"{known[key].label.lower() if key in known else key} {say.number(value)}"
        for key, value in card.settings.items()
    ]
    return ", ".join(said)


def _critic(card: Card) -> str:
    """Who listens to its takes, and how well they know people's bands."""
    right, likes = (card.measures.get(f"critic_{name}") for name in ("accuracy", "preference"))
    if right is None or likes is None:
        return ""
    takes = f" and chooses among {card.choices} takes" * (card.choices > 1)
    return (
        f"A network beside it has learned people's bands from its own{takes}. On songs that it has "
        f"not heard it knows whether people or the model play in {right:.0%} of cases, and likes "
        f"people's band better in {likes:.0%}; 50% would be chance."
    )


def _measures(known: Mapping[str, Any]) -> str:
    if INDEX not in known:
        return ", ".join(f"{label(key).lower()} {value:.3g}" for key, value in known.items())
    text = f"Similarity index {known[INDEX]:.2f}; 0 would be the same music."
    if FLOOR in known and CEILING in known:
        text += (
            f" Songs of the training set that were held back are {known[FLOOR]:.2f} against each "
            f"other, random notes {known[CEILING]:.2f}."
        )
    low, high = (f"{known.get(name, known[INDEX]):.2f}" for name in (LOW, HIGH))
    if low != high:
        text += f" With other songs held back it would be {low} to {high}, 19 times out of 20."
    return text
