"""The on-screen keyboard and recorder: plays at once, records takes, and hands them to Python.

What the page tells us is one state value, the performance; `performance.js` says what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from studio.ui.components.mount import component

KeyboardState = dict[str, Any]  # of `performance.js`

_keyboard = component("keyboard")


def show_keyboard(
    *,
    key: str,
    performance: KeyboardState | None,
    sprite: dict[str, Any] | None,
    instruments: list[dict[str, Any]],
    storage_key: str,
    on_change: Callable[[], None],
) -> KeyboardState | None:
    """Shows the keyboard and returns the performance as the page last told it, or None.

    `performance` is taken over by the page where its `revision` is higher than the page's own.
    `sprite` is `{url, program, seconds_per_note, pitches}`: a WAV with one note of that length for
    each pitch, or None while there is none; the URL may answer 202 until it is ready.
    `instruments` are `{program, name}`. An unfinished recording is kept in the browser's session
    storage under `storage_key`. `on_change` runs before the page's script and reads the new value
    from `st.session_state[key].performance`; that state is lost on a page switch, so copy it.
    """
    data = {
        "performance": performance,
        "sprite": sprite,
        "instruments": instruments,
        "storage_key": storage_key,
    }
    result = _keyboard(
        key=key, data=data, default={"performance": None}, on_performance_change=on_change
    )
    return cast("KeyboardState | None", result.performance)
