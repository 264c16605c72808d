"""The scrubber: one melody at every epoch of a training, a slider across them, the sound."""

from __future__ import annotations

from collections.abc import Mapping

from studio.ui.components.mount import component

_scrubber = component("scrubber")


def show_scrubber(*, key: str, data: Mapping[str, object]) -> int | None:
    """Shows the epochs of `data`, and returns the one that is looked at, None for the newest.

    `data` holds epochs (epoch, src: the sound's address, ticks, parts of colour, is_drum and notes
    as `[start_tick, pitch, duration_ticks]`), melody (such notes), tune (its name), colour, and
    chosen: the epoch that the page has.
    """
    result = _scrubber(key=key, data=data, default={"epoch": None}, on_epoch_change=lambda: None)
    return None if result.epoch is None else int(result.epoch)
