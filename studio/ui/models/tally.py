"""Ears beside the number: what people liked in duels, and what the similarity index says."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from itertools import combinations

from studio.catalog import Card
from studio.ui.models.drawings import index_bar
from studio.ui.models.ears import Rating
from studio.ui.models.shelf import CEILING, FLOOR, INDEX, names, way


def table(cards: Sequence[Card], known: Mapping[str, Rating]) -> str:
    """All models as HTML, those of one genre together, the best by the index first."""
    called = names(cards)
    rows = ""
    for card in sorted(cards, key=lambda card: (card.genre, card.measures.get(INDEX, 9.0))):
        rating = known.get(card.id)
        figures = [card.measures.get(name) for name in (INDEX, FLOOR, CEILING)]
        index, floor, ceiling = ("-" if one is None else f"{one:.2f}" for one in figures)
        rows += (
            f"<tr><td>{html.escape(called[card.id])}</td>"
            f'<td class="number">{index}</td>'
            f'<td class="number spare">{floor}</td>'
            f'<td class="number spare">{ceiling}</td>'
            f"<td>{index_bar(card, labels=False)}</td>"
            + (
                f'<td class="number">{rating["elo"]:.0f}</td>'
                f'<td class="number">{rating["duels"]}</td></tr>'
                if rating
                else '<td class="number quiet">1000</td><td class="number quiet">0</td></tr>'
            )
        )
    return (
        '<table class="models-table"><tr><th>Model</th><th>Index</th>'
        '<th class="spare">Real songs</th><th class="spare">Random notes</th>'
        "<th>From the same music to random notes</th>"
        "<th>Elo</th><th>Duels</th>"
        f"</tr>{rows}</table>"
    )


def agreement(cards: Sequence[Card], known: Mapping[str, Rating]) -> str:
    """In how many pairs ears and index say the same: pairs of one genre, for only such can be
    compared, of which one at least is not as near to real music as can be told."""
    same = pairs = 0
    for one, other in combinations(cards, 2):
        heard = known.get(one.id), known.get(other.id)
        ways = way(one), way(other)
        if one.genre != other.genre or heard[0] is None or heard[1] is None:
            continue
        if ways[0] is None or ways[1] is None or ways[0] == ways[1]:
            continue
        if heard[0]["elo"] == heard[1]["elo"]:
            continue
        pairs += 1
        same += (heard[0]["elo"] > heard[1]["elo"]) == (ways[0] > ways[1])
    if not pairs:
        return "No duel says yet whether the similarity index agrees with ears."
    noun = "pair" if pairs == 1 else "pairs"
    return f"Ears and similarity index agree in {same} of {pairs} {noun} of one genre."
