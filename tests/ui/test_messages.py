"""What the arranger tells is read as it is meant, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from studio.ui.compose.messages import (
    ChangeChord,
    ChangeForm,
    EditNotes,
    Fill,
    RewriteBars,
    read_message,
)

BASE = {"n": 3, "piece": "p", "revision": 2}


def test_each_kind_is_a_class_of_its_own() -> None:
    edit = read_message(
        {**BASE, "kind": "edit", "part": "Bass", "take": 1, "notes": [[0, 1, 2, 3]]}
    )
    assert isinstance(edit, EditNotes)
    assert (edit.n, edit.take, edit.notes) == (3, 1, [[0, 1, 2, 3]])
    chord = read_message({**BASE, "kind": "chord", "tick": 960, "symbol": "Am"})
    assert isinstance(chord, ChangeChord)
    form = read_message({**BASE, "kind": "form", "form": "A8:0.5"})
    assert isinstance(form, ChangeForm)
    fill = read_message({**BASE, "kind": "fill", "bar": 3, "fill": False})
    assert isinstance(fill, Fill)
    bars = read_message({**BASE, "kind": "regenerate", "bars": [2], "parts": [], "new": "field"})
    assert isinstance(bars, RewriteBars)


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "delete"},
        {"kind": "edit", "part": "Bass"},
        {"kind": "edit", "part": "Bass", "notes": [[0, 1.5, 2, 3]]},
        {"kind": "edit", "part": "Bass", "notes": "all"},
        {"kind": "chord", "tick": "0", "symbol": "Am"},
        {"kind": "chord", "tick": True, "symbol": "Am"},
        {"kind": "form", "form": 8},
        {"kind": "fill", "bar": "3", "fill": True},
        {"kind": "mix", "mix": []},
        {"kind": "take", "take": 1, "revision": "2"},
        {"kind": "veto", "vetoes": [["Bass", 0, 480]]},
        {"kind": "veto", "vetoes": [["Bass", 0, 480, "C4"]]},
        {},
    ],
    ids=str,
)
def test_what_is_no_message_is_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read_message({**BASE, **wish})
