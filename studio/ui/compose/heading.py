"""What the line above the page is about."""

from __future__ import annotations

from dataclasses import replace

from studio.music.melody import Melody
from studio.ui import desk
from studio.ui.compose.work import Work


def of(melody: Melody | None, work: Work | None, newer: bool) -> Melody | None:
    """The piece of the library that was opened, or the melody on the keyboard where that is
    `newer`."""
    if work is None or newer or desk.draft()["piece"] is None:
        return melody
    return Melody(replace(work.opened.score, title=work.piece.name), ())
