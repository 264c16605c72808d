"""The curves of models' trainings, drawn as the Train page draws them."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from studio.catalog.catalog import Card
from studio.techniques import technique
from studio.training.curves import Row, verdict
from studio.ui.models.shelf import CEILING, FLOOR, names, rows_of
from studio.ui.train import charts
from studio.ui.train.lines import (
    OTHERS,
    THIS_RUN,
    Curves,
    Point,
    columns,
    index_points,
    is_number,
    loss_points,
    usual,
)

_INDEX_PIXELS, _LOSS_PIXELS = 150, 150


def show(card: Card) -> None:
    """What the curves say, the index where it was measured on the way, and the losses."""
    rows = rows_of(card)
    if not rows:
        st.caption("This model brought no history of its training.")
        return
    said = f"Trained for {rows[-1]['epoch']:g} epochs. {verdict(rows, technique(card.technique))}"
    st.html(f'<p class="tutti-says">{html.escape(said)}</p>')
    run = _curves(card, rows, "index", 0)
    _draw([run], usual(run), f"models-{card.id}")


def compare(cards: Sequence[Card]) -> None:
    """The curves of two models: in one chart where they count the same, else side by side."""
    called = names(cards)
    runs = [_curves(c, rows_of(c), called[c.id], i) for i, c in enumerate(cards)]
    both = [run for run in runs if run.rows]
    if not both:
        return
    same = [name for name in usual(both[0]) if all(name in columns(r) for r in both)]
    _draw(both, same[:1], "models-sides")
    if same:
        return
    for column, card in zip(st.columns(len(cards), gap="medium"), cards, strict=True):
        with column:
            rows = rows_of(card)
            if rows:
                run = _curves(card, rows, "index", 0)
                _draw([run], usual(run), f"models-side-{card.id}")


def colour(place: int) -> str:
    """The colour of the first model, the second …"""
    return THIS_RUN if place == 0 else OTHERS[(place - 1) % len(OTHERS)]


def _curves(card: Card, rows: list[Row], called: str, place: int) -> Curves:
    """A run; floor and ceiling from the card, where they were measured best."""
    if rows and {FLOOR, CEILING} <= set(card.measures):
        known = {name: card.measures[name] for name in (FLOOR, CEILING)}
        rows = [{**rows[0], **known}, *rows[1:]]
    return Curves(called, rows, colour(place), place == 0, technique(card.technique))


def _draw(runs: Sequence[Curves], losses: Sequence[str], key: str) -> None:
    epochs = max(int(row["epoch"]) for run in runs for row in run.rows)
    index = _lines(index_points(runs, 0.0, None))
    if sum(point["role"] == "line" for point in index) > 1:
        st.html('<p class="tutti-step">Similarity index · 0 would be the same as real music</p>')
        _chart(index, epochs, "Similarity index", _INDEX_PIXELS, f"{key}-index")
    points = _lines(loss_points(runs, losses, 0.0, None))
    if points:
        st.html('<p class="tutti-step">Loss by epoch</p>')
        _chart(points, epochs, "Losses", _LOSS_PIXELS, f"{key}-losses")


def _chart(points: Sequence[Point], epochs: int, title: str, height: int, key: str) -> None:
    data = charts.table(points, log=False, height=height)
    shape = charts.curves(epochs, title, log=False, height=height)
    st.vega_lite_chart(data, shape, width="stretch", theme=None, key=key)


def _lines(points: Sequence[Point]) -> list[Point]:
    """Without the cursor of a training that goes on."""
    kept = [p for p in points if p["role"] != "cursor"]
    return kept if any(is_number(p["value"]) for p in kept if p["role"] == "line") else []
