"""A piece's history as a tree: the newest on top, a branch moved in beside what went on."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from studio.library import Piece, Version
from studio.ui import house, say
from studio.ui.library.pieces import open_on_compose

_AT_ONCE, _DEEPEST = 30, 6


def tree(versions: Sequence[Version]) -> list[tuple[int, Version]]:
    """Versions with their depth, each below what was made of it. The newest thing made of a version
    goes on at its depth, older ones are branches, a step deeper; `versions` come oldest first."""
    known = {version.id for version in versions}
    children: dict[str | None, list[Version]] = {}
    for version in versions:
        parent = version.parent if version.parent in known else None
        children.setdefault(parent, []).append(version)
    found = []
    waiting = [(0, root) for root in reversed(children.get(None, []))]
    while waiting:
        depth, version = waiting.pop()
        found.append((depth, version))
        made = children.get(version.id, [])
        waiting += [(depth, newest) for newest in made[-1:]]
        waiting += [(depth + 1, branch) for branch in reversed(made[:-1])]
    return found[::-1]


def show(piece: Piece, now: float) -> None:
    """A row a version, with what it is, when it was made, and a button that opens it."""
    versions = house.library().versions(piece.id, house.owner())
    rows, names = tree(versions), names_of(versions)
    every = f"library-history-{piece.id}"
    most = len(rows) if st.session_state.get(every) else _AT_ONCE
    with st.container(key="library-history", height=270 if len(rows) > 5 else "content"):
        for depth, version in rows[:most]:
            _row(piece, depth, version, names[version.id], now)
        if len(rows) > most:
            st.button(f"Show all of {say.counted(len(rows), 'version')}", key="library-history-all",
                      on_click=st.session_state.update, args=({every: True},))  # fmt: skip


def names_of(versions: Sequence[Version]) -> dict[str, str]:
    """What the versions are called, by id; bands of one tune as above the arranger, by their
    number, too."""
    roots = [version for version in versions if version.parent is None]
    numbers = {
        root.id: f"{number} "
        for number, root in enumerate(roots, 1)
        if len(roots) > 1 and not root.label.startswith("Take ")
    }
    return {version.id: numbers.get(version.id, "") + version.text for version in versions}


def _row(piece: Piece, depth: int, version: Version, name: str, now: float) -> None:
    opens = "<b>current</b>" if version.id == piece.head else ""
    indent = min(depth, _DEEPEST)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(
            f'<div class="library-version" style="margin-left:{indent * 0.9:.1f}rem" '
            f'data-depth="{indent}">'
            f"<span>{html.escape(name)}{opens}</span>"
            f'<span class="tutti-quiet">{html.escape(say.minute(version.at, now))}</span></div>'
        )
        label = f"Open :gray[{say.plain(name)}]"  # what it opens is unseen
        if st.button(label, key=f"library-version-{version.id}", type="tertiary"):
            open_on_compose(piece.id, version.id)
