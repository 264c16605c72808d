"""What a model wrote last of a piece, to be told edit by edit and look by look: read once, for a
rewrite's piece has to be made again before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.composing.lead_in import edits_later, fog_later
from studio.composing.performance import Performance
from studio.music.instruments import Part
from studio.techniques import Commission, Technique, technique


@dataclass(frozen=True, slots=True)
class LastWriting:
    """What a model wrote last of a piece, the band or bars of it, as it can be told again."""

    performance: Performance

    @property
    def kept(self) -> Technique.EarlierBand | None:
        """What of an earlier band stood there."""
        return self.performance.commission.kept

    @property
    def swings(self) -> bool:
        """Whether the piece plays its eighths swung."""
        return self.performance.swings

    def edits(self) -> Sequence[Technique.Written]:
        """The edits in which it was written, in their order."""
        return edits_later(self._kind.retrace(*self._asked()), self.performance.lead_in)

    def fog(self) -> Sequence[Technique.Fog]:
        """What each look at the piece thought of what it did not know."""
        return fog_later(self._kind.denoise(*self._asked()), self.performance.lead_in)

    @property
    def _kind(self) -> Technique:
        return technique(self.performance.band.card.technique)

    def _asked(self) -> tuple[Any, Sequence[Part], Commission, np.random.Generator]:
        band, rng = self.performance.band, np.random.default_rng(self.performance.request.seed)
        return band.module, band.card.parts, self.performance.commission, rng
