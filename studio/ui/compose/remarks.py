"""What is said about a piece: how it was made, what was asked of its parts, what it is near to."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import streamlit as st

from studio.measures import Nearest
from studio.pictures import part_colour
from studio.ui import say
from studio.ui.compose import part_wishes

_TITLES = {"density": "Notes a bar", "register": "Middle", "polyphony": "Together"}


def sentences(facts: Mapping[str, Any], melody: str) -> tuple[str, str]:
    """What is said at a glance, and what is said where one asks; `melody` says what became of it.
    What is not known of a piece is not said. Both are Markdown."""
    short, long, bars = [melody], [], int(facts["bars"])
    if is_stopped(facts):
        short.insert(0, f"Stopped after bar {facts['written']} of {bars}")
    if facts.get("nearest"):  # bands of earlier versions have none
        near = Nearest(**facts["nearest"])
        short.append(f"nearest passage {near.likeness:.0%} alike")
        long += [say.plain(near.sentence), Nearest.LIKENESS]
    if facts.get("seed") is not None:
        short.append(f"seed {facts['seed']}")
    if facts.get("chain"):
        long.append(say.plain(f"{facts['chain']}."))
    if facts.get("model"):
        made = f"Composed by {facts['model']}"
        if "seconds" in facts and "device" in facts:
            made += f" in {facts['seconds']:.2f} s on {facts['device']}"
        long.append(say.plain(made + "."))
    return " · ".join(short), "\n\n".join(long) or "Nothing more is known of this piece."


def new_bars(first: int, end: int) -> str:
    """What is said of bars, from 0 and up to `end`, with which a model went on."""
    if end - first == 1:
        return f"Bar {end} is new"
    return f"Bars {first + 1} to {end} are new"


def is_stopped(facts: Mapping[str, Any]) -> bool:
    """Whether bars of a band were never written."""
    return bool(facts.get("model")) and int(facts.get("written", facts["bars"])) < facts["bars"]


def asked_table(rows: list[dict[str, Any]], known: list[dict[str, Any]]) -> str:
    """What was asked of parts, beside what they play."""
    names = [name for name in _TITLES if any(name in row["asked"] for row in rows)]
    colours = {part["name"]: part_colour(index) for index, part in enumerate(known)}
    head = "".join(f"<th>{_TITLES[name]}</th>" for name in names)
    body = ""
    for row in rows:
        cells = "".join(f"<td>{_cell(row, name)}</td>" for name in names)
        dot = f'<i style="background:{colours.get(row["name"], "#8b93a1")}"></i>'
        body += f"<tr><th>{dot}{html.escape(row['name'])}</th>{cells}</tr>"
    return f'<table class="tutti-asked"><tr><th></th>{head}</tr>{body}</table>'


def _cell(row: Mapping[str, Any], name: str) -> str:
    """`asked 8 · got 7.6`; empty where nothing was asked."""
    if name not in row["asked"]:
        return ""
    got = row["got"].get(name)
    said = "nothing" if got is None else part_wishes.named(name, round(got, 1))
    return f"asked {part_wishes.named(name, row['asked'][name])} · got {said}"


def warn_if_near(known: Mapping[str, Any]) -> None:
    """Loud only where the copy check found something to do."""
    near = Nearest(**known)
    if near.is_close:
        st.warning(say.plain(near.sentence))
