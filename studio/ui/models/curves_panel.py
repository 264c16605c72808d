"""The curves of models' trainings, drawn as the Train page draws them."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from studio.catalog import Card
from studio.techniques import technique
from studio.training.curves import Row, verdict
from studio.ui.models.shelf import CEILING, FLOOR, names, rows_of
from studio.ui.train import charts, lines

_PIXELS = 150  # high, each chart


def show(card: Card) -> None:
    """What the curves say, the index where it was measured on the way, and the losses."""
    rows = rows_of(card)
    if not rows:
        st.caption("This model brought no history of its training.")
        return
    said = f"Trained for {rows[-1]['epoch']:g} epochs. {verdict(rows, technique(card.technique))}"
    st.html(f'<p class="tutti-says">{html.escape(said)}</p>')
    run = _curves(card, rows, "index", 0)
    _draw([run], lines.usual(run), f"models-{card.id}")


def compare(cards: Sequence[Card]) -> None:
    """The curves of two models: in one chart where they count the same, else side by side."""
    called = names(cards)
    runs = [_curves(c, rows_of(c), called[c.id], i) for i, c in enumerate(cards)]
    both = [run for run in runs if run.rows]
    if not both:
        return
    same = [name for name in lines.usual(both[0]) if all(name in lines.columns(r) for r in both)]
    _draw(both, same[:1], "models-sides")
    if same:
        return
    for column, card in zip(st.columns(len(cards), gap="medium"), cards, strict=True):
        with column:
            rows = rows_of(card)
            if rows:
                run = _curves(card, rows, "index", 0)
                _draw([run], lines.usual(run), f"models-side-{card.id}")


def colour(place: int) -> str:
    """The colour of the first model, the second …"""
    return lines.THIS_RUN if place == 0 else lines.OTHERS[(place - 1) % len(lines.OTHERS)]


def _curves(card: Card, rows: list[Row], called: str, place: int) -> lines.Curves:
    """A run; floor and ceiling from the card, where they were measured best."""
    if rows and {FLOOR, CEILING} <= set(card.measures):
        known = {name: card.measures[name] for name in (FLOOR, CEILING)}
        rows = [{**rows[0], **known}, *rows[1:]]
    return lines.Curves(called, rows, colour(place), place == 0, technique(card.technique))


def _draw(runs: Sequence[lines.Curves], losses: Sequence[str], key: str) -> None:
    epochs = max(int(row["epoch"]) for run in runs for row in run.rows)
    index = _lines(lines.index_points(runs, 0.0, None))
    if sum(point["role"] == "line" for point in index) > 1:
        st.html('<p class="tutti-step">Similarity index · 0 would be the same as real music</p>')
        charts.show(index, epochs, "Similarity index", _PIXELS, f"{key}-index")
    points = _lines(lines.loss_points(runs, losses, 0.0, None))
    if points:
        st.html('<p class="tutti-step">Loss by epoch</p>')
        charts.show(points, epochs, "Losses", _PIXELS, f"{key}-losses")


def _lines(points: Sequence[lines.Point]) -> list[lines.Point]:
    """Without the cursor of a training that goes on."""
    kept = [p for p in points if p["role"] != "cursor"]
    return kept if any(lines.is_number(p["value"]) for p in kept if p["role"] == "line") else []
