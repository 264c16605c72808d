"""The compose job: a request in, a folder with score, MIDI, recipe and facts out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from studio.catalog.catalog import find
from studio.composing import Band, Composition, Request, load_band
from studio.machine import Settings
from studio.music.harmony import write_chords
from studio.queue import Context


class Bands:
    """Models kept in memory; one whose files changed is read again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: dict[Path, tuple[int, Band]] = {}

    def get(self, model_id: str) -> Band:
        """The model, loaded if need be; raises BadModel."""
        folder = find(model_id, self._settings.model_folders)
        stamp = (folder / "card.json").stat().st_mtime_ns
        known = self._loaded.get(folder)
        if known is None or known[0] != stamp:
            known = (stamp, load_band(folder, self._settings.device))
            self._loaded[folder] = known
        return known[1]


def other_chords(piece: Composition, request: Request, band: Band) -> list[str]:
    """The chord plans to choose from beside the one that the piece has, as text."""
    free = replace(request, chords="")
    texts = [write_chords(plan, request.melody.metre) for plan in band.plans(band.card, free)]
    played = write_chords(piece.plan, request.melody.metre)
    return [text for text in texts if text != played]


def whole(context: Context, band: Band, request: Request) -> Composition:
    """The finished piece; given up after any bar where nobody wants it any more."""
    *_, piece = _wanted(context, band.stream(request))
    return piece


def _wanted(context: Context, pieces: Iterator[Composition]) -> Iterator[Composition]:
    for piece in pieces:
        context.check()
        yield piece
