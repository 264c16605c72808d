"""The curves of models' trainings, drawn as the Train page draws them."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from studio.catalog import Card
from studio.techniques import technique
from studio.training.curves import INDEX, Row, verdict
from studio.ui.models.shelf import CEILING, FLOOR, names, rows_of
from studio.ui.train import lines, panels


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
    dots = (f'<i style="color:{run.colour}">●</i> {html.escape(run.name)}' for run in both)
    st.html(f'<p class="tutti-quiet">{" &nbsp; ".join(dots)}</p>')
    _draw(both, same, "models-sides")
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
    run = runs[0]
    for panel in lines.panels(run, losses):
        found = _lines(lines.points(runs, panel, 0.0, None))
        is_index = panel.columns == (INDEX,)
        if sum(point["role"] == "line" for point in found) < (2 if is_index else 1):
            continue
        panels.show(panel, run, found, epochs, key)


def _lines(points: Sequence[lines.Point]) -> list[lines.Point]:
    """Without the cursor of a training that goes on."""
    return [point for point in points if point["role"] != "cursor"]
