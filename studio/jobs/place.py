"""Where a band goes that a page asked for, and what it sounds like there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.composing import Composition
from studio.library import Library, Piece, band_facts
from studio.queue import Context, JsonObject


@dataclass(frozen=True, slots=True)
class Place:
    """A band goes `into` a piece of the library as its next take; else it is a piece of its own. It
    plays on the `instruments` that somebody chose there, General MIDI programs by the part's name;
    `sound` names what plays them, engine and soundfont, where their stems are wanted at once."""

    into: str | None = None
    instruments: Mapping[str, int] = field(default_factory=dict)
    sound: str = ""

    def keep(
        self, context: Context, library: Library, band: Composition, take: int, label: str
    ) -> tuple[Piece, JsonObject]:
        """The piece with this take of a job in it, and the take's facts."""
        band, job = band.on_instruments(self.instruments), context.job
        facts = band_facts(band)
        return library.keep(job.owner, job.id, band, facts, take, label, self.into), facts
