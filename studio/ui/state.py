"""What the Compose page must not lose: kept in the store under the browser's anonymous owner.

Streamlit's session state dies with a reload and a page switch; a draft does not.
"""

from __future__ import annotations

import secrets
from typing import Any

import streamlit as st

from studio.instruments import KEYBOARD
from studio.jobs.store import Job
from studio.melody import as_take
from studio.score import Score
from studio.ui import house
from studio.ui.guard import COOKIE

DRAFT = "compose"
MAX_TAKES = 20
_FRESH_PERFORMANCE: dict[str, Any] = {
    "revision": 0,
    "tempo_bpm": 100,
    "metre": "4/4",
    "metronome": True,
    "count_in": True,
    "quantise": "off",
    "octave": 4,
    "program": 0,
    "takes": [],
    "trim": None,
}


def owner() -> str:
    """The anonymous owner of this browser; a session without a cookie gets one of its own."""
    value = st.context.cookies.get(COOKIE)
    if isinstance(value, str) and value.isalnum():  # tests have no browser, so no cookie
        return value
    return str(st.session_state.setdefault("owner", secrets.token_hex(16)))


def draft() -> dict[str, Any]:
    """The page's draft: `performance`, `model`, `seed`, `knobs`, `chords` and `chord_risk`; read
    once a session."""
    if "draft" not in st.session_state:
        saved = house.store().load_draft(owner(), DRAFT)
        fresh = {
            "performance": dict(_FRESH_PERFORMANCE),
            "model": None,
            "seed": 0,
            "knobs": {},
            "chords": "",
            "chord_risk": 0.0,
        }
        st.session_state.draft = {**fresh, **(saved.data if saved else {})}
    return dict(st.session_state.draft)


def change(**values: Any) -> None:
    """Changes the draft and saves it, on top of what another tab may have saved since."""
    saved = house.store().load_draft(owner(), DRAFT)
    latest = {**draft(), **(saved.data if saved else {})}
    ours, theirs = values.get("performance"), latest["performance"]
    if ours is not None and ours["revision"] <= theirs["revision"]:
        values["performance"] = {**ours, "revision": theirs["revision"] + 1}
    st.session_state.draft = {**latest, **values}
    house.store().save_draft(owner(), DRAFT, st.session_state.draft)


def push_melody(melody: Score, source: str) -> None:
    """Puts a sample or an imported melody on the keyboard as its newest take."""
    performance = dict(draft()["performance"])
    take = as_take(melody, secrets.token_hex(8), source)
    own = melody.tracks[0].program if source == "import" else performance["program"]
    performance |= {
        "revision": int(performance["revision"]) + 1,
        "takes": [*performance["takes"], take][-MAX_TAKES:],
        "tempo_bpm": melody.tempo_bpm,
        "metre": str(melody.metre),
        "trim": None,
        "program": own if own in KEYBOARD else performance["program"],
    }
    if "chords" in st.session_state:
        st.session_state.chords = ""
    change(performance=performance, chords="")  # another tune, other chords


def latest_piece() -> Job | None:
    """This owner's newest compose job, whatever became of it."""
    return house.store().latest(owner(), "compose")
