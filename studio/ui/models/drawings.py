"""What is drawn of a model: a picture in the place of one that it does not have, and its similarity
index between floor and ceiling."""

from __future__ import annotations

import hashlib
import html
import random

from studio.catalog import Card
from studio.pictures import Colour, part_colour
from studio.ui.models.shelf import CEILING, FLOOR, HIGH, INDEX, LOW, picture_of

_SIDE, _STEPS = 96, 8


def face(card: Card) -> bytes | str:
    """A model's own picture, or the one that is drawn in its place."""
    picture = picture_of(card)
    return picture.read_bytes() if picture else placeholder(card)


def placeholder(card: Card) -> str:
    """An SVG of a short band: a lane a part, its notes drawn from the model's id, so that each
    model has a face of its own."""
    seed = int.from_bytes(hashlib.sha256(card.id.encode()).digest()[:8], "big")
    rng = random.Random(seed)  # noqa: S311 - no secret
    lanes = len(card.parts) + 1
    high, step = (_SIDE - 16) / lanes, (_SIDE - 16) / _STEPS
    marks = [f'<rect width="{_SIDE}" height="{_SIDE}" rx="12" fill="{Colour.LANE}"/>']
    marks += [
        f'<path d="M{8 + i * step * 2:.1f} 8v{_SIDE - 16}" stroke="{Colour.BAR_LINE}"/>'
        for i in range(5)
    ]
    for lane in range(lanes):
        at = 0
        while at < _STEPS:
            long = rng.choice((1, 1, 2, 2, 3))
            if rng.random() < 0.8:
                wide = min(long, _STEPS - at) * step - 2.5
                y = 8 + lane * high + rng.random() * max(high - 6, 0)
                marks.append(
                    f'<rect x="{8 + at * step:.1f}" y="{y:.1f}" width="{wide:.1f}" height="4.5" '
                    f'rx="2" fill="{part_colour(lane)}"/>'
                )
            at += long
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" width="{_SIDE}" '
        f'height="{_SIDE}">{"".join(marks)}</svg>'
    )


def index_bar(card: Card, colour: str = "#ffb454", labels: bool = True) -> str:
    """The index as a point with its interval on a line from the same music (left) to beyond random
    notes; empty where it was not measured."""
    known = card.measures
    if not {INDEX, FLOOR, CEILING} <= set(known):
        return ""
    index, floor, ceiling = known[INDEX], known[FLOOR], known[CEILING]
    end = 1.08 * max(ceiling, known.get(HIGH, index), index, 1e-6)

    def place(value: float) -> float:
        return 100 * min(max(value / end, 0.0), 1.0)

    low, high = place(known.get(LOW, index)), place(known.get(HIGH, index))
    said = (
        f"Similarity index {index:.2f}: songs of its training set against each other are "
        f"{floor:.2f}, random notes are {ceiling:.2f}"
    )
    marks = (
        f'<i class="limit" style="left:{place(floor):.1f}%"></i>'
        f'<i class="limit" style="left:{place(ceiling):.1f}%"></i>'
        f'<i class="span" style="left:{low:.1f}%;width:{high - low:.1f}%;background:{colour}"></i>'
        f'<i class="dot" style="left:{place(index):.1f}%;background:{colour}"></i>'
    )
    text = (
        f'<span style="left:{place(floor):.1f}%">songs of its set {floor:.2f}</span>'
        f'<span style="left:{place(ceiling):.1f}%" class="last">random notes {ceiling:.2f}</span>'
        if labels
        else ""
    )
    kind = "models-bar" if labels else "models-bar small"
    return f'<div class="{kind}" role="img" aria-label="{html.escape(said)}">{marks}{text}</div>'
