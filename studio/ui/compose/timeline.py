"""Where one has been on the Compose page, so that undo leads back there: a place is all that lies
on the table. Edits by hand do not lead to another place; the arranger undoes them itself."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import streamlit as st

from studio.ground.errors import JobError
from studio.queue import JsonObject
from studio.ui import desk, house
from studio.ui.compose.table import read_table
from studio.ui.compose.work import Work, written_by

_SAVED = "places_saved"  # as they were saved last in this session, by name
_VIEW = "view_wanted"
_RESTORED = ("takes", "trim", "quantise", "program", "tempo_bpm", "metre")


def here(work: Work | None, view: str) -> JsonObject:
    """The place that is shown, as the arranger takes it; what is there is kept for a way back.
    `work` is the piece on the table, `view` what is shown of the table."""
    performance, piece = desk.draft().performance, work.piece.id if work else desk.MELODY
    takes = [take for take in performance["takes"] if take["source"] != desk.ARRANGER]
    made = written_by(work.history, work.opened.version.id) if work else None
    key = [piece, made.id if made else "", [take["id"] for take in takes]]
    name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
    place = {"id": piece, "version": work.opened.version.id if work else None}
    _save(f"place-{name}", {
        "piece": place, "chords": desk.draft().chords, "key": desk.draft().key,
        "tune": desk.draft().tune,
        "performance": {**performance, "takes": _by_id(performance["takes"])},
    })  # fmt: skip
    label = made.label if work and made and made.is_of_bars else ""
    if not label:
        label = "the band" if work and view != desk.MELODY else _name_of(takes)
    return {"id": f"{name}.{view}", "label": label}


def keep() -> None:
    """Keeps what is there with edits that no page has shown yet, for another rerun may overtake the
    one that would show them."""
    here(read_table().work, "")


def go(place: str) -> None:
    """Puts on the table what lay there; raises JobError where that is not known."""
    name, _, view = place.partition(".")
    keep()
    known = house.store().load_draft(house.owner(), f"place-{name}")
    if known is None:
        raise JobError("This step cannot be undone any more: the Library has all versions.")
    then: dict[str, Any] = known.data["performance"]
    now: JsonObject = desk.draft().performance
    takes = [_take(take) for take in then["takes"]]
    restored = {field: then[field] for field in _RESTORED if field in then} | {"takes": takes}
    performance = {**now, **restored, "revision": int(now["revision"]) + 1}
    desk.show_chords(known.data["chords"])
    piece, chords = known.data["piece"], known.data["chords"]
    more = {"key": known.data.get("key", ""), "tune": known.data.get("tune", desk.draft().tune)}
    desk.change_performance(performance, piece=piece, chords=chords, awaited=None, **more)
    st.session_state[_VIEW] = view


def wanted_view() -> str | None:
    """What is to be shown of the table that one has just gone back to."""
    view: str | None = st.session_state.pop(_VIEW, None)
    return view


def _name_of(takes: list[JsonObject]) -> str:
    return str(takes[-1]["name"] or "the melody") if takes else "the empty page"


def _by_id(takes: list[JsonObject]) -> list[JsonObject | str]:
    """Takes never change, so each is kept once; but the one that is edited by hand."""
    for take in takes:
        if take["source"] != desk.ARRANGER:
            _save(f"take-{take['id']}", take)
    return [take if take["source"] == desk.ARRANGER else str(take["id"]) for take in takes]


def _take(kept: JsonObject | str) -> JsonObject:
    if not isinstance(kept, str):
        return kept
    known = house.store().load_draft(house.owner(), f"take-{kept}")
    if known is None:
        raise JobError("A take of this step is gone: the Library has all bands made to it.")
    return known.data


def _save(name: str, data: JsonObject) -> None:
    saved: dict[str, JsonObject] = st.session_state.setdefault(_SAVED, {})
    if saved.get(name) != data:
        house.store().save_draft(house.owner(), name, data)
        saved[name] = data
